# examples/refresh/: the nightly run with its views, history, alerts and roles, the
# incremental rollup, and the daily summary that triggers keep.  pg_cron, which
# calls the run in real life, has a test of its own (test/clients).
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = $ENV{CHS_SOURCE} // '.';
my $node = PostgreSQL::Test::Cluster->new('refresh');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "lc_messages = 'C'\ntimezone = 'UTC'\nfsync = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE demo');
# models.sql has models of the shop, too, but needs none of its rows
$node->safe_psql('demo', 'CREATE EXTENSION chs; CREATE SCHEMA shop');
for my $file (qw(saas models health refresh/all))
{
	system_or_bail('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null',
		'-h', $node->host, '-p', $node->port, '-d', 'demo', '-f', "$source/examples/$file.sql");
}
# programs that a session starts reach the server, too
$ENV{PGHOST} = $node->host;
$ENV{PGPORT} = $node->port;
$ENV{PGDATABASE} = 'demo';

sub answer
{
	return $node->safe_psql('demo', shift);
}

# everything that a session prints, errors and notifications too
sub printed
{
	my ($out, $err) = ('', '');
	$node->psql('demo', shift, stdout => \$out, stderr => \$err, on_error_stop => 0);
	return "$out\n$err";
}

my @views = split ' ', answer(q{SELECT string_agg(matviewname, ' ' ORDER BY matviewname) FROM pg_matviews WHERE schemaname = 'kpi'});
my $as_owner = q{SET ROLE kpi_owner; SET search_path = pg_catalog, pg_temp;};
my $states = q{SELECT string_agg(DISTINCT format('%s %s %s', as_of, days_behind, state), '; ') FROM kpi.staleness};

# --- the first run, by its owner, with the search_path of a refresh of PostgreSQL 17 ---

is(answer(q{SELECT string_agg(DISTINCT state, ' ') FROM kpi.staleness}), 'never', 'before the first run nothing is there');
is(printed("$as_owner CALL kpi.refresh('2026-06-20')"), "\n", 'the first run goes without a warning');
is(answer($states), '2026-06-20 10 stale', 'and leaves everything at that day, ten days behind the newest');
is(scalar(@views), 6, 'there are six materialized views');
for my $view (@views)
{
	is(answer("SELECT string_agg(DISTINCT as_of::text, ' ') FROM kpi.$view"), '2026-06-20', "kpi.$view speaks of that day");
	cmp_ok(answer("SELECT count(*) FROM pg_index WHERE indrelid = 'kpi.$view'::regclass AND indisunique AND indisvalid"),
		'>=', 1, "kpi.$view has a unique index");
}
answer('CREATE TABLE usage_then AS SELECT *, ctid AS place FROM kpi.usage_daily');

# --- the run that follows: notifications, and the numbers ------------------------------

my $heard = printed("LISTEN kpi_alert; $as_owner CALL kpi.refresh();");
unlike($heard, qr/WARNING|ERROR/, 'a run ten days later goes without a warning');
is(answer($states), '2026-06-30 0 fresh', 'everything is fresh');
my %heard = map { /"customer_id" : (\d+), "alert" : "([^"]+)"/ ? ($1 => $2) : () }
  grep { /^Asynchronous notification "kpi_alert"/ } split /\n/, $heard;
my %alerts = split /[|\n]/, answer(q{SELECT customer_id, alert FROM kpi.alerts WHERE as_of = '2026-06-30'});
cmp_ok(scalar keys %alerts, '>', 100, 'there are alerts');
is_deeply(\%heard, \%alerts, 'and each was notified');
is( answer(q{
	SELECT count(*) FROM kpi.alerts AS a
	FULL JOIN (SELECT customer_id, as_of, alert FROM (
		SELECT h.customer_id, h.as_of, health_alert(m.model, h.score, h.as_of) OVER (PARTITION BY h.customer_id ORDER BY h.as_of) AS alert
		FROM (SELECT as_of, customer_id, model_id, score FROM saas_health.latest WHERE as_of < '2026-06-20'
			  UNION ALL SELECT '2026-06-20', customer_id, model_id, score FROM kpi.score_history WHERE as_of = '2026-06-20'
			  UNION ALL SELECT as_of, customer_id, model_id, score FROM saas_health.latest WHERE as_of = '2026-06-30') AS h
		JOIN saas_health.models AS m ON m.id = h.model_id) AS w
		WHERE alert IS NOT NULL AND as_of >= '2026-06-20') AS e USING (customer_id, as_of, alert)
	WHERE a.entry IS NULL OR e.customer_id IS NULL}),
	'0', 'they are those of the history that examples/health.sql keeps');

