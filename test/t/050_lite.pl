# chs_lite against chs: the same queries of both, over random rows and over the
# sample, give the same rows, and the same wrong calls the same errors; nothing
# of chs_lite but its own helpers has a name, an argument or a result that chs
# has not; every public function of it is called.  Then the ways to bring it to a
# server: CREATE EXTENSION, the script for psql, pg_tle where the server has it;
# and the score that health_sql() writes, on a database without chs.
#
# test/lite/ holds the rows, the queries and the wrong calls.  CHS_SEED=n in the
# environment makes other rows.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = $ENV{CHS_SOURCE} // '.';
my $seed = $ENV{CHS_SEED} // 20260105;
note "seed $seed";

my $node = PostgreSQL::Test::Cluster->new('lite');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
my $has_pg_tle = -e $node->config_data('--sharedir') . '/extension/pg_tle.control';
$node->append_conf('postgresql.conf', "lc_messages = 'C'\ntimezone = 'UTC'\nfsync = off\njit = off\nclient_min_messages = warning\n"
	  . ($has_pg_tle ? "shared_preload_libraries = 'pg_tle'\n" : ''));
$node->start;

sub answer
{
	my ($database, $sql) = @_;
	return $node->safe_psql($database, $sql);
}

sub run_file
{
	my ($database, $file, @more) = @_;
	system_or_bail('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null',
		'-h', $node->host, '-p', $node->port, '-d', $database, @more, '-f', "$source/$file");
}

