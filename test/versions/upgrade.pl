# What chs stored moves from an older PostgreSQL to this one, by dump and
# restore and by pg_upgrade: values of every type, the indexes over them, and
# what the functions make of them.  `make test-versions` brings the older one
# and names it in CHS_OLD_SERVER.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsStored;

my $old = PostgreSQL::Test::Cluster->new('old', install_path => $ENV{CHS_OLD_SERVER});
my @locale = ('--encoding=UTF8', '--locale=C');
$old->init(extra => \@locale);
$old->start;
store($old, 'kept');

# Each column that has an order or a hash gets its indexes; the tree only for
# values that fit into one of its pages.
$old->safe_psql('kept', q{
	SELECT format('ALTER TABLE %1$s ADD COLUMN small boolean; UPDATE %1$s SET small = pg_column_size(%2$I) < 2000', attrelid::regclass, attname)
	FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
	WHERE relname LIKE 'kept\_%' AND relkind = 'r' AND attnum > 0 AND atttypid >= 16384
	\gexec
	SELECT format('CREATE INDEX %1$I ON %2$s USING %3$s (%4$I)%5$s', relname || '_' || attname || '_' || amname, attrelid::regclass, amname, attname,
		CASE amname WHEN 'btree' THEN ' WHERE small' END)
	FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_opclass ON opcintype = atttypid AND opcdefault JOIN pg_am ON pg_am.oid = opcmethod
	WHERE relname LIKE 'kept\_%' AND relkind = 'r' AND attnum > 0 AND atttypid >= 16384 AND amname IN ('btree', 'hash')
	\gexec});
my $indexes = q{
	SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
	WHERE relname ~ '^kept_.*_(btree|hash)$' AND indisvalid ORDER BY 1};
my @indexes = split /\n/, $old->safe_psql('kept', $indexes);
cmp_ok(scalar @indexes, '>=', 20, 'indexes over values of chs: ' . scalar @indexes);
my %answer = map { $_->{type} => $old->safe_psql('kept', $_->{ask}) } @stored;

# the indexes that do not find each row by its own value, when the table has no other
sub check_indexes
{
	my ($node) = @_;
	my @wrong;
	for my $index (@indexes)
	{
		my ($table, $column, $method) = $index =~ /^(kept_.*)_([a-z]+)_(btree|hash)$/;
		my $small = $method eq 'btree' ? 'AND small' : '';
		my ($all, $found, $plan) = split /\n/, $node->safe_psql('kept', qq{
			BEGIN;
			SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index WHERE indrelid = '$table'::regclass AND indexrelid <> '$index'::regclass
			\\gexec
			SET LOCAL enable_seqscan = off;
			SET LOCAL enable_bitmapscan = off;
			SET LOCAL jit = off;
			SELECT count(*) FROM (SELECT FROM $table WHERE $column IS NOT NULL $small OFFSET 0) AS x;
			SELECT sum((SELECT count(*) FROM $table WHERE $column = outside.$column $small))
			FROM (SELECT $column FROM $table WHERE $column IS NOT NULL $small OFFSET 0) AS outside;
			EXPLAIN SELECT FROM $table WHERE $column = (SELECT $column FROM $table LIMIT 1) $small;
			ROLLBACK}), 3;
		push @wrong, "$index: $found of $all, $plan" unless $all > 0 && $found >= $all && $plan =~ /using $index/;
	}
	return join "\n", @wrong;
}

sub check_all
{
	my ($node, $way) = @_;
	is($node->safe_psql('kept', $_->{ask}), $answer{ $_->{type} }, "$way: $_->{type}, the same values and answers") for @stored;
	is($node->safe_psql('kept', $indexes), join("\n", @indexes), "$way: the indexes are there");
	is(check_indexes($node), '', "$way: and find every value");
	is($node->safe_psql('kept', q{SELECT rollup(s) = (SELECT rollup(s) FROM kept_surveysummary) FROM (SELECT s FROM kept_surveysummary UNION ALL SELECT survey_agg(NULL::integer)) AS x}),
		't', "$way: summaries of the older server merge with those of this one");
	return;
}

is(check_indexes($old), '', 'on the older server each index finds every value');

# From 15.20 on the server notes pg_attver among the options of a column.  A pg_dump
# that is older than that, as 18.6, takes it for an option of the user, which its
# server refuses.
my ($tables) = run_command([ 'pg_dump', '--schema-only', '-t', 'kept_*', '-d', $old->connstr('kept') ]);
$old->safe_psql('kept', q{UPDATE pg_attribute SET attoptions = NULL FROM pg_class AS c WHERE c.oid = attrelid AND relname LIKE 'kept\_%' AND relkind = 'r'})
  if $tables =~ /pg_attver/;

# --- dump and restore -----------------------------------------------------------

# the older cluster has no checksums, which pg_upgrade wants of both
my ($help) = run_command([ 'initdb', '--help' ]);
push @locale, '--no-data-checksums' if $help =~ /--no-data-checksums/;

my $restored = PostgreSQL::Test::Cluster->new('restored');
$restored->init(extra => \@locale);
$restored->start;
my $file = $restored->basedir . '/kept.dump';
$restored->command_ok([ 'pg_dump', '--format=custom', '-f', $file, '-d', $old->connstr('kept') ], 'pg_dump of this version reads the older server');
$restored->safe_psql('postgres', 'CREATE DATABASE kept');
$restored->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'kept', $file ], 'pg_restore');
check_all($restored, 'dump and restore');
$restored->stop;

# --- pg_upgrade -------------------------------------------------------------------

my $upgraded = PostgreSQL::Test::Cluster->new('upgraded');
$upgraded->init(extra => \@locale);
$old->stop;
chdir $upgraded->basedir or die;
$upgraded->command_ok(
	[
		'pg_upgrade', '--no-sync', '--old-datadir' => $old->data_dir, '--new-datadir' => $upgraded->data_dir,
		'--old-bindir' => $old->config_data('--bindir'), '--new-bindir' => $upgraded->config_data('--bindir'),
		'--old-port' => $old->port, '--new-port' => $upgraded->port, '--socketdir' => $upgraded->host
	],
	'pg_upgrade');
$upgraded->start;
check_all($upgraded, 'pg_upgrade');
is($upgraded->safe_psql('kept', 'ALTER EXTENSION chs UPDATE; SELECT extversion = (SELECT default_version FROM pg_available_extensions WHERE name = extname) FROM pg_extension WHERE extname = $$chs$$'),
	't', 'pg_upgrade: the extension is that of this version');
$upgraded->stop;

done_testing();
