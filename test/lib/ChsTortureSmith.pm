# What sqlsmith needs to call chs: it calls no set-returning function, no window
# function and none that takes a record or "any".  So each of those gets a wrapper
# in the schema smith, made from the catalog, which returns the rows as jsonb.
#
# sqlsmith reads "pg_proc" without a schema, and chooses among all it finds there.
# The view smith.pg_proc stands before the catalog in its search_path, and shows
# chs, the wrappers, the values of the schema torture and a few of the server's own
# functions; among all 3000 of those chs would be called rarely.
#
# It takes arguments from columns, so two tables have a column of every type: whole
# values, and hostile ones.  Views on them, twelve each, make it choose them often.
package ChsTortureSmith;

use strict;
use warnings;

use Exporter 'import';
use ChsTortureValues;

our @EXPORT = qw(make_smith read_log);

my %stands_for = ('"any"' => 'double precision', record => 'torture.signals');

sub needs_wrapper
{
	my ($routine) = @_;
	return $routine->{set} || $routine->{kind} eq 'w' || grep { $stands_for{$_} } @{ $routine->{types} };
}

# wrapper(routine, number): the statement that makes it; "number" tells overloads apart
sub wrapper
{
	my ($routine, $number) = @_;
	my ($name) = $routine->{call} =~ /\.(.*)/;
	my @types = map { $stands_for{$_} // $_ } @{ $routine->{types} };
	my $arguments = join(', ', map { "\$$_" } 1 .. @types);
	my $call = "$routine->{call}($arguments)";
	my $head = "CREATE FUNCTION smith.${name}_$number(" . join(', ', @types) . ')';
	my $kind = "LANGUAGE sql IMMUTABLE PARALLEL SAFE";

	return "$head RETURNS jsonb $kind AS \$\$ SELECT jsonb_agg(to_jsonb(r)) FROM $call AS r \$\$" if $routine->{set};
	return "$head RETURNS jsonb $kind AS \$\$ SELECT jsonb_agg(to_jsonb(r)) FROM "
	  . "(SELECT $call OVER (ORDER BY id) AS r FROM torture.rows WHERE id <= 30) AS q \$\$"
	  if $routine->{kind} eq 'w';
	return "$head RETURNS $routine->{returns} $kind AS \$\$ SELECT $call \$\$";
}

# An aggregate that takes a record is called over torture.rows, its other arguments given.
sub over_rows
{
	my ($routine, $number) = @_;
	my ($name) = $routine->{call} =~ /\.(.*)/;
	my @types = @{ $routine->{types} };
	my @given = grep { $types[$_] ne 'record' } 0 .. $#types;
	my $n = 0;
	my $arguments = join(', ', map { $_ eq 'record' ? 'ROW(x, n, t, d)::torture.signals' : '$' . ++$n } @types);
	my $head = "CREATE FUNCTION smith.${name}_$number(" . join(', ', map { $stands_for{ $types[$_] } // $types[$_] } @given) . ')';
	return "$head RETURNS $routine->{returns} LANGUAGE sql IMMUTABLE PARALLEL SAFE AS "
	  . "\$\$ SELECT $routine->{call}($arguments) FROM torture.rows WHERE id <= 60 \$\$";
}

my $rights = q{
CREATE ROLE smith LOGIN;
CREATE SCHEMA smith;
ALTER ROLE smith SET search_path = smith, pg_catalog, public;
ALTER ROLE smith SET statement_timeout = '3s';
ALTER ROLE smith SET work_mem = '16MB';
ALTER ROLE smith SET parallel_setup_cost = 0;
ALTER ROLE smith SET min_parallel_table_scan_size = 0;
REVOKE EXECUTE ON FUNCTION pg_sleep, pg_sleep_for, pg_sleep_until FROM PUBLIC};

my $view = q{
CREATE VIEW smith.pg_proc AS
  SELECT p.oid AS oid, p.proname, p.pronamespace, p.prorettype, p.proretset, p.prokind, p.proargtypes, p.provolatile
    FROM pg_catalog.pg_proc AS p
   WHERE pronamespace IN ('smith'::regnamespace) OR proname ~ '^v_' AND pronamespace = 'torture'::regnamespace
      OR p.oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_catalog.pg_proc'::regclass AND deptype = 'e'
                      AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs'))
         AND NOT proargtypes::oid[] && ARRAY['internal', 'cstring', 'record', '"any"']::regtype[]::oid[]
      OR pronamespace = 'pg_catalog'::regnamespace AND provolatile = 'i' AND prokind IN ('f', 'a') AND NOT proretset AND p.oid::bigint % 8 = 0 AND proname <> 'interval'
         AND (proargtypes::oid[] || prorettype) <@ '{bigint,integer,double precision,numeric,text,boolean,date,timestamptz,timestamp,interval,jsonb,daterange}'::regtype[]::oid[];
GRANT USAGE ON SCHEMA smith TO smith;
GRANT SELECT ON smith.pg_proc TO smith};

# The tables that sqlsmith may read: the samples and what is small in torture.
my $tables = q{
SELECT format('GRANT USAGE ON SCHEMA %I TO smith', n) FROM (SELECT nspname AS n FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)') AS x
UNION ALL
SELECT format('GRANT SELECT ON %s TO smith', oid::regclass) FROM pg_class
 WHERE relkind IN ('r', 'v', 'm') AND relname !~ '^(kept|pool)_|^big$' AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'};

# A table with rows of torture.rows and a column for each type of chs.
sub table_of_everything
{
	my ($name, $which, $where) = @_;
	my $columns = join(', ', map { "torture.v_$_((1 + id % $pool{$_}{$which})::int) AS $_" } sort keys %pool);
	return "CREATE TABLE smith.$name AS SELECT *, jsonb_build_object('usage', n, 'mood', t) AS j, "
	  . "ARRAY[d, '2025-06-01', '2026-01-01'] AS days, ARRAY[x, n] AS xs, ARRAY[n / 2, n, 30] AS ns, "
	  . "CASE id % 4 WHEN 0 THEN daterange('2025-01-01', '2025-07-01') WHEN 1 THEN daterange('2025-03-01', '2025-04-01') WHEN 2 THEN '(,)' END AS period, "
	  . "torture.day(ts) AS at, CASE id % 4 WHEN 0 THEN 'month' WHEN 1 THEN 'week' WHEN 2 THEN 'UTC' END AS word, $columns FROM torture.rows WHERE $where";
}

# make_smith(routines, run => sub { SQL -> rows as text }): how many wrappers
sub make_smith
{
	my ($routines, $run) = @_;
	$run->($rights);
	my ($number, $made) = (0, 0);
	for my $routine (grep { needs_wrapper($_) } @$routines)
	{
		$number++;
		my $statement = $routine->{kind} eq 'a' ? over_rows($routine, $number) : wrapper($routine, $number);
		$run->($statement);
		$made++;
	}
	for (['everything', 'whole', 'NOT hostile AND id <= 40'], ['hostile', 'all', 'id <= 120'])
	{
		my ($name, $which, $where) = @$_;
		$run->(table_of_everything($name, $which, $where));
		$run->("CREATE VIEW smith.${name}_$_ AS SELECT * FROM smith.$name") for 1 .. 12;
	}
	$run->($view);
	$run->("$_") for split /\n/, $run->($tables);
	return $made;
}

# --- the server's log -------------------------------------------------------------------

# read_log(file, offset): its new records, { time, pid, state, level, text }, and the
# offset behind the last whole one.
sub read_log
{
	my ($file, $offset) = @_;
	open(my $log, '<', $file) or return ([], $offset);
	seek $log, $offset, 0;
	local $/;
	my $text = <$log> // '';
	$text =~ s/(?<=\n)[^\n]*\z// or return ([], $offset);
	my @records;
	for (split /^(?=\d+\.\d{3} \d+ )/m, $text)
	{
		my ($time, $pid, $state, $level, $what) = /^([\d.]+) (\d+) (\w*) ?(\w+):  (.*)/s or next;
		push @records, { time => $time, pid => $pid, state => $state, level => $level, text => $what };
	}
	return (\@records, $offset + length $text);
}

1;
