# ALTER EXTENSION chs UPDATE from every version whose script is there, to this
# one: what was stored keeps its values and answers, what depends on chs stays,
# and the catalog is the one that CREATE EXTENSION makes.
#
# CONTRIBUTING.md says how a release freezes its script.  The version "base"
# stands for one as long as nothing is released: make upgrade-scripts writes it.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsStored;

my $node = PostgreSQL::Test::Cluster->new('upgrade');
$node->init;
$node->append_conf('postgresql.conf', "lc_messages = 'C'\nfsync = off\nautovacuum = off\njit = off\n");
$node->start;

sub is_extension
{
	return "refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')";
}

# All that is known of the members, without OIDs, one line each.
my $own = 'SELECT objid FROM pg_depend WHERE ' . is_extension() . q{ AND classid = '%s'::regclass};
my $catalog = join ' UNION ALL ',
  map { "SELECT concat_ws(' | ', $_->[1]) FROM $_->[0] AS x WHERE x.oid IN (" . sprintf($own, $_->[0]) . ')' }
  [ 'pg_proc', q{oid::regprocedure, pronamespace::regnamespace, pg_get_function_result(oid), pg_get_function_arguments(oid), prolang, procost, prorows, provariadic::regtype, prosupport,
		prokind, prosecdef, proleakproof, proisstrict, proretset, provolatile, proparallel, prosrc, probin, proconfig, proacl, pg_get_function_sqlbody(oid), pg_get_userbyid(proowner)} ],
  [ 'pg_type', q{oid::regtype, typlen, typbyval, typtype, typcategory, typispreferred, typinput, typoutput, typreceive, typsend, typmodin, typanalyze, typalign, typstorage, typarray::regtype,
		typelem::regtype, typacl} ],
  [ 'pg_operator', 'oid::regoperator, oprkind, oprcanmerge, oprcanhash, oprresult::regtype, oprcom::regoperator, oprnegate::regoperator, oprcode, oprrest, oprjoin' ],
  [ 'pg_cast', 'castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext, castmethod' ],
  [ 'pg_opclass', q{opcname, (SELECT amname FROM pg_am WHERE oid = opcmethod), opcintype::regtype, opcdefault, opckeytype::regtype,
		(SELECT string_agg(concat_ws(' ', amopstrategy, amoppurpose, amopopr::regoperator), ', ' ORDER BY amopstrategy) FROM pg_amop WHERE amopfamily = opcfamily),
		(SELECT string_agg(concat_ws(' ', amprocnum, amproc::regprocedure), ', ' ORDER BY amprocnum) FROM pg_amproc WHERE amprocfamily = opcfamily)} ];
