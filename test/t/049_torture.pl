# A short `make torture`: 150 typed calls of a fixed seed, in ways that must give the
# same answer.  And what would be found is found: wrong functions in a scratch schema,
# each of another kind.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use ChsTorture;
use ChsTortureSession;
use ChsTortureValues;

$ChsTorture::prints = 0;
my $seed = 1;

my $node = PostgreSQL::Test::Cluster->new('torture');
$node->init;
$node->append_conf('postgresql.conf', q{
autovacuum = off
jit = off
fsync = off
lc_messages = 'C'
restart_after_crash = on
});
$node->start;
$node->safe_psql('postgres', qq{
	CREATE EXTENSION chs;
	CREATE FUNCTION test_damaged(anyelement, seed bigint) RETURNS anyelement AS '$ENV{CHS_TEST_MODULE}' LANGUAGE C STRICT;
	CREATE FUNCTION test_crafted_bigints(bits int, n int) RETURNS SETOF bigint AS '$ENV{CHS_TEST_MODULE}' LANGUAGE C STRICT});
my $session = ChsTortureSession->new(psql => 'psql', host => $node->host, port => $node->port,
	user => $node->safe_psql('postgres', 'SELECT current_user'), database => 'postgres', settings => '\set copies 5');
my ($routines, $others) = load_routines($session);
cmp_ok(scalar @$routines, '>', 700, 'the catalog names the routines');
is(join(' ', grep { !/internal|cstring|_out\(|_support\(/ } map { $_->{signature} } @$others), '', 'and what no query can call is input, output and support');
make_values($session, $seed, "$FindBin::Bin/../torture/pool.sql", $routines);
load_pool($session);

my $count = torture($session, $routines, seed => $seed, cases => 150, log => $node->logfile);
is(join("\n", @{ $count->{findings} }), '', 'nothing is found in chs') or diag("SEED=$seed CASE=n make torture TESTS=typed repeats case n");
cmp_ok($count->{compared}, '>', 150, 'answers are compared');
note report_of($count);

# --- what is wrong is found ---------------------------------------------------------

# The findings of one planted routine.
sub findings_of
{
	my ($name, $make) = @_;
	$node->safe_psql('postgres', "DROP SCHEMA IF EXISTS scratch CASCADE; CREATE SCHEMA scratch; $make");
	my ($planted) = load_routines($session, 'scratch');
	my $found = torture($session, [ grep { $_->{call} eq "scratch.$name" } @$planted ], seed => $seed, cases => 60, log => $node->logfile);
	return join("\n", @{ $found->{findings} });
}

$ChsTorture::most_findings = 1;
like(findings_of('next', q{
	CREATE SEQUENCE scratch.s;
	CREATE FUNCTION scratch.next(bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN nextval('scratch.s'); END $$}),
	qr/^scratch\.next\(bigint\): another answer/, 'a function whose answers differ');
like(findings_of('total', q{
	CREATE AGGREGATE scratch.total(numeric) (SFUNC = numeric_add, STYPE = numeric, COMBINEFUNC = numeric_larger, INITCOND = '0', PARALLEL = safe)}),
	qr/another answer, (?:grouped|total), parallel/, 'an aggregate that merges wrongly');
like(findings_of('total', q{
	CREATE FUNCTION scratch.minus(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT AS 'SELECT $1 - 2 * $2';
	CREATE AGGREGATE scratch.total(numeric) (SFUNC = numeric_add, STYPE = numeric, INITCOND = '0', MSFUNC = numeric_add, MINVFUNC = scratch.minus, MSTYPE = numeric, MINITCOND = '0')}),
	qr/another answer, window/, 'one that takes rows away wrongly');
like(findings_of('internal_error', q{
	CREATE FUNCTION scratch.internal_error(bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'inside' USING ERRCODE = 'XX000'; END $$}),
	qr/^XX000 in scratch\.internal_error/, 'an internal error');
{
	local $ChsTorture::most_findings = 60;
	like(findings_of('health_score', q{
		CREATE FUNCTION scratch.health_score(model healthmodel, signals record, as_of date DEFAULT NULL) RETURNS float8 LANGUAGE plpgsql AS
		  $$ BEGIN RETURN CASE WHEN current_query() ~ 'as_written' THEN 50 ELSE 40 END; END $$}),
		qr/in a query: another answer, constant/, 'a score that depends on how its model is written');
}
{
	local $ChsTorture::most_mb = 200;
	like(findings_of('greedy', q{
		CREATE FUNCTION scratch.greedy(bigint) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN length(repeat('x', 400000000)); END $$}),
		qr/^a backend held \d+ MB: scratch\.greedy/, 'memory above the bound');
}
like(findings_of('crash', q{
	CREATE FUNCTION scratch.crash(bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN EXECUTE format('COPY (SELECT 1) TO PROGRAM ''kill -9 %s''', pg_backend_pid()); RETURN 1; END $$}),
	qr/^lost in scratch\.crash|terminated by signal 9/, 'a crash');

my $late = new_count('cancels');
push @{ $late->{late} }, (1) x 90, (300) x 10;
like(report_of($late), qr/300 ms \(p99\).*, 1 findings$/, 'late cancels');

$session->close;
$node->stop;
done_testing();
