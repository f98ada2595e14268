# Memory does not grow with rows: the same 1,000 customers come again and again, up to
# ten million rows, through every aggregate and every function that returns one value.
#
# The catalogue names them; test/lib/leaks.sql gives each an argument that depends on
# the row, so that no call is folded into a constant.  The process tells its own peak
# of memory: that of the first 1,000 rows, then that of ten million.  A function that
# takes more than 10 microseconds a row gets the rows of CHS_SECONDS (5) instead, one
# that takes a millisecond those of 20 customers; the log says how many.  A leak of a palloc()
# a row, 24 bytes at least, is the allowed megabyte after 44,000 rows.  What one call
# takes may depend on its row, so where the peak rises by more than is allowed, twice
# the difference between all rows and half of them is what counts: a leak's is the same.
# CHS_CASE=REGEX measures only the functions whose signature it matches.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsStored;

if ($^O ne 'linux')
{
	plan skip_all => 'peak and time of a process are read from /proc';
}

my $source = $ENV{CHS_SOURCE} // '.';
my $seconds = $ENV{CHS_SECONDS} // 5;
my $wanted = defined $ENV{CHS_CASE} ? qr/$ENV{CHS_CASE}/ : qr/./;
my $most = 1024;    # kB that the peak may rise

my $node = PostgreSQL::Test::Cluster->new('leaks');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nautovacuum = off\nmax_parallel_workers_per_gather = 0\nwork_mem = '64MB'\nlog_min_messages = fatal\nlog_min_error_statement = panic\n");
$node->start;
store($node, 'leaks');
$node->safe_psql('leaks', "\\i $source/test/lib/leaks.sql");

# What keeps rows on purpose: a fit, to go through them again.  States with a log keep
# some megabytes of them until they merge (src/customer/customer_log_state.c).
my $keeps_rows = qr/^samplesummary$/;
my $has_log = qr/^(?:purchase|subscription|warning)summary$/;
my $most_with_log = 8 * 1024;

# Calls that are refused by design, and those that cannot see the same row twice.
my $refused = qr/cannot apply a time zone to a|must be a timestamp with time zone|cannot take the day of|needs 2 values by position|a segment has more than one row/;
my @calls = map { [ split /\t/ ] } split /\n/, $node->safe_psql('leaks', "SELECT concat_ws(E'\\t', kind, state, routine, call, coalesce(cost, 0), refusal) FROM call ORDER BY routine");
is(join("\n", map { "$_->[2]: $_->[5]" } grep { $_->[5] && $_->[5] !~ $refused && $_->[1] !~ $keeps_rows } @calls), '', 'every call has arguments that it takes');

# How far the peak rises above that of the first rows, in kB, and after how many rows.
# Writing 5 sets the peak back.  What a row costs is seconds of the processor.
my $peak = q{SELECT (regexp_match(pg_read_file('/proc/self/status'), 'VmHWM:\s+(\d+)'))[1] AS };
my $processor = q{SELECT (regexp_match(pg_read_file('/proc/self/schedstat'), '\d+'))[1]::numeric / 1e9 AS };
sub growth
{
	my ($kind, $call, $cost, $allowed) = @_;
	my $customers = $cost < 1e-3 ? 1000 : 20;
	my $query = sub {
		my $from = "FROM again, customer AS c, value AS v WHERE n <= $_[0] AND i < $customers";
		return $kind eq 'a' ? "SELECT count(x) FROM (SELECT $call AS x $from OFFSET 0) AS y" : "SELECT count($call) $from";
	};
	my ($few, $half, $many) = map { $query->($_) } 1, ':many / 2', ':many';
	my ($status, $out, $err) = $node->psql('leaks', qq{
SET client_min_messages = error;
\\o /dev/null
SELECT count(*) FROM again;
$few;
COPY (SELECT 5) TO '/proc/self/clear_refs';
\\o
$processor started \\gset
\\o /dev/null
$few;
\\o
$processor ended \\gset
$peak before \\gset
SELECT CASE WHEN cost <= 1e-5 THEN 10000 ELSE ceil(least(10000, $seconds / cost / $customers)) END::integer AS many
  FROM (SELECT (:ended - :started) / $customers AS cost) AS x \\gset
\\o /dev/null
$many;
\\o
$peak after \\gset
SELECT :after - :before > $allowed AS rose \\gset
\\if :rose
COPY (SELECT 5) TO '/proc/self/clear_refs';
\\o /dev/null
$half;
\\o
$peak half \\gset
COPY (SELECT 5) TO '/proc/self/clear_refs';
\\o /dev/null
$many;
\\o
$peak after \\gset
SELECT :after - 2 * (:after - :half) AS before \\gset
\\endif
SELECT 'growth ' || :after - :before, :many * $customers;
}, on_error_die => 0);
	return $out =~ /^growth (-?\d+)\|(\d+)$/m ? ($1, $2) : ("no answer: $err", 0);
}

my ($leak) = growth('a', 'array_agg(c)', 0, $most);
cmp_ok($leak, '>', $most, "array_agg, which keeps all rows, is seen to grow: $leak kB");

my ($measured, @grown) = (0);
for my $one (@calls)
{
	my ($kind, $state, $routine, $call, $cost, $refusal) = @$one;
	next if $refusal || $state =~ $keeps_rows || $routine !~ $wanted;
	my $allowed = $state =~ $has_log ? $most_with_log : $most;
	my ($kilobytes, $rows) = growth($kind, $call, $cost, $allowed);
	$measured++;
	note "$routine: $kilobytes kB in $rows rows";
	push @grown, "$routine: $kilobytes kB" if $kilobytes !~ /^-?\d+$/ || $kilobytes > $allowed;
}
is(join("\n", @grown), '', "memory grows with no row of $measured functions");
cmp_ok($measured, '>', defined $ENV{CHS_CASE} ? 0 : 300, "$measured were measured");
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no crash');

$node->stop;
done_testing();
