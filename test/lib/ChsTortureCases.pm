# One case of the torture: a call of one routine, written in several ways that must
# give the same answer.
#
# A case is { label, base => SQL, ways => [ [ name, SQL ], ... ], compared, loose, errors_differ }.
# "loose" says that floating-point numbers may differ in their last digits, because
# sums are taken in another order.  A case that may hold damaged or foreign values
# is compared only where every way reads the same bytes (compared = 0 otherwise:
# the ways run, and must not crash).  Errors whose SQLSTATE matches "errors_differ"
# prove nothing, because one way may leave out what fails.
package ChsTortureCases;

use strict;
use warnings;

use Exporter 'import';
use ChsTortureQueries;
use ChsTortureValues;

our @EXPORT = qw(make_case $serial);

our $serial = 'SET max_parallel_workers_per_gather = 0';
# rows are dear, and dearer from worker to leader, so that workers aggregate; the leader
# would have read all before they begin
my $parallel = join('; ', map { "SET LOCAL $_" } 'max_parallel_workers_per_gather = 2', 'parallel_setup_cost = 0', 'parallel_tuple_cost = 1',
	'cpu_tuple_cost = 1', 'min_parallel_table_scan_size = 0', 'enable_indexscan = off', 'enable_bitmapscan = off', 'parallel_leader_participation = off');
my %plan = (
	sorted => 'SET LOCAL enable_hashagg = off',
	hashed => 'SET LOCAL enable_sort = off; SET LOCAL enable_hashagg = on',
	spilled => q{SET LOCAL enable_sort = off; SET LOCAL work_mem = '64kB'},
	parallel => $parallel,
	compiled => 'SET LOCAL jit = on; SET LOCAL jit_above_cost = 0; SET LOCAL jit_inline_above_cost = 0; SET LOCAL jit_optimize_above_cost = 0',
);

sub with_settings
{
	my ($settings, $query) = @_;
	return "BEGIN; $settings; $query; COMMIT";
}

sub call
{
	my ($routine, @args) = @_;
	return "$routine->{call}(" . join(', ', @args) . ')';
}

# Types whose values have floating-point numbers in them.
my $floats = qr/^(?:double precision|healthmodel|forecast_interval|auc_difference_result|\w+_model|forecastsummary|profilesummary)$/;

# --- functions -----------------------------------------------------------------------

sub function_args
{
	my ($routine) = @_;
	my $hostile = pick(0, 0, 1, 2);    # no argument, one of three, all of them
	my @types = @{ $routine->{types} };
	push @types, ('"any"') x int rand 3 if $routine->{variadic};
	return map { constant($types[$_], $routine->{names}[$_], $hostile == 2 || $hostile && chance(0.33)) } 0 .. $#types;
}

# The rows of a set, in its order, or the one value.
sub answer_of
{
	my ($routine, $call, $from) = @_;
	my $rows = $from ? "$from, LATERAL " : '';
	return "SELECT string_agg(coalesce(r::text, 'NULL'), E'\\n') FROM $rows$call AS r" if $routine->{set};
	return "SELECT ($call)::text" . ($from ? " FROM $from" : '');
}

