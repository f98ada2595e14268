# Hot standby: every routine and every aggregate of the catalog gives on a
# read-only server what it gives on the primary.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsCalls;
use ChsStored;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', q{
lc_messages = 'C'
timezone = 'UTC'
autovacuum = off
jit = off
fsync = off
});
$primary->start;
$primary->backup('start');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'start', has_streaming => 1);
$standby->start;

store($primary, 'kept');
$primary->safe_psql('postgres', 'CREATE EXTENSION chs');
make_calls($primary, 'postgres');
my @aggregates = make_rows($primary, 'postgres');
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery()'), 't', 'the standby follows');

# --- every call ------------------------------------------------------------------------

my $calls = $standby->safe_psql('postgres', 'SELECT count(*), count(DISTINCT routine) FROM kept_call');
note "calls and routines: $calls";
cmp_ok((split /\|/, $calls)[1], '>', 400, "calls and routines: $calls");
is($standby->safe_psql('postgres', q{SET client_min_messages = warning; SET max_parallel_workers_per_gather = 0;
	SELECT routine, query, outcome, now FROM (SELECT *, outcome(query) AS now FROM kept_call) AS x WHERE now IS DISTINCT FROM outcome ORDER BY 1, 2 LIMIT 20}), '', 'each answers as on the primary');
for my $aggregate (@aggregates)
{
	my $query = "SET search_path = equivalence, public; SELECT md5(string_agg(x::text, ' ' ORDER BY segment)) FROM (SELECT segment, $aggregate->{call} AS x FROM $aggregate->{rows} GROUP BY segment) AS g;
		SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SELECT md5(($aggregate->{call})::text) FROM $aggregate->{rows}";
	is($standby->safe_psql('postgres', $query), $primary->safe_psql('postgres', $query), "$aggregate->{name}, grouped and in parallel");
}
is($standby->safe_psql('kept', join ';', map { $_->{ask} } @stored), $primary->safe_psql('kept', join ';', map { $_->{ask} } @stored), 'stored values of every type');
like(($standby->psql('kept', 'CREATE TABLE x AS SELECT survey_agg(9)'))[2], qr/read-only transaction/, 'and it is read-only');
$standby->stop;
nothing_crashed($_) for $primary, $standby;
$primary->stop;

done_testing();
