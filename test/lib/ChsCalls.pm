# Calls of everything that chs has, for tests of what may befall them, and the server
# of such a test.  The calls are those of test/sql/contract.sql (every routine, with
# values and with NULL), and those of
# test/sql/equivalence.sql (every aggregate, over random rows).
package ChsCalls;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_server nothing_crashed make_calls make_rows rows_of $question $right_answer);

# Asks whether a session still works, and what it then says.
our $question = q{SELECT mrr(subscription_agg(c, '2025-01-01', NULL, c * 10), '2025-06-30') FROM generate_series(1::bigint, 3) AS c};
our $right_answer = '60.00';

my $tests = ($ENV{CHS_SOURCE} // '.') . '/test';

# A server with chs that does nothing but what it is told, and does not start again
# after a crash.
sub new_server
{
	my ($name, $conf) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf', "lc_messages = 'C'\nautovacuum = off\njit = off\nfsync = off\nrestart_after_crash = off\nmax_parallel_workers_per_gather = 0\n$conf");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION chs');
	return $node;
}

sub nothing_crashed
{
	my ($node) = @_;
	unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'nothing crashed');
	return;
}

# Runs a SQL test up to where it hands over what it made.
sub run_test
{
	my ($node, $database, $name, $variable) = @_;
	local $ENV{PG_ABS_SRCDIR} = $tests;
	local $ENV{PGTZ} = 'UTC';
	my ($out, $err) = ('', '');
	run_log([ 'psql', '-X', '-q', '-v', "$variable=1", '-o', '/dev/null', '-d', $node->connstr($database), '-f', "$tests/sql/$name.sql" ],
		'>', \$out, '2>', \$err) or die "$name: $err";
	return;
}

# The table kept_call: routine, query, and outcome, what public.outcome(query) says.
sub make_calls
{
	my ($node, $database) = @_;
	run_test($node, $database, 'contract', 'calls_only');
	# pg_temp.outcome() of test/helpers.sql, for other sessions and servers
	my ($outcome) = slurp_file("$tests/helpers.sql") =~ /^(CREATE FUNCTION pg_temp\.outcome\(.*?^END \$\$;)/ms or die 'no outcome() in helpers.sql';
	$node->safe_psql($database, $outcome =~ s/pg_temp\./public./r);
	return;
}

# The schema equivalence with its tables of rows; a list of aggregates:
# { name, call, builds, rows }, where call is over the columns of the table rows.
sub make_rows
{
	my ($node, $database) = @_;
	run_test($node, $database, 'equivalence', 'rows_only');
	return map {
		my ($name, $call, $builds, $rows) = split /\t/;
		{ name => $name, call => $call, builds => $builds eq 't', rows => "equivalence.rows_$rows" }
	} split /\n/, $node->safe_psql($database, q{SET search_path = equivalence, public;
		SELECT concat_ws(E'\t', title, format('%s(%s)', fn, regexp_replace(args, '\s+', ' ', 'g')), is_builder, dataset) FROM entry ORDER BY n});
}

# The rows of an aggregate for FROM, that many times: once where a segment must not
# come twice.
sub rows_of
{
	my ($aggregate, $times) = @_;
	return $aggregate->{rows} if $aggregate->{name} =~ /^change_agg\(/;
	return "$aggregate->{rows}, generate_series(1, $times) AS again";
}

1;
