# Summaries over foreign servers: with extensions 'chs' postgres_fdw computes an
# aggregate where the rows are, and a rollup of per-server summaries is the whole
# without moving rows.  The servers are databases of one node, reached by loopback.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use FindBin;
use lib "$FindBin::RealBin/../lib";
use ChsShards qw(accessors from_parts from_whole);

my $node = PostgreSQL::Test::Cluster->new('fdw');
$node->init;
$node->append_conf('postgresql.conf', "lc_messages = 'C'\nlog_statement = 'all'\n");
$node->start;

my $available = $node->safe_psql('postgres',
	q{SELECT count(*) FROM pg_available_extensions WHERE name = 'postgres_fdw'});
if ($available eq '0')
{
	$node->stop;
	plan skip_all => "postgres_fdw is not installed: it comes with the server's contrib package";
}

# --- two servers with their rows, one database that asks them -----------------

my $rows = 5000;
for my $server (1, 2)
{
	$node->safe_psql('postgres', "CREATE DATABASE shard$server");
	$node->safe_psql("shard$server", qq{
		CREATE EXTENSION chs;
		CREATE TABLE answers AS
		SELECT $server AS shard, i AS person, (i * 7 + $server) % 12 AS segment,
			   CASE WHEN i % 10 > 0 THEN (i * i + $server * i) % 11 END AS answer,
			   date '2025-01-01' + i % 300 AS started,
			   CASE WHEN i % 3 > 0 THEN date '2025-01-01' + i % 300 + i % 200 END AS ended,
			   timestamptz '2025-01-01 22:30+00' + i % 300 * interval '1 day' AS at,
			   CASE WHEN i % 2 > 0 THEN 'Europe/Berlin' ELSE 'Asia/Tokyo' END AS zone
		  FROM generate_series(1, $rows) AS i;
		ANALYZE answers});
}

$node->safe_psql('postgres', 'CREATE DATABASE centre');
my ($host, $port) = ($node->host, $node->port);
my $columns = 'shard int, person int, segment int, answer int, started date, ended date, at timestamptz, zone text';
$node->safe_psql('centre', qq{
	CREATE EXTENSION chs;
	CREATE EXTENSION postgres_fdw;
	CREATE TABLE answers ($columns) PARTITION BY LIST (shard)});
for my $server (1, 2)
{
	$node->safe_psql('centre', qq{
		CREATE SERVER shard$server FOREIGN DATA WRAPPER postgres_fdw
			OPTIONS (host '$host', port '$port', dbname 'shard$server', extensions 'chs');
		CREATE USER MAPPING FOR CURRENT_USER SERVER shard$server;
		CREATE FOREIGN TABLE answers$server PARTITION OF answers FOR VALUES IN ($server)
			SERVER shard$server OPTIONS (table_name 'answers');
		ANALYZE answers$server});
}
# the same rows here, to compare with
$node->safe_psql('centre', 'CREATE TABLE here AS SELECT * FROM answers; ANALYZE');

my $session = q{SET enable_partitionwise_aggregate = on; SET extra_float_digits = 1;};

# --- is it computed there? ------------------------------------------------------

sub plan_of
{
	my ($query) = @_;
	return $node->safe_psql('centre', "$session EXPLAIN (VERBOSE, ANALYZE, COSTS off, TIMING off, SUMMARY off) $query");
}