# The arguments as columns a1, a2, ... of a derived table that is not pulled up.
sub argument_table
{
	my (@args) = @_;
	return '(SELECT ' . join(', ', '1 AS one', map { "$args[$_]{sql} AS a" . ($_ + 1) } 0 .. $#args) . ' OFFSET 0) AS x';
}

sub prepared
{
	my ($routine, $mode, @args) = @_;
	my $types = @args ? '(' . join(', ', map { $_->{type} } @args) . ')' : '';
	my $values = @args ? '(' . join(', ', map { $_->{sql} } @args) . ')' : '';
	my $query = answer_of($routine, call($routine, map { "\$$_" } 1 .. @args));
	return "SET plan_cache_mode = $mode; PREPARE p$types AS $query; EXECUTE p$values; DEALLOCATE p";
}

my @function_ways = (
	[ run => sub { my ($r, @a) = @_; answer_of($r, call($r, map { "x.a$_" } 1 .. @a), argument_table(@a)) } ],
	[ 'prepared, generic plan' => sub { my ($r, @a) = @_; prepared($r, 'force_generic_plan', @a) } ],
	[ 'prepared, custom plan' => sub { my ($r, @a) = @_; prepared($r, 'force_custom_plan', @a) } ],
	[ stored => sub {
		my ($r, @a) = @_;
		'DROP TABLE IF EXISTS kept; CREATE TEMP TABLE kept AS SELECT * FROM ' . argument_table(@a) . '; ' . answer_of($r, call($r, map { "kept.a$_" } 1 .. @a), 'kept') } ],
	[ correlated => sub {
		my ($r, @a) = @_;
		'SELECT (' . answer_of($r, call($r, map { "x.a$_" } 1 .. @a)) . ') FROM ' . argument_table(@a) } ],
	[ 'set in the target list' => sub {
		my ($r, @a) = @_;
		return if !$r->{set};
		"SELECT string_agg(coalesce(r::text, 'NULL'), E'\\n') FROM (SELECT " . call($r, map { $_->{sql} } @a) . ' AS r) AS s' } ],
	[ 'cursor, fetched in parts' => sub {
		my ($r, @a) = @_;
		return if !$r->{set};
		my $rows = "SELECT coalesce(r::text, 'NULL') FROM " . call($r, map { $_->{sql} } @a) . ' AS r';
		with_settings('SET LOCAL cursor_tuple_fraction = 0.01', "DECLARE c CURSOR FOR $rows; FETCH 2 FROM c; FETCH 1 FROM c; FETCH ALL FROM c; CLOSE c") } ],
	[ 'cursor, left early' => sub {
		my ($r, @a) = @_;
		return if !$r->{set};
		with_settings('SET LOCAL cursor_tuple_fraction = 1', 'DECLARE c CURSOR FOR SELECT r::text FROM ' . call($r, map { $_->{sql} } @a) . ' AS r; FETCH 1 FROM c; CLOSE c'), 'not compared' } ],
	[ 'through text' => sub {
		my ($r, @a) = @_;
		return if !grep { $pool{ $_->{type} } && $_->{type} !~ /_|entry/ } @a;
		return if grep { $_->{wild} } @a;
		answer_of($r, call($r, map { $pool{ $_->{type} } ? "($_->{sql})::text::$_->{type}" : $_->{sql} } @a)) } ],
);

sub function_case
{
	my ($routine) = @_;
	my @args = function_args($routine);
	my $base = answer_of($routine, call($routine, map { $_->{sql} } @args));
	return { label => $routine->{signature}, base => $base, compared => 1, ways => [ chosen_ways(3, \@function_ways, $routine, @args) ] };
}

# Some of the ways that exist for a call.
sub chosen_ways
{
	my ($most, $ways, @of) = @_;
	my @chosen;
	for (1 .. $most)
	{
		my ($name, $make) = @{ pick(@$ways) };
		next if grep { $_->[0] eq $name } @chosen;
		my ($sql, $remark) = $make->(@of);
		push @chosen, [ $name, $sql, $remark ] if $sql;
	}
	return @chosen;
}

# --- functions over rows -----------------------------------------------------------

sub rows_case
{
	my ($routine) = @_;
	my $hostile = chance(0.4);
	my %seen;
	my @args = map { column($routine->{types}[$_], $routine->{names}[$_], \%seen, $hostile) } 0 .. $#{ $routine->{types} };
	my $where = 'id <= ' . pick(3, 30, 120) . ($hostile ? '' : ' AND NOT hostile');
	my $value = $routine->{set} ? '(' . answer_of($routine, call($routine, map { $_->{sql} } @args)) . ')' : '(' . call($routine, map { $_->{sql} } @args) . ')::text';
	my $query = "SELECT string_agg(coalesce(v, 'NULL'), E'\\n' ORDER BY id) FROM (SELECT id, $value AS v FROM torture.rows WHERE $where) AS q";
	my @ways = ([ parallel => with_settings($plan{parallel}, $query) ],
		[ 'generic plan' => "SET plan_cache_mode = force_generic_plan; PREPARE p AS $query; EXECUTE p; DEALLOCATE p" ]);
	my $one = "(SELECT v FROM (SELECT $value AS v FROM torture.rows AS q WHERE q.id = p.id) AS s)";
	push @ways, [ 'row by row' => "SELECT string_agg(coalesce($one, 'NULL'), E'\\n' ORDER BY id) FROM torture.rows AS p WHERE $where" ];
	return { label => "$routine->{signature} over rows", base => $query, compared => 1, ways => [ $ways[ rand @ways ] ] };
}

# --- aggregates -------------------------------------------------------------------------

# How an aggregate is called in a case: its arguments, its rows.
sub aggregate_call
{
	my ($routine) = @_;
	my $hostile = chance(0.3);
	my %seen;
	my @args = map { column($routine->{types}[$_], $routine->{names}[$_], \%seen, $hostile) } 0 .. $#{ $routine->{types} };
	my $rows = pick(0, 1, 5, 60, 400);
	return {
		args => \@args, hostile => $hostile, groups => pick(1, 3, 50), list => join(', ', map { $_->{sql} } @args),
		where => "id <= $rows" . ($hostile ? '' : ' AND NOT hostile'), wild => scalar grep { $_->{wild} } @args };
}

sub grouped
{
	my ($routine, $c, $aggregate) = @_;
	return "SELECT string_agg(concat_ws('=', k, coalesce(v::text, 'NULL')), E'\\n' ORDER BY k) FROM "
	  . "(SELECT k$c->{groups} AS k, $aggregate AS v FROM torture.rows WHERE $c->{where} GROUP BY 1) AS q";
}

sub total
{
	my ($aggregate, $where) = @_;
	return "SELECT coalesce($aggregate\::text, 'NULL') FROM torture.rows WHERE $where";
}

# One worker would read a small table before the other has begun, so the rows come
# with pauses, and every process has a part of them.
sub in_parallel
{
	my ($query) = @_;
	return with_settings($parallel, $query =~ s/WHERE id <= \d+/WHERE (id % 20 > 0 OR torture.pause()) AND id <= 400/r);
}

sub all_rows { return $_[0] =~ s/id <= \d+/id <= 400/r }

sub window_rows
{
	my ($c, $most) = @_;
	return "(SELECT * FROM torture.rows WHERE id <= $most" . ($c->{hostile} ? '' : ' AND NOT hostile') . ')';
}

# The rows of each frame by a condition, and by the window.
sub windows
{
	my ($aggregate, $rows, $order, $frame, $window) = @_;
	return ("SELECT string_agg(coalesce((SELECT $aggregate FROM $rows AS f WHERE $frame)::text, 'NULL'), E'\\n' ORDER BY $order) FROM $rows AS w",
		"SELECT string_agg(coalesce(v::text, 'NULL'), E'\\n' ORDER BY $order) FROM (SELECT $order, $aggregate OVER ($window) AS v FROM $rows AS w) AS q");
}

# Pairs of statements that must agree: [ name, SQL, SQL ].
my @aggregate_ways = (
	(map { my $plan = $_; [ "grouped, $plan" => sub {
		my ($r, $c, $a) = @_;
		my $query = grouped($r, $c, $a);
		return $plan eq 'parallel' ? (all_rows($query), in_parallel($query)) : ($query, with_settings($plan{$plan}, $query)) } ] } sort keys %plan),
	[ 'grouping sets' => sub {
		my ($r, $c, $a) = @_;
		my $rows = "(SELECT *, k$c->{groups} AS k FROM torture.rows WHERE $c->{where}) AS s";
		my $groups = "SELECT string_agg(concat_ws('=', k, coalesce(v::text, 'NULL')), E'\\n' ORDER BY k) FILTER (WHERE others = 0) FROM";
		# with all sets, since a set that is an error is one in both
		return ("$groups (SELECT k, $a AS v, 0 AS others FROM $rows GROUP BY k UNION ALL SELECT NULL, $a, 1 FROM $rows "
			  . "UNION ALL SELECT NULL, $a, 1 FROM $rows GROUP BY g) AS q",
			"$groups (SELECT k, $a AS v, grouping(k) AS others FROM $rows GROUP BY GROUPING SETS ((k), (), (g))) AS q") } ],
	[ 'total, parallel' => sub {
		my ($r, $c, $a) = @_;
		my $query = total($a, $c->{where});
		return (all_rows($query), in_parallel($query)) } ],
	[ rollup => sub {
		my ($r, $c, $a) = @_;
		my $rows = "FROM torture.rows WHERE $c->{where}";
		my $answer = "SELECT string_agg(coalesce(v::text, 'NULL'), '') FILTER (WHERE level = 1) FROM";
		return ("$answer (SELECT $a AS v, 1 AS level $rows UNION ALL SELECT $a, 0 $rows GROUP BY id % 5) AS q",
			"$answer (SELECT $a AS v, grouping(id % 5) AS level $rows GROUP BY ROLLUP (id % 5)) AS q") } ],
	[ filter => sub {
		my ($r, $c, $a) = @_;
		return (total($a, "$c->{where} AND id % 3 = 0"), total("($a FILTER (WHERE id % 3 = 0))", $c->{where})) } ],
	[ 'ordered backwards' => sub {
		my ($r, $c, $a) = @_;
		return (total($a, $c->{where}), total(call($r, "$c->{list} ORDER BY id DESC"), $c->{where})) } ],
	[ distinct => sub {
		my ($r, $c, $a) = @_;
		my $columns = join(', ', map { "$c->{args}[$_ - 1]{sql} AS a$_" } 1 .. @{ $c->{args} });
		return ("SELECT coalesce(" . call($r, map { "a$_" } 1 .. @{ $c->{args} }) . "::text, 'NULL') FROM (SELECT DISTINCT $columns FROM torture.rows WHERE $c->{where}) AS q",
			total(call($r, "DISTINCT $c->{list}"), $c->{where})) } ],
	[ 'window frame' => sub {
		my ($r, $c, $a) = @_;
		my ($before, $after) = (int rand 12, int rand 5);
		my $rows = '(SELECT row_number() OVER (ORDER BY id) AS nr, * FROM ' . window_rows($c, 60) . ' AS p)';
		return windows($a, $rows, 'nr', "f.nr BETWEEN w.nr - $before AND w.nr + $after", "ORDER BY nr ROWS BETWEEN $before PRECEDING AND $after FOLLOWING") } ],
	[ 'window that grows' => sub {
		my ($r, $c, $a) = @_;
		return windows($a, window_rows($c, 40), 'id', 'f.id <= w.id AND f.g = w.g', 'PARTITION BY g ORDER BY id') } ],
	[ 'window that leaves rows out' => sub {
		my ($r, $c, $a) = @_;
		return windows($a, window_rows($c, 30), 'id', 'f.id BETWEEN w.id - 3 AND w.id + 3 AND f.id <> w.id',
			'ORDER BY id RANGE BETWEEN 3 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW') } ],
	[ 'generic plan' => sub {
		my ($r, $c, $a) = @_;
		my $query = grouped($r, $c, $a);
		(my $with_parameter = $query) =~ s/id <= (\d+)/id <= \$1/;
		my ($rows) = $c->{where} =~ /id <= (\d+)/;
		return ($query, "SET plan_cache_mode = force_generic_plan; PREPARE p(bigint) AS $with_parameter; EXECUTE p($rows); DEALLOCATE p") } ],
	[ 'rollup of parts' => sub {
		my ($r, $c, $a) = @_;
		return if !$r->{rolls};
		return (total($a, $c->{where}), "SELECT coalesce(rollup(v)::text, 'NULL') FROM (SELECT $a AS v FROM torture.rows WHERE $c->{where} GROUP BY id % 4) AS q") } ],
	[ 'combine of parts' => sub {
		my ($r, $c, $a) = @_;
		return if !$r->{rolls};
		my ($one, $other) = map { "(SELECT $a FROM torture.rows WHERE $c->{where} AND id % 3 $_ 0)" } '=', '>';
		return (total($a, $c->{where}), "SELECT coalesce(combine($one, $other)::text, 'NULL')") } ],
	[ 'through text' => sub {
		my ($r, $c, $a) = @_;
		return if !$pool{ $r->{returns} } || $r->{returns} =~ /_/;
		return (total($a, $c->{where}), total("($a)::text::$r->{returns}", $c->{where})) } ],
	[ stored => sub {
		my ($r, $c, $a) = @_;
		return (grouped($r, $c, $a), "DROP TABLE IF EXISTS kept; CREATE TEMP TABLE kept AS SELECT k$c->{groups} AS k, $a AS v FROM torture.rows WHERE $c->{where} GROUP BY 1; "
			. "SELECT string_agg(concat_ws('=', k, coalesce(v::text, 'NULL')), E'\\n' ORDER BY k) FROM kept") } ],
);

# An accessor that reads the live state of an aggregate, or what was stored.
sub accessor_pair
{
	my ($routine, $c, $aggregate, $routines) = @_;
	my @accessors = grep { $_->{kind} eq 'f' && !$_->{variadic} && grep { $_ eq $routine->{returns} } @{ $_->{types} } } @$routines;
	return if !@accessors || !$pool{ $routine->{returns} };
	my $accessor = pick(@accessors);
	my $hostile = chance(0.3);
	my $placed = 0;
	my @args = map {
		my $type = $accessor->{types}[$_];
		$type eq $routine->{returns} && !$placed++ ? 'v' : constant($type, $accessor->{names}[$_], $hostile && chance(0.4))->{sql}
	} 0 .. $#{ $accessor->{types} };
	# asked for NULL, the planner would leave the aggregate out, and its error
	my $source = "SELECT $aggregate AS v FROM torture.rows WHERE $c->{where} HAVING $aggregate IS NOT NULL";
	return ("live and stored, $accessor->{signature}",
		answer_of($accessor, call($accessor, @args), "($source) AS s"),
		"DROP TABLE IF EXISTS kept; CREATE TEMP TABLE kept AS $source; " . answer_of($accessor, call($accessor, @args), 'kept'));
}

sub aggregate_case
{
	my ($routine, $routines) = @_;
	my $c = aggregate_call($routine);
	my $aggregate = call($routine, $c->{list});
	my ($name, $base, $other, $remark);
	if (chance(0.25))
	{
		($name, $base, $other) = accessor_pair($routine, $c, $aggregate, $routines);
	}
	# to be stored all sums have to be in range, not only those that are asked for
	my $errors_differ = $other ? qr/^22003/ : undef;
	while (!$other)
	{
		my $way = pick(@aggregate_ways);
		$name = $way->[0];
		($base, $other, $remark) = $way->[1]->($routine, $c, $aggregate);
	}
	# The state of a fit keeps its rows in their order: its bytes differ, its fit does not.
	my $compared = !$c->{wild} && !($routine->{returns} eq 'samplesummary' && $name =~ /parallel|rollup|combine|ordered|distinct|spilled/);
	return { label => $routine->{signature}, base => $base, compared => $compared, loose => scalar($routine->{returns} =~ $floats || $name =~ /^live/), errors_differ => $errors_differ, ways => [ [ $name, $other, $remark ] ] };
}

# --- window functions ---------------------------------------------------------------------

sub window_case
{
	my ($routine) = @_;
	my $hostile = chance(0.3);
	my %seen;
	my @args = map { column($routine->{types}[$_], $routine->{names}[$_], \%seen, $hostile) } 0 .. $#{ $routine->{types} };
	my $rows = 'torture.rows WHERE id <= ' . pick(1, 20, 200) . ($hostile ? '' : ' AND NOT hostile');
	my $over = 'OVER (' . pick('', 'PARTITION BY g ', 'PARTITION BY id % 50 ') . 'ORDER BY id)';
	my $value = call($routine, map { $_->{sql} } @args) . " $over";
	my $query = "SELECT string_agg(coalesce(v::text, 'NULL'), E'\\n' ORDER BY id) FROM (SELECT id, $value AS v FROM $rows) AS q";
	my ($name, $other) = @{ pick(
		[ 'generic plan' => "SET plan_cache_mode = force_generic_plan; PREPARE p AS $query; EXECUTE p; DEALLOCATE p" ],
		[ parallel => with_settings($plan{parallel}, $query) ],
		[ 'from a sorted copy' => $query =~ s/FROM torture\.rows WHERE (.*?)\) AS q/FROM (SELECT * FROM torture.rows WHERE $1 ORDER BY id OFFSET 0) AS r) AS q/r ]) };
	return { label => $routine->{signature}, base => $query, compared => 1, ways => [ [ $name, $other ] ] };
}