is( answer(q{
	SELECT count(*) FROM kpi.customer_scores AS k
	FULL JOIN (SELECT * FROM saas_health.latest WHERE as_of = '2026-06-30') AS l USING (customer_id)
	WHERE (k.score, k.band, k.coverage, k.signals, k.model_id)
		  IS DISTINCT FROM (l.score, coalesce(l.band, 'no score'), l.coverage, l.signals, l.model_id)}),
	'0', 'scores are those of examples/health.sql');
is(answer(q{SELECT sum(customers), sum(mrr) FROM kpi.bands}), answer(q{SELECT count(*), sum(mrr) FROM kpi.customer_scores}),
	'bands add up to the customers');
is( answer(q{
	SELECT round(closing_mrr, 2), closing_customers FROM kpi.mrr_movements WHERE period_start = '2026-06-01'}),
	answer(q{
	SELECT round(sum(mrr), 2), count(*) FROM (SELECT sum(s.mrr * r.to_eur) AS mrr FROM saas.subscriptions AS s
	JOIN saas.reporting_rates AS r USING (currency)
	WHERE s.started <= '2026-06-30' AND (s.ended IS NULL OR s.ended > '2026-06-30') GROUP BY customer_id HAVING sum(s.mrr) > 0) AS x}),
	'the last month closes with what the contracts say');
is( answer(q{SELECT sum(at_end) FROM kpi.retention WHERE period_start = '2026-06-01'}),
	answer(q{SELECT closing_customers FROM kpi.mrr_movements WHERE period_start = '2026-06-01'}),
	'retention by segment ends with the same customers');
is( answer(q{SELECT active_in_window FROM kpi.usage_rolling WHERE day = '2026-06-30' AND window_days = 30}),
	answer(q{SELECT count(DISTINCT customer_id) FROM saas.sessions
			 WHERE started_at >= saas.end_of('2026-05-31') AND started_at < saas.end_of('2026-06-30') AND recorded_at < saas.end_of('2026-06-30')}),
	'monthly active customers are those of the events');
is( answer(q{SELECT count(*), min(lapsed) > 0, count(*) FILTER (WHERE NOT complete) FROM kpi.usage_rolling WHERE window_days = 30}),
	'90|t|0', 'the stored days reach far enough back for each of ninety days');
is( answer(q{SELECT sum(size) FROM kpi.usage_cohorts WHERE period = 0}),
	answer(q{SELECT count(DISTINCT customer_id) FROM saas.sessions WHERE started_at < saas.end_of('2026-06-30') AND recorded_at < saas.end_of('2026-06-30')
			 AND started_at >= saas.end_of(saas.first_day() - 1)}),
	'the cohorts hold everybody who was ever active');

# --- the incremental rollup is what all events give -------------------------------------

my $differs = q{
	SELECT count(*) FROM kpi.usage_daily AS k
	FULL JOIN kpi.usage_of_days('-infinity', '%s') AS e USING (day, segment) WHERE k.s IS DISTINCT FROM e.s};
is(answer(sprintf $differs, '2026-06-30'), '0', 'the stored days are those of all events');
cmp_ok(answer(q{SELECT count(*) FROM usage_then AS t JOIN kpi.usage_daily AS k USING (day, segment) WHERE t.s <> k.s}),
	'>', 5, 'although events of days that were stored came later');