$catalog .= q{ UNION ALL SELECT concat_ws(' | ', aggfnoid::regprocedure, aggkind, aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn, aggfinalextra,
		aggmfinalextra, aggfinalmodify, aggmfinalmodify, aggsortop, aggtranstype::regtype, aggtransspace, aggmtranstype::regtype, aggmtransspace, agginitval, aggminitval)
	FROM pg_aggregate WHERE aggfnoid IN (} . sprintf($own, 'pg_proc') . ')';
# what the members are, what they depend on, and their comments
$catalog .= q{ UNION ALL SELECT pg_describe_object(classid, objid, objsubid) || ' -> ' || pg_describe_object(refclassid, refobjid, refobjsubid) || ' ' || deptype::text
	FROM pg_depend AS d WHERE refclassid <> 'pg_namespace'::regclass AND (classid, objid) IN (SELECT classid, objid FROM pg_depend WHERE } . is_extension() . ')
	UNION ALL SELECT pg_describe_object(classid, objid, 0) || E\': \' || obj_description(objid, classid::regclass::name) FROM pg_depend WHERE ' . is_extension() . ' ORDER BY 1';

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION chs');
my $wanted = $node->safe_psql('fresh', $catalog);
cmp_ok(scalar(split /\n/, $wanted), '>', 3000, 'the catalog of a new installation: ' . scalar(split /\n/, $wanted) . ' lines');

my $this = $node->safe_psql('postgres', q{SELECT default_version FROM pg_available_extensions WHERE name = 'chs'});
my @versions = split /\n/, $node->safe_psql('postgres',
	"SELECT source FROM pg_extension_update_paths('chs') WHERE target = '$this' AND path IS NOT NULL AND source IN (SELECT version FROM pg_available_extension_versions WHERE name = 'chs') ORDER BY 1");
cmp_ok(scalar @versions, '>=', 1, "versions to upgrade from: @versions");

for my $version (@versions)
{
	my $database = "from_$version" =~ s/\W/_/gr;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, "CREATE EXTENSION chs VERSION '$version'");
	isnt($node->safe_psql($database, $catalog), $wanted, "$version is not what this version is");

	# values of each type that the version has, and what else depends on it
	my %has = map { $_ => 1 } split /\n/, $node->safe_psql($database, 'SELECT typname FROM pg_type WHERE oid IN (' . sprintf($own, 'pg_type') . ')');
	my @kept = grep { $has{ $_->{type} } } @stored;
	cmp_ok(scalar @kept, '>', 20, "$version: values of " . scalar(@kept) . ' types are stored');
	$node->safe_psql($database, join ';', map { $_->{make} } @kept);
	$node->safe_psql($database, q{
		CREATE INDEX by_value ON kept_surveysummary USING hash (s);
		CREATE TABLE with_default (m healthmodel DEFAULT '{"signals": [{"name": "usage", "worst": 0, "best": 10}]}', nps float8, s surveysummary, CHECK (nps(s) > -101));
		CREATE VIEW scores AS SELECT id, nps(s) AS nps FROM kept_surveysummary;
		CREATE MATERIALIZED VIEW total AS SELECT 1 AS id, rollup(s) AS s FROM kept_surveysummary;
		CREATE UNIQUE INDEX ON total (id);
		CREATE FUNCTION mine(s surveysummary) RETURNS float8 LANGUAGE sql IMMUTABLE RETURN nps(s) + 1;
		CREATE AGGREGATE my_nps(integer) (SFUNC = surveysummary_accum, STYPE = surveysummary, FINALFUNC = nps, INITCOND = '1:0{}')});
	my @asked = ((map { $_->{ask} } @kept), 'SELECT * FROM scores ORDER BY id', 'SELECT nps(s), mine(s) FROM total', 'SELECT my_nps(i % 11) FROM generate_series(1, 99) AS i',
		q{SELECT string_agg(md5(t::text), ' ' ORDER BY id) FROM kept_subscriptionsummary AS t});
	my $ask = join ';', @asked;
	my $before = $node->safe_psql($database, $ask);
	my $dependent = q{SELECT pg_describe_object(classid, objid, objsubid) || ' -> ' || pg_describe_object(refclassid, refobjid, refobjsubid) || ' ' || deptype::text
		FROM pg_depend WHERE objid >= (SELECT oid FROM pg_extension WHERE extname = 'chs')
		AND (classid, objid) NOT IN (SELECT classid, objid FROM pg_depend WHERE } . is_extension() . q{)
		AND (refclassid, refobjid) IN (SELECT classid, objid FROM pg_depend WHERE } . is_extension() . q{) ORDER BY 1};
	my $dependents = $node->safe_psql($database, $dependent);
	cmp_ok(scalar(split /\n/, $dependents), '>', 40, "$version: objects that depend on it: " . scalar(split /\n/, $dependents));

	# a session that has plans and values from before goes on
	is($node->safe_psql($database, "PREPARE q AS SELECT nps(rollup(s)) FROM kept_surveysummary; EXECUTE q; ALTER EXTENSION chs UPDATE; EXECUTE q"),
		join("\n", ($node->safe_psql($database, 'SELECT nps(rollup(s)) FROM kept_surveysummary')) x 2), "$version: a session answers before and after");
	is($node->safe_psql($database, q{SELECT extversion FROM pg_extension WHERE extname = 'chs'}), $this, "$version becomes $this");
	is($node->safe_psql($database, $ask), $before, "$version: the same values and answers");
	is($node->safe_psql($database, $catalog), $wanted, "$version: the catalog is that of a new installation");
	# (what the upgrade brings has parts, too)
	my %depends = map { $_ => 1 } split /\n/, $node->safe_psql($database, $dependent);
	is(join("\n", grep { !$depends{$_} } split /\n/, $dependents), '', "$version: what depends on chs still does");
	is($node->safe_psql($database, 'SET enable_seqscan = off; SELECT count(*) FROM kept_surveysummary AS k WHERE EXISTS (SELECT FROM kept_surveysummary AS f WHERE f.s = k.s); REFRESH MATERIALIZED VIEW CONCURRENTLY total; SELECT nps(s) FROM total'),
		$node->safe_psql($database, 'SELECT count(*), nps(rollup(s)) FROM kept_surveysummary') =~ s/\|/\n/r, "$version: indexes find, materialized views refresh");
	my (undef, undef, $error) = $node->psql($database, 'DROP EXTENSION chs');
	like($error, qr/cannot drop extension chs because other objects depend on it/, "$version: and is not dropped under them");
	$node->safe_psql($database, $_->{make}) for grep { !$has{ $_->{type} } } @stored;
	my $all = join ';', map { $_->{ask} } @stored;

	# dumped and restored it is this version, with the same values
	my $file = $node->basedir . "/$database.dump";
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, $database ], "$version: pg_dump after the upgrade");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$database");
	$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', "restored_$database", $file ], 'pg_restore');
	is($node->safe_psql("restored_$database", $all), $node->safe_psql($database, $all), "$version: restored with its values");
	is($node->safe_psql("restored_$database", $catalog), $wanted, "$version: and as this version");
}

$node->stop;
done_testing();
