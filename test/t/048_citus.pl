# Citus: aggregates over a distributed table are those of the local one, the
# shard-wise recipe of docs/distributed.md adds up, and health scores either find
# their columns or say how to call them.  Runs where the server has Citus.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../lib";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use ChsShards qw(accessors from_parts from_whole);

chomp(my $share = `pg_config --sharedir`);
plan skip_all => 'the server has no Citus' if !-e "$share/extension/citus.control";

# --- a coordinator and two workers ------------------------------------------------

my ($coordinator, @workers) = map { PostgreSQL::Test::Cluster->new($_) } qw(coordinator worker1 worker2);
for my $node ($coordinator, @workers)
{
	$node->init;
	$node->append_conf('postgresql.conf', q{
		shared_preload_libraries = 'citus'
		max_prepared_transactions = 50
		max_connections = 100
		citus.enable_statistics_collection = off
		citus.node_conninfo = 'sslmode=disable'
		lc_messages = 'C'
	});
	$node->start;
	$node->safe_psql('postgres', 'CREATE DATABASE shards');
	$node->safe_psql('shards', 'CREATE EXTENSION citus; CREATE EXTENSION chs');
}
$coordinator->safe_psql('shards', sprintf q{SELECT citus_set_coordinator_host('%s', %d)}, $coordinator->host, $coordinator->port);
$coordinator->safe_psql('shards', sprintf q{SELECT citus_add_node('%s', %d)}, $_->host, $_->port) for @workers;

sub answer
{
	return $coordinator->safe_psql('shards', 'SET client_min_messages = warning; ' . shift);
}

sub refusal
{
	my ($out, $err) = ('', '');
	$coordinator->psql('shards', shift, stdout => \$out, stderr => \$err);
	return $err;
}

my $columns = 'n bigint, customer bigint, part int, segment int, started date, ended date, amount numeric, answer int, score float8, gone boolean';
answer(qq{
	CREATE TABLE here ($columns);
	INSERT INTO here
	SELECT i, c, hashint8(c) & 63, i % 7, day, CASE WHEN i % 3 > 0 THEN day + (i % 90)::int END, 10 + i % 90,
		   CASE WHEN i % 10 > 0 THEN i * i % 11 END, (i * 7919) % 10007 / 100.07, (i * 31) % 10 < 3
	FROM (SELECT i, i % 900 AS c, date '2025-01-01' + (i % 900 % 300 + i / 900 * 13)::int AS day FROM generate_series(1::bigint, 5000) AS i) AS x;
	CREATE TABLE rows ($columns);
	CREATE TABLE parts ($columns);
	SELECT create_distributed_table('rows', 'customer', shard_count => 8);
	SELECT create_distributed_table('parts', 'part', shard_count => 8, colocate_with => 'none');
	INSERT INTO rows SELECT * FROM here;
	INSERT INTO parts SELECT * FROM here});
is(answer('SELECT count(DISTINCT nodeport) FROM citus_shards'), '2', 'the shards lie on two workers');

# --- aggregates ----------------------------------------------------------------------

my @aggregates = (
	'nps(answer)', 'csat(answer, 8::bigint)', 'ces(answer)', 'survey_agg(answer)', 'survey_agg(answer) FILTER (WHERE segment < 3)',
	'activity_agg(customer, started)', q{activity_agg(customer::text, started::timestamptz, 'Europe/Warsaw')},
	'subscription_agg(customer, started, ended, amount)', 'purchase_agg(customer, started, amount - 20)',
	q{flow_agg(started, ended, 'month')}, q{retention_rate(started, ended, '[2025-01-01,2025-04-01)')},
	q{renewal_rate(started, gone, '2025-06-30')}, 'rate(gone)', 'ticket_agg(started, ended)',
	q{payment_agg(started, ended, amount, '2025-06-30')}, q{on_time_rate(started, ended, '2025-06-30')},
	'validation_agg(score, gone)', 'effect_agg(gone, answer > 5, segment::text)',
	'survival_agg(ended - started, gone)', 'forecast_agg(score / 101, amount)');