is( answer(q{SELECT count(*) FROM usage_then AS t LEFT JOIN kpi.usage_daily AS k USING (day, segment)
			 WHERE t.day < date '2026-06-20' - 14 AND t.place IS DISTINCT FROM k.ctid}),
	'0', 'and older days were not even written');

# --- again: nothing changes, and readers go on -------------------------------------------

my $everything = join ' UNION ALL ',
  (map { "SELECT '$_', count(*), md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM kpi.$_ AS t" } @views, qw(score_history alerts)),
  "SELECT 'places', count(*), md5(string_agg(ctid::text, '' ORDER BY ctid)) FROM kpi.retention ORDER BY 1";
my $before = answer($everything);
# a reader in the middle of a transaction; the run comes from a program that it starts
my $reads = join ' ', map { "SELECT count(*) > 0 FROM kpi.$_;" } @views;
my $read = printed(qq{
	LISTEN kpi_alert;
	BEGIN; $reads
	\\! psql -X -q -c "SET lock_timeout = '2s'" -c "CALL kpi.refresh()" 2>&1
	\\! psql -X -q -c "SET lock_timeout = '200ms'" -c "REFRESH MATERIALIZED VIEW kpi.retention" 2>&1
	COMMIT});
unlike($read, qr/kpi\.\w+: /, 'readers do not keep a run from refreshing');
like($read, qr/canceling statement due to lock timeout/, 'as they do without CONCURRENTLY');
unlike($read, qr/Asynchronous/, 'a second run of a day notifies of nothing');
is(answer($everything), $before, 'and changes nothing: rows that stay the same are not written');
like( printed(q{
	BEGIN; LOCK TABLE kpi.known IN EXCLUSIVE MODE;
	\! psql -X -q -c "CALL kpi.refresh()" 2>&1
	COMMIT}),
	qr/ERROR:  could not obtain lock on relation "kpi.known"/, 'two runs at a time are refused');

# --- roles ---------------------------------------------------------------------------------

my $as_reader = 'SET ROLE kpi_reader;';
answer("$as_owner CREATE VIEW kpi.later AS SELECT 1 AS one");
for my $relation (@views, qw(staleness alerts score_history nps_monthly usage_daily later))
{
	like(answer("$as_reader SELECT count(*) FROM kpi.$relation"), qr/^\d+$/, "a reader reads kpi.$relation");
}
like(printed("$as_reader SELECT count(*) FROM saas.sessions"), qr/permission denied for schema saas/, 'but not the tables');
like(printed("$as_reader CALL kpi.refresh()"), qr/permission denied for procedure refresh/, 'a reader starts no run');
like(printed("$as_reader REFRESH MATERIALIZED VIEW kpi.bands"), qr/ERROR:  (must be owner of|permission denied for) materialized view bands/, 'and refreshes no view');
like(printed("$as_owner DELETE FROM saas.sessions"), qr/permission denied for table sessions/, 'the owner changes no table');

# --- a step that fails -------------------------------------------------------------------------

answer(q{UPDATE kpi.steps SET command = 'SELECT 1 / 0' WHERE step = 'customer_scores'});
like(printed("$as_owner CALL kpi.refresh('2026-06-28')"), qr/WARNING:  kpi\.customer_scores: division by zero/, 'a step that fails is a warning');
is( answer(q{SELECT string_agg(format('%s %s %s%s', step, as_of, state, ': ' || problem), ', ' ORDER BY step) FROM kpi.staleness WHERE state = 'failed'}),
	join(', ',
		'alerts 2026-06-30 failed: not run, because score_history failed',
		'bands 2026-06-30 failed: not run, because customer_scores failed',
		'customer_scores 2026-06-30 failed: division by zero',
		'score_history 2026-06-30 failed: not run, because customer_scores failed'),
	'those that need it are not run');
is(answer('SELECT DISTINCT as_of FROM kpi.retention'), '2026-06-28', 'the others are');
is(answer('SELECT DISTINCT as_of FROM kpi.customer_scores'), '2026-06-30', 'and it keeps what it had');
is(answer(sprintf $differs, '2026-06-28'), '0', 'a run of the past knows the usage that was known then');