# --- statements that run for long ------------------------------------------------------------

# An aggregate over many rows, to be cancelled.
sub long_case
{
	my ($routine) = @_;
	my %seen;
	my @args = map { column($routine->{types}[$_], $routine->{names}[$_], \%seen, 0) } 0 .. $#{ $routine->{types} };
	my $rows = pick(20_000, 200_000);
	my $aggregate = call($routine, map { $_->{sql} } @args);
	my $query = pick(
		"SELECT pg_column_size($aggregate) FROM torture.big WHERE id <= $rows",
		"SELECT sum(pg_column_size(v)) FROM (SELECT $aggregate AS v FROM torture.big WHERE id <= $rows GROUP BY " . pick('g', 't', 'id / 5') . ') AS q',
		"SELECT sum(pg_column_size(v)) FROM (SELECT $aggregate OVER (ORDER BY id ROWS 3 PRECEDING) AS v FROM torture.big WHERE id <= 20000) AS q");
	$query = with_settings($plan{parallel}, $query) if chance(0.2);
	return { label => "$routine->{signature} over many rows", base => $query, compared => 0, long => 1, ways => [] };
}

# make_case(routines): the next case; its chance is rand's alone
sub make_case
{
	my ($routines) = @_;
	my ($by_name) = grep { $_->{call} =~ /\.health_score$/ && $_->{types}[1] eq 'record' } @$routines;
	return query_case($by_name) if $by_name && chance(0.1);
	my $routine = pick(@$routines);
	return long_case($routine) if $routine->{kind} eq 'a' && chance(0.08);
	return aggregate_case($routine, $routines) if $routine->{kind} eq 'a';
	return window_case($routine) if $routine->{kind} eq 'w';
	return rows_case($routine) if chance(0.15) && !$routine->{variadic};
	return function_case($routine);
}

1;
