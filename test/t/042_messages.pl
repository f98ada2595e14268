# A message shortens what a caller passed and never cuts a character, in
# databases of every kind of encoding; nor does a long value reach the log.
use strict;
use warnings;
use utf8;

use Encode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $shown = 60;    # bytes of a value that a message shows

my $node = PostgreSQL::Test::Cluster->new('messages');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "lc_messages = 'C'\nlog_statement = none\nlog_min_error_statement = panic\n");
$node->start;

# What the DETAIL of an unknown bucket shows of a text, as bytes of UTF-8.
# The text goes to the server by psql's standard input, in UTF-8.
sub shown_of
{
	my ($database, $prefix, $character) = @_;
	my $text = encode('UTF-8', $prefix . $character x 200);
	my ($status, $out, $err) = $node->psql($database, "SELECT flow_agg('2026-01-01', NULL, '$text')",
		extra_params => [ '--set', 'VERBOSITY=default' ]);
	return $err =~ /DETAIL:  The value is "(.*)\.\.\."\.$/m ? $1 : "no such error: $err";
}

# bytes of each character where the server keeps it
my @cases = (
	[ 'UTF8', 'é', 2 ], [ 'UTF8', '€', 3 ], [ 'UTF8', '𝄞', 4 ],
	[ 'LATIN1', 'é', 1 ], [ 'EUC_JP', 'あ', 2 ],
	[ 'SQL_ASCII', 'é', 2 ], [ 'SQL_ASCII', '€', 3 ], [ 'SQL_ASCII', '𝄞', 4 ],
);
my %made;
for my $case (@cases)
{
	my ($encoding, $character, $bytes) = @$case;
	my $database = 'of_' . lc $encoding;
	if (!$made{$database}++)
	{
		$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
		$node->safe_psql($database, 'CREATE EXTENSION chs');
	}
	local $ENV{PGCLIENTENCODING} = $encoding eq 'SQL_ASCII' ? 'SQL_ASCII' : 'UTF8';
	for my $prefix ('', 'a', 'ab', 'abc')
	{
		my $whole = int(($shown - length $prefix) / $bytes);
		my $expected = encode('UTF-8', $prefix . $character x $whole);
		is(shown_of($database, $prefix, $character), $expected,
			"$encoding, $bytes bytes a character, after \"$prefix\"");
	}
}

# bytes that are no UTF-8 are cut where they are, not searched for a beginning
{
	local $ENV{PGCLIENTENCODING} = 'SQL_ASCII';
	my ($status, $out, $err) =
	  $node->psql('of_sql_ascii', q{SELECT flow_agg('2026-01-01', NULL, repeat(E'\x80', 200))});
	like($err, qr/DETAIL:  The value is "\x80{$shown}\.\.\."\.$/m, 'bytes that are no text');
}

# numbers of 100,000 digits
my %numbers = (
	q{nps(1, 2, ('1e' || 100000)::numeric)} => qr/The value is 1\.000000e\+100000\./,
	q{nps(1, 2, ('1e' || 100000)::numeric + 0.5)} => qr/The value is 1\.000000e\+100000\./,
	q{survey_agg(('1e' || 100000)::numeric)} => qr/The answer is 1\.000000e\+100000\./,
	q{survey_agg(('8.' || repeat('3', 16000))::numeric)} => qr/The answer is 8\.3{28}\.\.\.\./,
	q{survey_agg(('0.' || repeat('3', 16000))::numeric)} => qr/The answer is 3\.333333e-01\./,
	q{rate_interval(('1e' || 100000)::numeric, 1)} => qr/The value is 1\.000000e\+100000\./,
	q{adoption_rate(-('1e' || 100000)::numeric, 1)} => qr/The value is -1\.000000e\+100000\./,
	q{growth_rate(('1e' || 100000)::numeric, 1)} => qr/The value is 1\.000000e\+100000\./,
	q{usage_rate(-('1e' || 100000)::numeric, 1)} => qr/The value is -1\.000000e\+100000\./,
	q{purchase_agg(1, '2026-01-01'::date, ('1e' || 100000)::numeric)} => qr/The value of customer 1 is 1\.000000e\+100000;/,
	q{subscription_agg(1, '2026-01-01', NULL, ('1e' || 100000)::numeric)} => qr/The value of customer 1 is 1\.000000e\+100000;/,
);
for my $call (sort keys %numbers)
{
	my ($status, $out, $err) = $node->psql('of_utf8', "SELECT $call");
	like($err, $numbers{$call}, $call);
}

my ($longest) = sort { $b <=> $a } map { length } split /\n/, slurp_file($node->logfile);
cmp_ok($longest, '<', 500, "the longest line of the server's log has $longest bytes");

$node->stop;
done_testing();
