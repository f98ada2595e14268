# What the random tests share: their seed, their server, and the count of answers.
#
# A test makes values, whole and damaged, and asks the server about them in psql
# scripts, one question a line.  A question answers with one line: "answer" or
# another word, a SQLSTATE, or "wrong: ..." if the answer breaks a rule.  Before it
# a line "case ..." says what was asked; "kept n" tells the session's memory.  The
# server says the case: psql would read \x in a text as a byte.
#
# CHS_SEED=n repeats a run (the seed is printed); CHS_FUZZ=n is how many values are
# tried: 3000 in `make test`, 100000 in `make fuzz`.
package ChsFuzz;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(begin_fuzz pick fuzz_server fuzz_questions ask %count run_fuzz field_file check_answers end_fuzz);

our %count;    # lines of answers
my (@wrong, @kept, $node);

sub pick { return $_[ rand @_ ] }

# How many values are tried.
sub begin_fuzz
{
	my ($what) = @_;
	my $seed = $ENV{CHS_SEED} // int(rand(2**31));
	my $rounds = $ENV{CHS_FUZZ} // 3000;

	srand($seed);
	diag("seed $seed, $rounds $what (CHS_SEED=$seed CHS_FUZZ=$rounds repeats this)");
	return $rounds;
}

sub fuzz_server
{
	my ($sql, $conf) = @_;

	$node = PostgreSQL::Test::Cluster->new('fuzz');
	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	$node->append_conf('postgresql.conf', "statement_timeout = '60s'\nlog_min_messages = fatal\nlog_min_error_statement = panic\njit = off\n" . ($conf // ''));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION chs');
	$node->safe_psql('postgres', 'CREATE FUNCTION kept() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(total_bytes) FROM pg_backend_memory_contexts $$');
	$node->safe_psql('postgres', $sql);
}

# broken(text, known) and receive(file, known): the answer of questions(value, known),
# which fuzz_server() was given, to a damaged text and to the field of a file.
sub fuzz_questions
{
	my ($type, $known) = @_;

	$node->safe_psql('postgres', <<"SQL");
CREATE FUNCTION broken(t text, known $known) RETURNS text LANGUAGE plpgsql AS \$\$
BEGIN
	RETURN questions(t::$type, known);
EXCEPTION WHEN OTHERS THEN
	IF octet_length(sqlerrm) > 2000 THEN RETURN 'wrong: a long message'; END IF;
	RETURN sqlstate;
END \$\$;
CREATE TABLE received (v $type);
CREATE FUNCTION receive(file text, known $known) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE said text;
BEGIN
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	SELECT questions(v, known) INTO said FROM received;
	DELETE FROM received;
	RETURN said;
EXCEPTION WHEN OTHERS THEN RETURN sqlstate;
END \$\$;
SQL
}

# The statements that ask a question, its case before it.
sub ask
{
	my ($call) = @_;
	(my $case = $call) =~ s/\s+/ /g;

	return "SELECT \$case\$case $case\$case\$;\nSELECT $call;\n";
}

# Runs a script in one session; returns what psql wrote to stderr.
sub run_fuzz
{
	my ($script) = @_;
	my ($out, $err) = ('', '');
	my $case = '';
	my $file = $node->basedir . '/fuzz.sql';

	open(my $handle, '>:utf8', $file) or die "$file: $!";
	print $handle "\\pset tuples_only on\n\\pset format unaligned\n$script";
	close $handle;
	my $code = $node->psql('postgres', undef, extra_params => [ '-f', $file ], stdout => \$out, stderr => \$err, on_error_stop => 0);
	unlink $file;
	is($code, 0, 'the session ends in order') or diag(substr $err, 0, 2000);
	for my $line (split /\n/, $out)
	{
		if ($line =~ /^kept (\d+)$/) { push @kept, $1 }
		elsif ($line =~ /^case ?(.*)/) { $case = $1 }
		elsif ($line =~ /^wrong/) { push @wrong, "$line\n$case" }
		elsif ($line =~ /\S/) { $count{$line}++ }
	}
	note join ', ', map { "$_: $count{$_}" } sort keys %count;
	return $err;
}

# A file for COPY BINARY with one row of one field; its name.
sub field_file
{
	my ($i, $field) = @_;
	my $file = $node->basedir . "/field.$i";

	open(my $handle, '>:raw', $file) or die "$file: $!";
	print $handle "PGCOPY\n\xff\r\n\0", pack('N N', 0, 0), pack('n N', 1, length $field), $field, pack('n', 0xffff);
	close $handle;
	return $file;
}

# Nothing was answered but these words and SQLSTATEs, and nothing wrong.
sub check_answers
{
	my ($expected) = @_;

	is(join(' ', grep { !/^($expected)$/ } sort keys %count), '', 'errors are about data or about limits');
	is(scalar @wrong, 0, 'what is answered keeps the rules') or diag(join "\n", @wrong[ 0 .. ($#wrong < 9 ? $#wrong : 9) ]);
}

sub end_fuzz
{
	cmp_ok((sort { $b <=> $a } @kept, 0)[0], '<', 32 * 1024 * 1024, 'a session keeps little memory');
	unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no crash');
	$node->stop;
	done_testing();
}

1;