my $calls = join ', ', map { "($_)::text" } @aggregates;
my $each = sprintf q{SELECT concat_ws(' ', %s) FROM (SELECT customer, %s FROM %%s WHERE customer < 40 GROUP BY customer) AS x (customer, %s) ORDER BY customer},
  join(', ', map { "a$_" } 0 .. $#aggregates), $calls, join(', ', map { "a$_" } 0 .. $#aggregates);
my @combined = split /\|/, answer("SELECT $calls FROM rows"), -1;
my @here = split /\|/, answer("SELECT $calls FROM here"), -1;
is($combined[$_], $here[$_], "$aggregates[$_], combined from the shards") for 0 .. $#aggregates;
is(scalar(@here), scalar(@aggregates), 'each has an answer');
is(answer(sprintf $each, 'rows'), answer(sprintf $each, 'here'), 'all of them, for each customer');
my $plan = answer('EXPLAIN (VERBOSE, COSTS off) SELECT subscription_agg(customer, started, ended, amount) FROM rows');
like($plan, qr/coord_combine_agg.*worker_partial_agg/s, 'the workers send states, the coordinator combines them');
$plan = answer('EXPLAIN (VERBOSE, COSTS off) SELECT customer, subscription_agg(customer, started, ended, amount) FROM rows GROUP BY customer');
unlike($plan, qr/coord_combine_agg|worker_partial_agg/, 'grouped by the distribution column the workers do all of it');
like(refusal('SELECT segment, nps(answer) FROM rows GROUP BY GROUPING SETS ((segment), ())'),
	qr/could not run distributed query with GROUPING SETS/, 'Citus refuses GROUPING SETS');
is( answer('SELECT segment, nps(rollup(s)) FROM (SELECT segment, survey_agg(answer) AS s FROM rows GROUP BY segment OFFSET 0) AS x GROUP BY GROUPING SETS ((segment), ()) ORDER BY 1'),
	answer('SELECT segment, nps(answer) FROM here GROUP BY GROUPING SETS ((segment), ()) ORDER BY 1'),
	'a rollup of summaries gives the same');

# --- accessors on the shards: each shard answers for its customers, the sums are taken here ---

for my $accessor (accessors())
{
	my ($name, $aggregate, $arguments) = @$accessor{qw(name aggregate arguments)};

	# a view without rows has the row type of the accessor
	my $view = "CREATE TEMP VIEW row_type AS SELECT * FROM $name((SELECT $aggregate FROM here WHERE false), $arguments)";
	my $recipe = from_parts($accessor, sprintf q{(SELECT (json_populate_recordset(NULL::row_type, result::json)).*
		FROM run_command_on_shards('rows', $command$
			SELECT coalesce(json_agg(r), '[]') FROM %s((SELECT %s FROM %%s), %s) AS r $command$)) AS parts},
	  $name, $aggregate, $arguments);
	# the same as one query: grouped by the distribution column
	my $query = from_parts($accessor,
		"(SELECT a.* FROM (SELECT part, $aggregate AS s FROM parts GROUP BY part) AS p, LATERAL $name(p.s, $arguments) AS a) AS parts");
	my ($whole, $shards, $parts, $plan) = split /\n?--next\n?/,
	  answer(join "; SELECT '--next'; ", "$view; " . from_whole($accessor, 'here'), $recipe, $query, "EXPLAIN (VERBOSE, COSTS off) $query");

	isnt($whole, '', "$name: there is an answer");
	is($shards, $whole, "$name: the sums over the shards are the whole");
	is($parts, $whole, "$name: distributed by a part of the hash");
	like($plan, qr/Query: [^\n]*\Q$name\E\([^\n]*GROUP BY worker_column_\d/, "$name: the workers sum, and send no summary")
	  if $name eq 'mrr_movements';
}
is( answer(q{SELECT bool_and(success), count(*) FROM run_command_on_shards('rows', 'SELECT 1 / (count(*) FILTER (WHERE customer = 1))::int FROM %s')}),
	'f|8', 'run_command_on_shards reports a shard that failed in its rows, not as an error');

# --- health scores ---------------------------------------------------------------------

my $model = q{'{"signals": [{"name": "logins", "worst": 0, "best": 20}, {"name": "tickets", "worst": 8, "best": 0}]}'};
answer(qq{
	CREATE TABLE v (customer bigint, logins int, tickets int, model healthmodel);
	CREATE TABLE v_here AS SELECT i::bigint AS customer, i % 20 AS logins, i % 9 AS tickets, $model\::healthmodel AS model FROM generate_series(1, 500) AS i;
	SELECT create_distributed_table('v', 'customer');
	INSERT INTO v SELECT * FROM v_here});
my $scores = answer('SELECT count(score), sum(score) FROM (SELECT health_score(model, t) AS score FROM v_here AS t) AS s');
my $sub = '(SELECT tickets, customer, model, logins FROM v)';
is(answer('SELECT count(score), sum(score) FROM (SELECT health_score(model, v) AS score FROM v) AS s'), $scores, 'a table by its name');
is(answer("SELECT count(score), sum(score) FROM $sub AS v, LATERAL health_score(v.model, v) AS score"), $scores, 'a subquery, LATERAL');
is(answer("SELECT count(score), sum(score) FROM $sub AS v, LATERAL health_score(v.model, to_jsonb(v)) AS score"), $scores, 'as jsonb, LATERAL');
my $hint = qr/HINT:  .*FROM v, LATERAL health_score\(v\.model, v, as_of\) AS score\./;
for my $signals ('x', 'to_jsonb(x)')
{
	my $refusal = refusal("SELECT sum(health_score(x.model, $signals)) FROM $sub AS x");
	like($refusal, $hint, "health_score(model, $signals): the names are lost, and the hint says what to write");
	unlike($refusal, qr/Perhaps you meant|Add it/, 'and nothing else');
}

$_->stop for $coordinator, @workers;
done_testing();