# --- the daily summary that triggers keep --------------------------------------------------------

my $agrees = 'SELECT count(*) FROM kpi.nps_daily_differs';
my $of_day = q{SELECT coalesce(max(responses(s)), 0) FROM kpi.nps_daily WHERE day = '2026-07-01'};
my $insert = q{INSERT INTO saas.surveys (id, customer_id, kind, answer, answered_on, recorded_at)};
is(answer($agrees), '0', 'the triggers begin with what is there');
answer(q{CREATE ROLE application; GRANT USAGE ON SCHEMA saas TO application; GRANT INSERT ON saas.surveys TO application});
answer(qq{SET ROLE application; SET search_path = pg_catalog;
	$insert VALUES (1000001, 1, 'nps', 9, '2026-07-01', '2026-07-01'), (1000002, 2, 'nps', 3, '2026-07-01', '2026-07-01'),
				   (1000004, 4, 'csat', 5, '2026-07-01', '2026-07-01')});
is(answer($of_day) . answer($agrees), '20', 'a role that may insert, and no more, is counted: two answers');
answer(q{UPDATE saas.surveys SET answered_on = '2026-07-02' WHERE id IN (1000001, 1000004)});
is(answer($of_day) . answer($agrees), '10', 'an answer that moves to another day');
answer(q{UPDATE saas.surveys SET kind = 'nps' WHERE id = 1000004; DELETE FROM saas.surveys WHERE id = 1000002});
is(answer($of_day) . answer($agrees), '00', 'one that becomes an NPS answer, one that goes: the day is gone, too');
is(answer("BEGIN; TRUNCATE saas.surveys; SELECT count(*) FROM kpi.nps_daily; ROLLBACK; $agrees"), "0\n0", 'TRUNCATE empties, ROLLBACK restores');

# many sessions at once, on few days
append_to_file($node->basedir . '/answers.sql', qq{
	\\set what random(1, 10)
	\\set day random(0, 3)
	\\set other random(0, 3)
	\\set answer random(0, 10)
	\\if :what > 4
	$insert SELECT nextval('answer_ids'), 1, 'nps', (:answer + i) % 11, date '2026-07-05' + (:day + i) % 4, '2026-07-10' FROM generate_series(0, 1) AS i;
	\\elif :what > 2
	UPDATE saas.surveys SET answer = :answer, answered_on = date '2026-07-05' + :other
	WHERE id = (SELECT id FROM saas.surveys WHERE answered_on = date '2026-07-05' + :day AND kind = 'nps' ORDER BY random() LIMIT 1);
	\\else
	DELETE FROM saas.surveys
	WHERE id = (SELECT id FROM saas.surveys WHERE answered_on = date '2026-07-05' + :day AND kind = 'nps' ORDER BY random() LIMIT 1);
	\\endif
});
answer('CREATE SEQUENCE answer_ids START 2000000');
my ($out, $err) = ('', '');
IPC::Run::run([ 'pgbench', '-n', '-c', '6', '-t', '60', '--max-tries=20', '-f', $node->basedir . '/answers.sql', 'demo' ],
	'>', \$out, '2>', \$err);
like($out, qr/number of transactions actually processed: 360\/360/, 'six sessions insert, update and delete') or diag("$out$err");
cmp_ok(answer(q{SELECT sum(responses(s)) FROM kpi.nps_daily WHERE day >= '2026-07-05'}), '>', 50, 'their answers are there');
is(answer($agrees), '0', 'and the days are those of the rows');

# this test notices what the triggers do not see
answer(qq{ALTER TABLE saas.surveys DISABLE TRIGGER nps_inserted; $insert VALUES (1000009, 1, 'nps', 9, '2026-07-20', '2026-07-20')});
is(answer('SELECT day FROM kpi.nps_daily_differs'), '2026-07-20', 'kpi.nps_daily_differs shows what a disabled trigger missed');

$node->stop;
done_testing();
