# Installing chs: by its schema, by an ordinary owner of a database, moved to
# another schema, dropped again, and through dump and restore.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsStored;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->start;

# What belongs to the extension, the extension itself left out.
my $members = q{
	SELECT count(*) FROM pg_depend
	WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')};

# How the objects look, named without the schema they stand in.
my $objects = q{
	SELECT string_agg(regexp_replace(
		(pg_identify_object(classid, objid, objsubid)).type || ' ' ||
		(pg_identify_object(classid, objid, objsubid)).identity,
		'\m(public|metrics|moved)\.', '', 'g'), E'\n' ORDER BY 1)
	FROM pg_depend
	WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')};

# --- in a schema of its own, moved, dropped ---------------------------------

$node->safe_psql('postgres', 'CREATE DATABASE placed');
$node->safe_psql('placed',
	'CREATE SCHEMA metrics; CREATE SCHEMA moved; CREATE EXTENSION chs SCHEMA metrics');
my $count = $node->safe_psql('placed', $members);
my @parts = grep { !m{/head\.sql$} } glob("'$ENV{CHS_SOURCE}/sql/parts/*.sql'");
cmp_ok($count, '>=', scalar @parts, "every part of the script brings objects: $count");
my $before = $node->safe_psql('placed', $objects);

my $elsewhere = q{
	SELECT count(*) FROM pg_depend d, pg_identify_object(classid, objid, objsubid) o
	WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
	  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')
	  AND o.schema IS DISTINCT FROM (SELECT nspname FROM pg_extension e
		JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'chs')
	  AND o.type NOT IN ('cast', 'operator class', 'operator family', 'event trigger')};
is($node->safe_psql('placed', $elsewhere), '0',
	'every object stands in the schema that was named');

$node->safe_psql('placed', 'ALTER EXTENSION chs SET SCHEMA moved');
is($node->safe_psql('placed', $elsewhere), '0',
	'every object follows to another schema');
is($node->safe_psql('placed', $objects),
	$before, 'and is the same object there');

$node->safe_psql('placed', 'DROP EXTENSION chs');
is( $node->safe_psql('placed',
		q{SELECT (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
			WHERE nspname IN ('metrics', 'moved', 'public'))
		  + (SELECT count(*) FROM pg_type t JOIN pg_namespace n ON n.oid = typnamespace
			WHERE nspname IN ('metrics', 'moved', 'public'))}),
	'0',
	'DROP EXTENSION leaves nothing');
$node->safe_psql('placed', 'CREATE EXTENSION chs');
is($node->safe_psql('placed', $members),
	$count, 'it can be created again after that');

# --- by a user who is no superuser -----------------------------------------

$node->safe_psql('postgres',
	'CREATE ROLE owner LOGIN; CREATE DATABASE owned OWNER owner; '
	  . 'CREATE ROLE guest LOGIN; CREATE DATABASE other');
$node->safe_psql('owned', 'CREATE EXTENSION chs',
	extra_params => [ '-U', 'owner' ]);
is($node->safe_psql('owned', $members),
	$count, 'the owner of a database creates it: it is trusted');
is( $node->safe_psql('owned',
		q{SELECT count(*) FROM pg_proc JOIN pg_depend ON objid = pg_proc.oid AND classid = 'pg_proc'::regclass
		  WHERE deptype = 'e' AND prosecdef
		    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')}),
	'0',
	'no function runs with the rights of its owner');
my ($status, $out, $err) =
  $node->psql('other', 'CREATE EXTENSION chs', extra_params => [ '-U', 'guest' ]);
isnt($status, 0, 'who has no CREATE on the database cannot');
like($err, qr/permission denied to create extension "chs"/,
	'and is told so');
$node->safe_psql('other', 'GRANT CREATE ON DATABASE other TO guest');
$node->safe_psql('other', 'CREATE SCHEMA AUTHORIZATION guest');
$node->safe_psql('other', 'CREATE EXTENSION chs SCHEMA guest',
	extra_params => [ '-U', 'guest' ]);
is($node->safe_psql('other', $members),
	$count, 'CREATE on the database is enough');

# --- dump and restore -----------------------------------------------------------

store($node, 'source');

my $dir = $node->basedir;
for my $format ('custom', 'plain')
{
	my $file = "$dir/source.$format";
	$node->command_ok([ 'pg_dump', "--format=$format", '-f', $file, 'source' ],
		"pg_dump, format $format");
	$node->safe_psql('postgres', "CREATE DATABASE restored_$format");
	if ($format eq 'custom')
	{
		$node->command_ok(
			[ 'pg_restore', '--exit-on-error', '-d', "restored_$format", $file ],
			'pg_restore');
	}
	else
	{
		$node->command_ok(
			[ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', "restored_$format", '-f', $file ],
			'psql restores the script');
	}
	is($node->safe_psql("restored_$format", $members),
		$count, "the extension is there again ($format)");
	unlike(slurp_file($file), qr/CREATE (FUNCTION|AGGREGATE|TYPE)/,
		'the dump names the extension, not its objects')
	  if $format eq 'plain';
	is( $node->safe_psql("restored_$format", $_->{ask}),
		$node->safe_psql('source', $_->{ask}),
		"$_->{type}: the same values ($format)") for @stored;
}

$node->stop;
done_testing();