# The rows that came over each connection: one number for each Foreign Scan.
sub rows_moved
{
	my ($plan) = @_;
	return join ' ', $plan =~ /Foreign Scan[^\n]*\(actual rows=(\d+)/g;
}

sub computed_there
{
	my ($name, $query, $remote, $moved) = @_;
	my $plan = plan_of($query);
	subtest $name => sub {
		like($plan, qr/Foreign Scan/, 'a foreign scan');
		like($plan, qr/Relations: Aggregate on /, 'of an aggregate');
		like($plan, $remote, 'the remote query has the aggregate');
		is(rows_moved($plan), $moved, "rows moved: $moved");
		(my $local = $query) =~ s/\bFROM answers1\b/FROM (SELECT * FROM here WHERE shard = 1) AS h/;
		$local =~ s/\bFROM answers\b/FROM here/;
		is( $node->safe_psql('centre', "$session $query"),
			$node->safe_psql('centre', "$session $local"),
			'the same answer as from rows that lie here');
	} or diag($plan);
	return;
}

computed_there('one number from one foreign table',
	'SELECT nps(answer) FROM answers1', qr/Remote SQL: SELECT \S*nps\(answer\) FROM/, '1');
computed_there('a summary from one foreign table, by group',
	'SELECT segment, survey_agg(answer) FROM answers1 GROUP BY segment ORDER BY segment',
	qr/Remote SQL: .*survey_agg\(answer\).* GROUP BY/, '12');
computed_there('with FILTER and a condition',
	'SELECT survey_agg(answer) FILTER (WHERE segment < 6), nps(answer::numeric) FROM answers1 WHERE person < 1000',
	qr/Remote SQL: .*FILTER \(WHERE/, '1');
computed_there('a flow of customers in one period',
	q{SELECT flow_agg(started, ended, daterange('2025-02-01', '2025-05-01')) FROM answers1},
	qr/Remote SQL: .*flow_agg\(started, ended, /, '1');
computed_there('a flow of customers between boundaries',
	q{SELECT flow_agg(started, ended, '{2025-01-01,2025-02-01,2025-03-01}'::date[]) FROM answers1},
	qr/Remote SQL: .*flow_agg\(started, ended, /, '1');
computed_there('a rate over a period',
	q{SELECT retention_rate(started, ended, daterange('2025-02-01', '2025-05-01')), churn_rate(started, ended, daterange('2025-02-01', '2025-05-01')) FROM answers1},
	qr/Remote SQL: .*retention_rate\(.*churn_rate\(/, '1');
computed_there('a renewal rate',
	q{SELECT renewal_rate(started, ended IS NULL, '2025-06-30') FROM answers1},
	qr/Remote SQL: .*renewal_rate\(/, '1');
computed_there('subscriptions, a summary and a question to it',
	q{SELECT subscription_agg(person, started, ended), mrr(subscription_agg(person, started, ended, answer), '2025-06-30') FROM answers1},
	qr/Remote SQL: .*subscription_agg\(/, '1');
computed_there('activity, a summary and a question to it',
	q{SELECT activity_agg(person % 700, started), stickiness(activity_agg(person % 700, started + interval '1 hour'), '[2025-02-01,2025-05-01)') FROM answers1},
	qr/Remote SQL: .*activity_agg\(/, '1');
computed_there('activity, instants in the zone of each row',
	q{SELECT active_customers(activity_agg(person, at, zone), '[2025-02-01,2025-05-01)') FROM answers1},
	qr/Remote SQL: .*activity_agg\(person, at, zone\)/, '1');
computed_there('purchases, a summary and a question to it',
	q{SELECT purchase_agg(person % 700, started, answer - 2), revenue(purchase_agg(person, started + interval '1 hour', answer)) FROM answers1},
	qr/Remote SQL: .*purchase_agg\(/, '1');
computed_there('purchases, instants in the zone of each row',
	q{SELECT orders(purchase_agg(person, at, answer, zone), '[2025-02-01,2025-05-01)') FROM answers1},
	qr/Remote SQL: .*purchase_agg\(person, at, /, '1');
computed_there('payments, a summary and a question to it, and the rate in one step',
	q{SELECT payment_agg(started, ended, answer, '2025-06-30'), overdue_amount(payment_agg(started, ended, answer * 1.5, '2025-06-30')), on_time_rate(started, ended, '2025-06-30') FROM answers1},
	qr/Remote SQL: .*payment_agg\(/, '1');
computed_there('a question to a summary',
	'SELECT responses(survey_agg(answer)) FROM answers1', qr/Remote SQL: .*survey_agg\(answer\)/, '1');
computed_there('foreign partitions, by the key of the partitions',
	'SELECT shard, survey_agg(answer), nps(answer) FROM answers GROUP BY shard ORDER BY shard',
	qr/Remote SQL: .*survey_agg\(answer\).* GROUP BY 1/, '1 1');
computed_there('foreign partitions, by the key and more',
	'SELECT shard, segment, survey_agg(answer) FROM answers GROUP BY shard, segment ORDER BY shard, segment',
	qr/Remote SQL: .*survey_agg\(answer\).* GROUP BY/, '12 12');

# --- two steps: a summary on each server, a rollup here ----------------------------

my @two_steps = (
	[   'survey',
		q{SELECT %s FROM (SELECT shard, survey_agg(answer) AS s FROM answers GROUP BY shard OFFSET 0) AS x},
		'rollup(s), nps(rollup(s))',
		'SELECT survey_agg(answer), nps(answer) FROM here' ],
	[   'flow',
		q{SELECT %s FROM (SELECT shard, flow_agg(started, ended, '{2025-01-01,2025-02-01,2025-03-01}'::date[]) AS s FROM answers GROUP BY shard OFFSET 0) AS x},
		'rollup(s)', q{SELECT flow_agg(started, ended, '{2025-01-01,2025-02-01,2025-03-01}'::date[]) FROM here} ],
	[   'subscriptions',
		q{SELECT %s FROM (SELECT shard, subscription_agg(person, started, ended, answer) AS s FROM answers GROUP BY shard OFFSET 0) AS x},
		'rollup(s)', q{SELECT subscription_agg(person, started, ended, answer) FROM here} ],
	[   'activity',
		q{SELECT %s FROM (SELECT shard, activity_agg(person % 700, started) AS s FROM answers GROUP BY shard OFFSET 0) AS x},
		q{rollup(s), repeat_rate(rollup(s), '[2025-02-01,2025-05-01)'), (SELECT string_agg(t::text, ' ') FROM activity_timeline(rollup(s), 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS t)},
		q{SELECT s, repeat_rate(s, '[2025-02-01,2025-05-01)'), (SELECT string_agg(t::text, ' ') FROM activity_timeline(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS t)
			FROM (SELECT activity_agg(person % 700, started) AS s FROM here) AS x} ],
	[   'purchases',
		q{SELECT %s FROM (SELECT shard, purchase_agg(person % 700, started, answer - 2) AS s FROM answers GROUP BY shard OFFSET 0) AS x},
		q{rollup(s), repeat_purchase_rate(rollup(s), 'days'), (SELECT string_agg(t::text, ' ') FROM purchase_timeline(rollup(s), 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS t)},
		q{SELECT s, repeat_purchase_rate(s, 'days'), (SELECT string_agg(t::text, ' ') FROM purchase_timeline(s, 'month', '2025-01-01', '2026-01-01', '2025-12-31') AS t)
			FROM (SELECT purchase_agg(person % 700, started, answer - 2) AS s FROM here) AS x} ],
	[   'renewal',
		q{SELECT %s FROM (SELECT renewal_agg(started, ended IS NULL, '2025-06-30') AS s FROM answers1
			UNION ALL SELECT renewal_agg(started, ended IS NULL, '2025-06-30') FROM answers2) AS x},
		'rate(rollup(s))', q{SELECT renewal_rate(started, ended IS NULL, '2025-06-30') FROM here} ]);
for my $case (@two_steps)
{
	my ($name, $query, $question, $whole) = @$case;
	$query = sprintf $query, $question;
	my $plan = plan_of($query);
	is(rows_moved($plan), '1 1', "rollup of per-server summaries, $name: one row from each server")
	  or diag($plan);
	my $answer = $node->safe_psql('centre', "$session $query");
	isnt($answer, '', "$name: there is an answer");
	is($answer, $node->safe_psql('centre', "$session $whole"), "$name: it is the whole");
}

# Accessors that answer for each server, and the sums over them: what adds is what
# docs/distributed.md says.  Some customers have many rows, none lie on two servers.
my $rows_of = '(SELECT shard, (person %% 700) * 2 + shard AS customer, started, ended, answer + 5 AS amount FROM %s WHERE answer IS NOT NULL) AS r';
for my $accessor (accessors())
{
	my ($name, $aggregate, $arguments) = @$accessor{qw(name aggregate arguments)};
	my $parts = from_parts($accessor, sprintf(
		"(SELECT a.* FROM (SELECT shard, $aggregate AS s FROM $rows_of GROUP BY shard OFFSET 0) AS p, LATERAL $name(p.s, $arguments) AS a) AS parts", 'answers'));
	my $whole = $node->safe_psql('centre', "$session " . from_whole($accessor, sprintf $rows_of, 'here'));

	isnt($whole, '', "$name: there is an answer");
	is($node->safe_psql('centre', "$session $parts"), $whole, "$name: the sums over the servers are the whole");
	is(rows_moved(plan_of($parts)), '1 1', "$name: one row comes from each server") if $aggregate !~ /'/;
}

# A subquery over foreign tables keeps the names of its columns.
my $model = q{'{"signals": [{"name": "segment", "worst": 0, "best": 11}, {"name": "answer", "worst": 0, "best": 10}]}'::healthmodel};
for my $signals ('x', 'to_jsonb(x)')
{
	my $query = "SELECT count(score), round(sum(score)::numeric, 6) FROM (SELECT health_score($model, $signals) AS score FROM (SELECT answer, person, segment FROM %s) AS x) AS y";
	is( $node->safe_psql('centre', sprintf $query, 'answers'),
		$node->safe_psql('centre', sprintf $query, 'here'),
		"health_score(model, $signals) over foreign partitions");
}

# What the servers were really asked: no query for the rows themselves.
my $offset = -s $node->logfile;
$node->safe_psql('centre', "$session " . sprintf($two_steps[0][1], $two_steps[0][2]));
my $asked = substr(slurp_file($node->logfile), $offset);
my @cursors = $asked =~ /DECLARE c\d+ CURSOR FOR\s*\n?\s*(SELECT [^\n]*)/g;
is(scalar @cursors, 2, 'each server was asked once');
is(scalar(grep { /survey_agg\(answer\)/ && /GROUP BY/ } @cursors),
	2, 'for a summary, not for its rows')
  or diag(join "\n", @cursors);

# postgres_fdw sends no call whose text arguments are all constants, for it does
# not know what collation they would have there: a bucket by name moves the rows.
# The answer is right all the same; who wants it computed there names boundaries,
# or keeps the name in a column of the foreign table.
my $by_name = q{SELECT flow_agg(started, ended, 'month') FROM answers1};
unlike(plan_of($by_name), qr/Relations: Aggregate on /, 'a bucket by name is not sent');
is( $node->safe_psql('centre', $by_name),
	$node->safe_psql('centre', q{SELECT flow_agg(started, ended, 'month') FROM here WHERE shard = 1}),
	'but right');
my $by_zone = q{SELECT active_customers(activity_agg(person, at, 'Europe/Berlin'), '[2025-02-01,2025-05-01)') FROM %s};
unlike(plan_of(sprintf $by_zone, 'answers1'), qr/Relations: Aggregate on /, 'nor is a zone that is a constant');
is( $node->safe_psql('centre', sprintf $by_zone, 'answers1'),
	$node->safe_psql('centre', sprintf $by_zone, '(SELECT * FROM here WHERE shard = 1) AS h'),
	'but right');

# --- this test notices when nothing is computed there -------------------------------

$node->safe_psql('centre', 'ALTER SERVER shard1 OPTIONS (DROP extensions)');
my $plan = plan_of('SELECT nps(answer) FROM answers1');
unlike($plan, qr/Relations: Aggregate on /, 'without extensions, the aggregate is not sent');
is(rows_moved($plan), $rows, 'and all rows are');

$node->stop;
done_testing();
