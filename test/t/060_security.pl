# Nothing that another role prepared is called in place of what chs means, the
# rules of the rows' own tables hold, and names are only names.
#
# Traps are functions, operators and types with the names that chs and its SQL
# use, for arguments that fit better than the right ones.  Each raises "caught".
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsStored;

my $node = PostgreSQL::Test::Cluster->new('security');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "lc_messages = 'C'\nfsync = off\nautovacuum = off\njit = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE mallory LOGIN; CREATE ROLE alice LOGIN; CREATE ROLE owner LOGIN');

# what a script prints, errors too
sub printed
{
	my ($database, $sql, @options) = @_;
	my ($out, $err) = ('', '');
	$node->psql($database, $sql, stdout => \$out, stderr => \$err, on_error_stop => 0, @options);
	return "$out\n$err";
}

# what each of the queries prints, in one session
sub answers
{
	my ($database, $before, $queries, @options) = @_;
	my @answers = split /^-- next\n/m, printed($database, "$before;\n" . join('', map { "\\echo -- next\n$_;\n" } @$queries) . "\\echo -- next\n", @options);
	shift @answers;
	pop @answers;
	return @answers;
}

my $members = q{SELECT count(*) FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')};

# --- a schema that another role prepared --------------------------------------------

store($node, 'clean');
my @asked = map { $_->{ask} } @stored;
my @answers = answers('clean', 'SELECT', \@asked);
unlike(join('', @answers), qr/ERROR/, 'stored values answer');

# SQL that makes a function which raises "caught", for a list of types
my $trap = q{
	CREATE FUNCTION pg_temp.trap(name text, types text, result text, kind text = 'FUNCTION') RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE format('CREATE FUNCTION %s(%s) RETURNS %s LANGUAGE plpgsql AS %L', name, types, result,
					   format('BEGIN RAISE EXCEPTION ''caught %%'', %L; END', format('%s(%s)', name, types)));
	EXCEPTION WHEN duplicate_function THEN
		NULL;
	END $$;};
# Every name of chs with base types, for other types; the operators and functions
# of pg_catalog for every two types that it has none for, or one for any type.
my @own = split /\n/, $node->safe_psql('clean', q{
	SELECT DISTINCT format('%s %s', proname, pronargs)
	  FROM pg_proc p JOIN pg_depend d ON classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'e'
	  JOIN pg_extension e ON e.oid = refobjid AND extname = 'chs'
	 WHERE pronargs > 0 AND (SELECT bool_and(t < 16384 AND t::regtype::text !~ '^(any|internal|cstring|record)') FROM unnest(proargtypes) AS t)});
cmp_ok(scalar @own, '>', 50, 'names of chs that take base types: ' . scalar @own);
my $own = join ', ', map { my ($name, $n) = split / /; "('$name', $n)" } @own;
my $traps = qq{$trap
	SELECT pg_temp.trap('prepared.' || name, array_to_string(array_fill(type, ARRAY[n]), ','), 'float8')
	  FROM (VALUES $own) AS x(name, n), unnest('{int4,int8,float8,numeric,text,date}'::text[]) AS type;
	SELECT pg_temp.trap('prepared.' || name, types, 'float8')
	  FROM (VALUES ('nps_sequence', 'int8,int8,int8,float8'), ('bgnbd_fit', 'int8,float8,float8,int8,text'), ('survival_agg', 'int8,boolean'),
				   ('width_bucket', 'float8,float8[]')) AS x(name, types);
	SELECT pg_temp.trap('prepared.of_two', format('%s,%s', a, b), 'float8')
	  FROM unnest('{int2,int4,int8,float4,float8,numeric,date}'::text[]) AS a, unnest('{int2,int4,int8,float4,float8,numeric,date}'::text[]) AS b;
	SELECT format('CREATE OPERATOR prepared.%s (FUNCTION = prepared.of_two, LEFTARG = %s, RIGHTARG = %s)', op, a, b)
	  FROM unnest('{int2,int4,int8,float4,float8,numeric,date}'::text[]) AS a, unnest('{int2,int4,int8,float4,float8,numeric,date}'::text[]) AS b,
		   unnest('{+,-,*,/,<,>,<=,>=,=,<>}'::text[]) AS op
	 WHERE NOT EXISTS (SELECT FROM pg_operator WHERE oprname = op AND oprleft = a::regtype AND oprright = b::regtype AND oprnamespace = 'pg_catalog'::regnamespace)
	\\gexec
	SELECT pg_temp.trap('prepared.step', 'float8,' || type, 'float8') FROM unnest('{int4,int8,float8,numeric,date}'::text[]) AS type;
	SELECT format('CREATE AGGREGATE prepared.%s(%s) (SFUNC = prepared.step, STYPE = float8, INITCOND = 0)', name, type)
	  FROM unnest('{array_agg,sum,count,min,max,avg}'::text[]) AS name, unnest('{int4,int8,float8,numeric,date}'::text[]) AS type
	\\gexec};
# (what has a signature of chs would stop CREATE EXTENSION, see below)
$traps .= join "\n", "", map { "DROP ROUTINE IF EXISTS prepared.$_;\n" } split /\n/, $node->safe_psql('clean', q{
	SELECT format('%I(%s)', proname, oidvectortypes(proargtypes)) FROM pg_proc
	 WHERE oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'e') AND (SELECT bool_and(t < 16384) FROM unnest(proargtypes) AS t)
	   AND pronamespace = 'public'::regnamespace});