# the statements of a file, without its comments
sub statements
{
	my $text = slurp_file("$source/$_[0]") =~ s/^--.*\n//mgr;
	return map { s/^\s+//r } grep { /\S/ } split /;\n/, $text;
}

# --- both in one database, each in a schema of its own -----------------------------

# the sample calls chs by name, so chs is in public
answer('postgres', 'CREATE DATABASE beside');
answer('beside', 'CREATE EXTENSION chs; CREATE SCHEMA lite; CREATE EXTENSION chs_lite SCHEMA lite; CREATE SCHEMA data; CREATE SCHEMA asked');
run_file('beside', 'examples/saas.sql');
run_file('beside', 'test/lite/data.sql', '-v', "seed=$seed", '-1');

# A view of each query, made in either schema: it says which functions a query calls.
my @queries = statements('test/lite/queries.sql');
my $views = join '', map { my $schema = $_; my $n = 0; "SET search_path = $schema;\n" . join '', map { $n++; "CREATE VIEW asked.${schema}_$n AS $_;\n" } @queries } qw(public lite);
answer('beside', $views);
my $rows = q{SELECT count(*) || E'\n' || coalesce(string_agg(x::text, E'\n' ORDER BY x::text), '') FROM asked.%s AS x};
# the rows of all queries, one list per schema
sub rows_of
{
	my ($schema) = @_;
	my @rows = split /^\@\@\n/m, answer('beside', join '', map { "\\echo \@\@\n" . sprintf($rows, "${schema}_$_") . ";\n" } 1 .. @queries);
	shift @rows;
	return map { chomp; $_ } @rows;
}
my @chs = rows_of('public');
my @lite = rows_of('lite');
my $not_empty = 0;
for my $n (1 .. @queries)
{
	my ($chs, $lite) = ($chs[ $n - 1 ], $lite[ $n - 1 ] // '');
	my $same = $chs eq $lite;
	$not_empty++ if $chs !~ /^0\n/;
	ok($same, substr($queries[ $n - 1 ] =~ s/\s+/ /gr, 0, 90));
	next if $same;
	my ($a, $b) = map { [ split /\n/ ] } $chs, $lite;
	my ($first) = grep { ($a->[$_] // '') ne ($b->[$_] // '') } 0 .. ($#$a > $#$b ? $#$a : $#$b);
	diag("seed $seed\n$queries[ $n - 1 ]\nchs:      " . ($a->[$first] // 'no row') . "\nchs_lite: " . ($b->[$first] // 'no row'));
}
is($not_empty, scalar @queries, 'every query gives rows');

# --- the catalog -------------------------------------------------------------------

my $public = q{
	FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'chs_lite'
	WHERE p.proname !~ '^lite_' AND p.proname !~ '_(accum|refuse|final|rollup)$'};
cmp_ok(answer('beside', "SELECT count(DISTINCT proname) $public"), '>', 60, 'chs_lite has functions');
is(answer('beside', qq{
	SELECT string_agg(p.oid::regprocedure::text, ' ' ORDER BY p.oid) $public
		AND NOT EXISTS (SELECT FROM pg_depend AS v JOIN pg_rewrite AS r ON v.classid = 'pg_rewrite'::regclass AND v.objid = r.oid
						WHERE v.refclassid = 'pg_proc'::regclass AND v.refobjid = p.oid)
		AND obj_description(p.oid, 'pg_proc') !~ '^always an error'}),
	'', 'each of them is called by a query');
# by names of types, which lie in two schemas
my $signature = q{SELECT p.proname || ' ' || p.prokind::text || '(' || replace(pg_get_function_arguments(p.oid), 'lite.', '') || ') ' || replace(pg_get_function_result(p.oid), 'lite.', '') AS s};
is(answer('beside', qq{
	SET search_path = pg_catalog;
	SELECT string_agg(s, E'\n') FROM ($signature $public
		EXCEPT SELECT p.proname || ' ' || p.prokind::text || '(' || replace(pg_get_function_arguments(p.oid), 'public.', '') || ') ' || replace(pg_get_function_result(p.oid), 'public.', '')
			FROM pg_proc AS p WHERE p.pronamespace = 'public'::regnamespace) AS x}),
	'', 'each has a name, arguments, defaults and results of chs');
my $member = q{FROM pg_depend AS d JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'chs_lite' AND d.deptype = 'e'};
is(answer('beside', qq{
	SELECT string_agg(p.oid::regprocedure::text, E'\n') $member JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
	WHERE coalesce(obj_description(p.oid, 'pg_proc'), '') !~ 'NULL|error' OR p.provolatile <> 'i' OR p.proparallel <> 's' OR p.prosecdef}),
	'', 'each of its functions has a comment with its rule for NULL, is immutable, safe in parallel plans and runs with the rights of its caller');
is(answer('beside', qq{
	SELECT string_agg(t.typname, E'\n') $member JOIN pg_type AS t ON d.classid = 'pg_type'::regclass AND d.objid = t.oid
	WHERE t.typtype <> 'b' AND obj_description(t.oid, 'pg_type') IS NULL}), '', 'each of its types has a comment');

# --- wrong calls ---------------------------------------------------------------------

answer('beside', q{CREATE FUNCTION asked.said(call text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE call;
		RETURN 'no error';
	EXCEPTION WHEN OTHERS THEN
		RETURN sqlstate || ' ' || sqlerrm;
	END $$});
my @calls = statements('test/lite/errors.sql');
my %said;
for my $schema (qw(public lite))
{
	my $ask = "SET search_path = $schema;\n" . join '', map { "SELECT asked.said(\$call\$$_\$call\$);\n" } @calls;
	$said{$schema} = [ split /\n/, answer('beside', $ask) ];
}
for my $n (0 .. $#calls)
{
	is($said{lite}[$n], $said{public}[$n], $calls[$n]);
	isnt($said{public}[$n], 'no error', 'and chs refuses it');
}
like(answer('beside', q{SET search_path = lite; SELECT asked.said('select activity_agg(i, date ''2025-01-01'') from generate_series(1, 20001) i')}),
	qr/^54000 too many rows for one group/, 'more rows than a group may have are refused');
is(answer('beside', q{SET search_path = lite; SELECT active_customers(activity_agg(i, date '2025-01-01'), '[2025-01-01,2025-02-01)') FROM generate_series(1, 20000) i}),
	20000, 'as many as it may have are counted');
is(answer('beside', q{SET search_path = lite; SELECT active_customers((SELECT rollup(s) FROM (SELECT activity_agg(i, date '2025-01-01') AS s FROM generate_series(1, 30000) i GROUP BY i) AS x), '[2025-01-01,2025-02-01)')}),
	30000, 'and more of them by way of rollup');

# --- a parallel plan -----------------------------------------------------------------

my $parallel = q{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 3; SET search_path = %s; };
my $question = q{SELECT nps(answer), csat(answer, 9), rate(answer > 8), (SELECT active_customers(activity_agg(customer_id, answered_on), '[2025-01-01,2026-01-01)') FROM saas.surveys WHERE customer_id < 300) FROM saas.surveys WHERE kind = 'nps'};
like(answer('beside', sprintf($parallel, 'lite') . "EXPLAIN $question"), qr/Finalize Aggregate.*Partial Aggregate/s, 'a parallel plan takes the aggregates');
is(answer('beside', sprintf($parallel, 'lite') . $question), answer('beside', sprintf($parallel, 'public') . $question), 'and gives the answer of chs');

# --- the score, where chs is not -----------------------------------------------------

answer('postgres', 'CREATE DATABASE hosted');
answer('beside', 'CREATE TABLE asked.signals AS SELECT customer_id, logins_30d, days_overdue, plan, seen_on FROM (SELECT i AS customer_id, nullif(i % 30, 7) AS logins_30d, nullif(i % 90, 13) AS days_overdue, (ARRAY[\'gold\', \'free\', NULL])[1 + i % 3] AS plan, date \'2026-01-01\' - i % 50 AS seen_on FROM generate_series(1, 200) i) x');
my $model = q{'{"signals": [{"name": "logins_30d", "weight": 3, "curve": [[0, 0], [4, 50], [20, 100]], "at": "seen_on", "half_life_days": 30, "expires_after_days": 45},
	{"name": "days_overdue", "weight": 2, "worst": 60, "best": 0}, {"name": "plan", "values": {"gold": 100}, "otherwise": 40}],
	"min_coverage": 40, "caps": [{"signal": "days_overdue", "above": 60, "score": 30}]}'};
my $expression = answer('beside', "SELECT health_sql($model, 'postgres', 'date ''2026-01-02''')");
answer('hosted', 'CREATE TABLE signals (customer_id int, logins_30d int, days_overdue int, plan text, seen_on date)');
answer('hosted', 'INSERT INTO signals SELECT i, nullif(i % 30, 7), nullif(i % 90, 13), (ARRAY[\'gold\', \'free\', NULL])[1 + i % 3], date \'2026-01-01\' - i % 50 FROM generate_series(1, 200) i');
answer('hosted', "CREATE VIEW scores AS SELECT customer_id, $expression AS score FROM signals");
my $scores = q{SELECT string_agg(customer_id || ' ' || coalesce(round(score::numeric, 9)::text, 'none'), E'\n' ORDER BY customer_id) FROM };
is(answer('hosted', "$scores scores"), answer('beside', "$scores (SELECT customer_id, health_score($model, s, date '2026-01-02') AS score FROM asked.signals AS s) AS x"),
	'the expression of health_sql gives the score in a database without chs');

# --- the ways to bring it to a server -----------------------------------------------

my $asks = q{SELECT nps(a), (SELECT closing_mrr FROM mrr_movements((SELECT subscription_agg(1, date '2025-01-01', NULL, 12.5)), 'month', '2025-01-01', '2025-02-01', '2025-01-31')) FROM unnest(ARRAY[10, 9, 3]) AS a};
my $says = '33.333333333333336|12.50';
answer('hosted', 'CREATE ROLE owner LOGIN; GRANT CREATE ON DATABASE hosted TO owner');
run_file('hosted', 'lite/chs_lite.plain.sql', '-U', 'owner');
is(answer('hosted', "SET search_path = chs_lite; $asks"), $says, 'the script for psql runs as a role without rights');
answer('hosted', 'SET client_min_messages = warning; DROP SCHEMA chs_lite CASCADE');
is(answer('hosted', 'SELECT count(*) FROM pg_proc WHERE pronamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ \'^pg_|^information\')'), 0, 'and goes with its schema');

answer('hosted', 'SET ROLE owner; CREATE SCHEMA metrics; CREATE EXTENSION chs_lite SCHEMA metrics');
is(answer('hosted', "SET search_path = metrics; $asks"), $says, 'the same role creates the extension');
answer('hosted', 'CREATE SCHEMA elsewhere; ALTER EXTENSION chs_lite SET SCHEMA elsewhere; SET client_min_messages = warning');
is(answer('hosted', "SET search_path = elsewhere; $asks"), $says, 'and it can be moved');
# objects of these names before those of pg_catalog change nothing
answer('hosted', q{CREATE SCHEMA evil; CREATE FUNCTION evil.wrong(numeric, numeric) RETURNS boolean LANGUAGE sql AS 'SELECT false';
	CREATE OPERATOR evil.>= (FUNCTION = evil.wrong, LEFTARG = numeric, RIGHTARG = numeric); CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS $$SELECT 'nowhere'$$});
is(answer('hosted', 'SET search_path = evil, pg_catalog, elsewhere; SELECT elsewhere.local_day(\'2025-01-01 23:30+00\', \'Europe/Warsaw\'), ' . substr($asks, 7) =~ s/nps|mrr_movements|subscription_agg/elsewhere.$&/gr),
	"2025-01-02|$says", 'no search_path changes an answer');
answer('hosted', 'SET client_min_messages = warning; DROP EXTENSION chs_lite');

SKIP:
{
	skip 'this server has no pg_tle', 2 if !$has_pg_tle;
	answer('postgres', 'CREATE DATABASE managed');
	answer('managed', 'CREATE EXTENSION pg_tle');
	# under another name, because pg_tle refuses one that make install brought
	my $script = slurp_file("$source/lite/chs_lite.pgtle.sql") =~ s/install_extension\('chs_lite'/install_extension('chs_hosted'/r;
	answer('managed', $script);
	answer('managed', 'CREATE SCHEMA metrics; CREATE EXTENSION chs_hosted SCHEMA metrics');
	is(answer('managed', "SET search_path = metrics; $asks"), $says, 'pg_tle brings it');
	answer('managed', "SET client_min_messages = warning; DROP EXTENSION chs_hosted; SELECT pgtle.uninstall_extension('chs_hosted')");
	is(answer('managed', "SELECT count(*) FROM pgtle.available_extensions() WHERE name = 'chs_hosted'"), 0, 'and takes it away');
}

$node->stop;
done_testing();