$node->safe_psql('postgres', 'CREATE DATABASE prepared');
$node->safe_psql('prepared', 'CREATE SCHEMA prepared AUTHORIZATION mallory; GRANT TEMPORARY ON DATABASE prepared TO mallory');
$node->safe_psql('prepared', $traps, extra_params => [ '-U', 'mallory', '-o', '/dev/null' ]);
cmp_ok($node->safe_psql('prepared', q{SELECT count(*) FROM pg_proc WHERE pronamespace = 'prepared'::regnamespace}), '>', 300, 'another role prepared a schema');
$node->safe_psql('prepared', 'CREATE EXTENSION chs SCHEMA prepared');
like(printed('prepared', 'SET search_path = prepared; SELECT 1::int4 / 2::float8'), qr/caught/, 'whose traps work');

# Calls of every function in SQL, whose body was parsed in that schema; @ stands for the
# schema of chs.
my %body = (
	'bgnbd_fit(purchasesummary,date,bigint,text)' => q{SELECT @bgnbd_fit(@purchase_agg(i % 9, date '2025-01-01' + i, 3), '2025-12-31', 7, 'bg') FROM generate_series(1, 100) AS i},
	'bgnbd_tracking(bgnbd_model,purchasesummary,text,date,date,date)' => q{SELECT @bgnbd_tracking(ROW('bg', 7, 0.25, 4.5, 0.8, 2.5, NULL, NULL, NULL, NULL, NULL, NULL)::@bgnbd_model, s, 'month', '2025-01-01', '2025-04-01', '2025-03-31')
		FROM (SELECT @purchase_agg(i % 9, date '2025-01-01' + i, 3) AS s FROM generate_series(1, 100) AS i) AS x},
	'bgnbd_tracking(bgnbd_model,purchasesummary,date[],date,date,date)' => q{SELECT @bgnbd_tracking(ROW('bg', 7, 0.25, 4.5, 0.8, 2.5, NULL, NULL, NULL, NULL, NULL, NULL)::@bgnbd_model, s, '{2025-01-01,2025-04-01}'::date[], '2025-01-01', '2025-04-01', '2025-03-31')
		FROM (SELECT @purchase_agg(i % 9, date '2025-01-01' + i, 3) AS s FROM generate_series(1, 100) AS i) AS x},
	'calibration_table(healthmodel,validationsummary,bigint)' => q{SELECT @calibration_table(m, (SELECT @validation_agg(i % 101, i % 3 = 0) FROM generate_series(1, 400) AS i), 4::bigint)
		FROM (SELECT @health_fit('{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::@healthmodel, i % 11 < i % 7, ARRAY[i % 11]::float8[]) AS m FROM generate_series(1, 200) AS i) AS x},
	'lifetimes(subscriptionsummary,date,text)' => q{SELECT @lifetimes(@subscription_agg(i % 9, date '2025-01-01' + i, CASE WHEN i % 2 = 0 THEN date '2025-03-01' + i END), '2025-12-31', 'first') FROM generate_series(1, 30) AS i},
	'nps_sequence(surveysummary,double precision)' => q{SELECT @nps_sequence(@survey_agg(i % 11), 90::float8) FROM generate_series(1, 100) AS i});
is( $node->safe_psql('clean', q{SELECT oid::regprocedure::text AS f FROM pg_proc WHERE prosqlbody IS NOT NULL AND oid IN (SELECT objid FROM pg_depend WHERE deptype = 'e') ORDER BY f}),
	join("\n", sort keys %body), 'this test calls every function in SQL');
for my $function (sort keys %body)
{
	my ($right, $there) = map { printed($_->[0], 'SET search_path = pg_catalog; ' . $body{$function} =~ s/@/$_->[1]./gr) } [ 'clean', 'public' ], [ 'prepared', 'prepared' ];
	unlike($right, qr/ERROR/, "$function answers");
	is($there, $right, "$function: and is not caught");
}

# --- what is already there is not taken in ---------------------------------------------

$node->safe_psql('postgres', 'CREATE DATABASE taken');
for my $object ('FUNCTION prepared.nps(numeric, numeric, numeric) RETURNS float8 LANGUAGE sql AS $$ SELECT 0::float8 $$',
	'TYPE prepared.surveysummary AS (a int)', q{TYPE prepared.healthmodel AS ENUM ('a')}, 'TABLE prepared.bgnbd_model (a int)', 'DOMAIN prepared.flowsummary AS text',
	'AGGREGATE prepared.csat(integer) (SFUNC = int4pl, STYPE = int4)')
{
	my ($what, $name) = $object =~ /^(\w+ prepared\.(\w+))/;
	like(printed('taken', "CREATE SCHEMA prepared AUTHORIZATION mallory; SET ROLE mallory; CREATE $object; RESET ROLE; CREATE EXTENSION chs SCHEMA prepared"), qr/ERROR:  (function|type) "$name" already exists/, "$what of another role stops CREATE EXTENSION");
	is($node->safe_psql('taken', "$members; SELECT count(*) FROM pg_proc WHERE proname = 'survey_agg'; SET client_min_messages = error; DROP SCHEMA prepared CASCADE"), "0\n0", 'and nothing of it remains');
}

# --- a search_path with traps in front, for what is bound already ------------------------

# a twin of every function, operator and type of chs, and of each relation in pg_temp
$node->safe_psql('clean', qq{CREATE SCHEMA hostile AUTHORIZATION mallory; CREATE SCHEMA asked; GRANT USAGE ON SCHEMA asked TO mallory;
	GRANT SELECT ON ALL TABLES IN SCHEMA public TO mallory; SET ROLE mallory; $trap
	SELECT pg_temp.trap(format('hostile.%I', proname), oidvectortypes(proargtypes), 'float8')
	  FROM pg_proc WHERE oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND deptype = 'e') AND prokind = 'f'
	   AND NOT proargtypes::oid[] && ARRAY['internal', 'cstring', '"any"']::regtype[]::oid[];
	SELECT format('CREATE DOMAIN hostile.%I AS text', typname) FROM pg_type WHERE oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_type'::regclass AND deptype = 'e') AND typname !~ '^_'
	\\gexec
	SELECT pg_temp.trap('hostile.same', format('%s,%s', t::regtype, t::regtype), 'boolean') FROM (SELECT oid AS t FROM pg_type WHERE typtype = 'b' AND oid >= 16384 AND typname !~ '^_' AND typnamespace = 'public'::regnamespace) AS x;
	SELECT format('CREATE OPERATOR hostile.%s (FUNCTION = hostile.same, LEFTARG = %s, RIGHTARG = %s)', op, t::regtype, t::regtype)
	  FROM (SELECT oid AS t FROM pg_type WHERE typtype = 'b' AND oid >= 16384 AND typname !~ '^_' AND typnamespace = 'public'::regnamespace) AS x, unnest('{=,<>,<,>}'::text[]) AS op
	\\gexec}, extra_params => [ '-o', '/dev/null' ]);
$node->safe_psql('clean', join ';', map { "CREATE VIEW asked.$_->{type} AS SELECT x::text AS row FROM ($_->{ask}) AS x" } @stored);
$node->safe_psql('clean', 'GRANT SELECT ON ALL TABLES IN SCHEMA asked TO mallory');
my $path = 'SET search_path = hostile, pg_temp, pg_catalog, public';
like(printed('clean', "$path; SELECT nps(1, 2, 3)"), qr/caught/, 'traps in front of the search_path work');
my @views = map { "SELECT * FROM asked.$_->{type}" } @stored;
my @right = answers('clean', 'SELECT', \@views);
unlike(join('', @right), qr/ERROR/, 'views over all types answer');
my $twins = join '', map { "CREATE TEMP TABLE $_->{type} (a int);" } @stored;
my @bound = answers('clean', "$path; $twins", \@views, extra_params => [ '-U', 'mallory' ]);
is($bound[$_], $right[$_], "$stored[$_]{type}: a view answers the same with traps in front of the search_path") for 0 .. $#stored;

# --- an owner of a database who is no superuser -------------------------------------------

$node->safe_psql('postgres', 'CREATE DATABASE owned OWNER owner');
my @as_owner = (extra_params => [ '-U', 'owner' ]);
$node->safe_psql('owned', 'CREATE EXTENSION chs', @as_owner);
like(printed('owned', 'CREATE OR REPLACE FUNCTION nps(surveysummary) RETURNS float8 LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT 0::float8 $$', @as_owner),
	qr/must be owner of function nps/, 'who made a trusted extension cannot replace its functions');
like(printed('owned', 'ALTER FUNCTION nps(surveysummary) SECURITY DEFINER', @as_owner), qr/must be owner of function nps/, 'nor lend its rights');
like(printed('owned', 'ALTER FUNCTION nps(surveysummary) SUPPORT health_score_support', @as_owner), qr/must be (owner|superuser)/, 'nor its support function');
like(printed('owned', q{CREATE FUNCTION mine(healthmodel) RETURNS float8 AS '$libdir/chs', 'chs_health_score_support' LANGUAGE C}, @as_owner),
	qr/permission denied for language c/, 'nor call into the library');
like(printed('owned', 'SELECT health_score_support(NULL::internal)', @as_owner), qr/ERROR/, 'nor call the support function');
is(printed('owned', 'SELECT nps(survey_agg(9))', extra_params => [ '-U', 'alice' ]), "100\n", 'every role may call them');
is(printed('owned', 'DROP EXTENSION chs', @as_owner), "\n", 'and the owner may drop the extension');

# --- the rules of tables ----------------------------------------------------------------

my $model = q{'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'};
$node->safe_psql('postgres', 'CREATE DATABASE tenants');
$node->safe_psql('tenants', qq{
	CREATE EXTENSION chs;
	CREATE TABLE answers (tenant name, answer int, usage float8, customer bigint, day date);
	INSERT INTO answers SELECT CASE WHEN i % 10 = 0 THEN 'alice' ELSE 'mallory' END, CASE WHEN i % 10 = 0 THEN 9 ELSE 0 END, CASE WHEN i % 10 = 0 THEN 5 ELSE 1 END, i, date '2025-01-01' + i % 90
	  FROM generate_series(1, 20000) AS i;
	ALTER TABLE answers ENABLE ROW LEVEL SECURITY;
	CREATE POLICY own ON answers USING (tenant = current_user);
	CREATE VIEW invoker WITH (security_invoker) AS SELECT * FROM answers;
	CREATE VIEW barrier WITH (security_barrier) AS SELECT * FROM answers WHERE tenant = current_user;
	GRANT SELECT ON answers, invoker, barrier TO alice, mallory;
	ALTER TABLE answers SET (parallel_workers = 2);
	ANALYZE answers;
	CREATE FUNCTION peek(v float8) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS \$\$ BEGIN IF v < 20 THEN RAISE WARNING 'seen %', v; END IF; RETURN true; END \$\$;
	GRANT CREATE, USAGE ON SCHEMA public TO alice});
my $asked = "SELECT nps(answer), active_customers(activity_agg(customer, day), '[2025-01-01,2026-01-01)'), round(avg(health_score($model, t))) FROM %s AS t";
for my $plan ('SET max_parallel_workers_per_gather = 0', 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0')
{
	for my $relation (qw(answers invoker barrier))
	{
		my $query = sprintf $asked, $relation;
		is(printed('tenants', "$plan; SET ROLE alice; $query; SET ROLE mallory; $query"), "100|2000|50\n-100|18000|10\n", "$relation: each role sees its own rows ($plan)");
	}
}
is(printed('tenants', "SET plan_cache_mode = force_generic_plan; PREPARE q AS " . sprintf($asked, 'answers') . '; SET ROLE alice; EXECUTE q; SET ROLE mallory; EXECUTE q; SET ROLE alice; EXECUTE q'),
	"100|2000|50\n-100|18000|10\n100|2000|50\n", 'a prepared plan follows the role');
unlike(printed('tenants', "SET ROLE alice; SELECT count(*) FROM $_ AS t WHERE peek(health_score($model, t)) AND peek(usage * 10)"), qr/seen/, "$_: a function of another sees no score of a row that the role may not see")
  for qw(answers invoker barrier);
$node->safe_psql('tenants', 'CREATE MATERIALIZED VIEW mine AS SELECT survey_agg(answer) AS s FROM answers', extra_params => [ '-U', 'alice' ]);
is($node->safe_psql('tenants', 'SELECT responses(s), nps(s) FROM mine'), '2000|100', 'a materialized view holds the rows of its owner');
is($node->safe_psql('tenants', 'REFRESH MATERIALIZED VIEW mine; SELECT responses(s), nps(s) FROM mine'), '2000|100', 'whoever refreshes it');

# --- names and texts of any kind -----------------------------------------------------------

# 63 bytes, quotes, a comment, the end of a statement
my $weird = q{we"ird'; DROP TABLE canary; --$$ \\' };
$weird .= 'ü' x ((63 - length $weird) / 2);
$weird .= '.' while length $weird < 63;
(my $quoted = $weird) =~ s/"/""/g;
$node->safe_psql('postgres', 'CREATE DATABASE names');
$node->safe_psql('names', qq{CREATE SCHEMA "$quoted"; CREATE EXTENSION chs SCHEMA "$quoted"; CREATE TABLE canary (a int)});
my $in = qq{SET search_path = "$quoted", public};
my @moved = grep { $stored[$_]{type} ne 'samplesummary' } 0 .. $#stored;	# whose aggregate is in pg_temp
$node->safe_psql('names', join ';', $in, map { $_->{make} } @stored[@moved]);
my @there = answers('names', $in, [ @asked[@moved] ]);
is($there[$_], $answers[ $moved[$_] ], "$stored[$moved[$_]]{type}: the same in a schema of 63 bytes and quotes") for 0 .. $#moved;
my $dump = $node->basedir . '/names.sql';
$node->command_ok([ 'pg_dump', '-f', $dump, 'names' ], 'it is dumped');
$node->safe_psql('postgres', 'CREATE DATABASE names_restored');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null', '-d', 'names_restored', '-f', $dump ], 'and restored');
is(join('', answers('names_restored', $in, [ @asked[@moved] ])), join('', @there), 'with its values');
$node->safe_psql('names', qq{ALTER EXTENSION chs SET SCHEMA public});
is(join('', answers('names', $in, [ @asked[@moved] ])), join('', @there), 'moved to another schema');

# columns, a table and a type of such names: signals of a model, found by name
$node->safe_psql('names', qq{
	CREATE FUNCTION weird(suffix text) RETURNS text LANGUAGE sql IMMUTABLE AS \$f\$ SELECT left(name, length(name) - length(suffix)) || suffix FROM (VALUES (\$w\$$weird\$w\$)) AS v(name) \$f\$;
	SELECT format('CREATE TABLE %1\$I (%1\$I float8, %2\$I numeric, %3\$I text, %4\$I date)', weird(''), weird('2'), weird('3'), weird('4'))
	\\gexec
	SELECT format('INSERT INTO %I VALUES (5, 1, %L, %L), (NULL, 2, %L, %5\$L)', weird(''), weird(''), '2025-06-01', weird('x'), '2025-06-10')
	\\gexec
	CREATE TABLE model AS SELECT jsonb_build_object('title', weird(''), 'signals', jsonb_build_array(
		jsonb_build_object('name', weird(''), 'worst', 0, 'best', 10, 'label', weird('l'), 'group', weird('g'), 'action', weird('a')),
		jsonb_build_object('name', weird('2'), 'worst', 0, 'best', 4, 'at', weird('4'), 'half_life_days', 30),
		jsonb_build_object('name', weird('3'), 'values', jsonb_build_object(weird(''), 100, weird('x'), 20)))) AS model}, extra_params => [ '-o', '/dev/null' ]);
is($node->safe_psql('names', q{SELECT octet_length(weird(''))}), '63', 'a name of 63 bytes');
my ($table) = split /\n/, $node->safe_psql('names', q{SELECT quote_ident(weird(''))});
my $scores = $node->safe_psql('names', qq{SELECT round(health_score(model::healthmodel, t, '2025-06-11')::numeric, 9) FROM model, $table AS t ORDER BY 1});
is($scores, $node->safe_psql('names', qq{SELECT round(health_score(model::healthmodel, to_jsonb(t), '2025-06-11')::numeric, 9) FROM model, $table AS t ORDER BY 1}), 'columns of such names are found');
is( printed('names', qq{SELECT format('SELECT round(health_score(%L::healthmodel, t)) FROM (SELECT %I FROM %2\$I) AS t', model #- '{signals,1}' #- '{signals,1}', weird('')) FROM model
	\\gexec}), "50\n\n", 'by the planner, too');
for my $setting ('on', 'off')
{
	is( printed('names', qq{SET escape_string_warning = off; SET standard_conforming_strings = $setting;
		SELECT format('SELECT round((%s)::numeric, 9) FROM %s ORDER BY 1', health_sql(model::healthmodel, 'postgres', 'date ''2025-06-11'''), quote_ident(weird(''))) FROM model
		\\gexec}), "$scores\n", "the text of health_sql gives the same, standard_conforming_strings $setting");
}
is($node->safe_psql('names', 'SELECT count(*) FROM canary'), '0', 'and nothing else was executed');
is($node->safe_psql('names', q{SELECT signal = weird('') AND label = weird('l') AND signal_group = weird('g') AND action = weird('a') FROM model, health_explain(model::healthmodel, '{}'::jsonb, '2025-06-11') LIMIT 1}),
	't', 'texts come back as they are');

$node->stop;
done_testing();
