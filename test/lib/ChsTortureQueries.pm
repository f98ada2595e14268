# One case of the torture: a random query that scores rows by name, again and again,
# in all places of a query.
#
# The planner writes health_score('{...}', t) by position where it can
# (health_support.c), and must not where it would change an answer: within EXISTS, IN
# and scalar subqueries, above outer joins, in GROUPING SETS, for rows of views, CTEs,
# functions and partitions.  So a query is written twice.  With its model behind a
# STABLE function, which is no constant, no call is touched: it tells what the answer
# is.  With the model as a constant, under plans of several kinds, nothing may change.
# Scores are the same to the last bit, and a query takes nothing but their largest and
# smallest, so text is compared with text.
package ChsTortureQueries;

use strict;
use warnings;

use Exporter 'import';
use ChsTortureValues;

our @EXPORT = qw(query_case);

# --- models -----------------------------------------------------------------------

my $usage = '{"name": "usage", "worst": 0, "best": 10, "weight": 3}';
my $nps = '{"name": "nps", "curve": [[0, 0], [6, 80], [10, 100]]}';
my @models = (qq({"signals": [$usage, $nps]}), qq({"signals": [$nps, $usage]}), qq({"signals": [$usage]}), qq({"signals": [$nps]}),
	qq({"missing": "worst", "signals": [$nps, $usage]}), qq({"min_coverage": 80, "signals": [$usage, $nps]}),
	'{"method": "points", "base": 50, "signals": [{"name": "nps", "points": 3, "min": -20, "max": 20}, {"name": "usage", "points": -2, "missing": "worst", "min": -30}]}');
# These may be an error in a row, which one plan reads and another does not.
my @strict = (qq({"missing": "fail", "signals": [$usage, $nps]}), qq({"signals": [$usage, {"name": "no_such", "worst": 0, "best": 1}]}),
	'{"signals": [{"name": "note", "worst": 0, "best": 10}]}');

# score(query, row): one call; the model is written later
sub score
{
	my ($q, $row) = @_;
	my $model = chance(0.9) ? 0 : 1;
	return "$q->{routine}{call}(MODEL$model, $row)" if chance(0.9);
	return "$q->{routine}{call}(MODEL$model, $row, date '2025-12-31')" if chance(0.7);
	return "$q->{routine}{call}(MODEL$model, ROW($row.usage, 6, $row.note, NULL)::torture.signals)";
}

# --- rows ---------------------------------------------------------------------------

# Each has the columns id, g, usage, nps and note, in its own order.
my @tables = map { "torture.$_" } qw(first second parted part_b shown);
my @listed = ('torture.listed()', 'torture.told()');

sub new_name { my ($q) = @_; return 'r' . ++$q->{names} }

# The columns in any order, some of them computed.
sub columns_of
{
	my ($row) = @_;
	my @columns = map { "$row.$_" } qw(id g usage nps note);
	$columns[2] = pick("$row.usage", "$row.usage + 0 AS usage", "coalesce($row.usage, 5) AS usage", "$row.nps * 2 AS usage", 'NULL::numeric AS usage');
	$columns[3] = pick("$row.nps", "$row.nps - 1 AS nps", '7 AS nps', "($row.id % 11)::float8 AS nps", "$row.note IS NULL AS nps");
	push @columns, pick("$row.id > 3 AS seen", "1 AS one", "$row.note AS again") if chance(0.3);
	push @columns, "1 / ($row.id - 5) AS bad" if chance(0.05);
	return join(', ', sort { rand() <=> 0.5 } @columns);
}

# A SELECT of rows, from a table or from rows again.
sub selected
{
	my ($q, $depth, $outer) = @_;
	my $row = new_name($q);
	my $from = $depth > 1 && chance(0.4) ? rows($q, $depth - 1, $row, $outer) : pick(@tables, @listed) . " AS $row";
	my $where = chance(0.4) ? ' WHERE ' . condition($q, $depth - 1, [ $row, @$outer ]) : '';
	if (chance(0.15))
	{
		return "SELECT max($row.nps) AS nps, $row.id, max($row.note) AS note, max($row.usage) AS usage, min($row.g) AS g FROM $from$where GROUP BY $row.id";
	}
	my $distinct = chance(0.1) ? 'DISTINCT ' : '';
	return "SELECT $distinct" . columns_of($row) . " FROM $from$where" . (chance(0.3) ? ' OFFSET 0' : '');
}

my @sources = (
	sub { my ($q, $depth, $row) = @_; pick(@tables) . " AS $row" },
	sub { my ($q, $depth, $row) = @_; pick(@listed) . " AS $row" },
	sub { my ($q, $depth, $row, $outer) = @_; 'LATERAL (' . selected($q, $depth, $outer) . ") AS $row" },
	sub {
		my ($q, $depth, $row, $outer) = @_;
		my ($name, $kind) = (new_name($q), pick('', 'MATERIALIZED ', 'NOT MATERIALIZED '));
		"LATERAL (WITH $name AS $kind(" . selected($q, $depth, $outer) . ") SELECT $name.* FROM $name) AS $row" },
	sub {
		my ($q, $depth, $row) = @_;
		my ($one, $other) = map { "SELECT id, g, usage::numeric, nps::numeric, note FROM $_" } pick(@tables), pick(@tables);
		"($one UNION " . pick('ALL ', '') . "$other) AS $row" },
	sub {
		my ($q, $depth, $row) = @_;
		"(VALUES (1, 1.5::float8, 3, 0, 'a'), (2, NULL, 9, 1, NULL), (3, 8, NULL, 2, 'b')) AS $row(id, usage, nps, g, note)" },
	sub {
		my ($q, $depth, $row, $outer) = @_;
		return pick(@tables) . " AS $row" if !@$outer;
		'LATERAL (SELECT ' . columns_of(pick(@$outer)) . ") AS $row" },
);

# rows(query, depth, name, rows of outer levels): an item of FROM
sub rows
{
	my ($q, $depth, $row, $outer) = @_;
	return pick(@sources[ $depth > 0 ? 0 .. $#sources : (0, 1) ])->($q, $depth, $row, $outer);
}

# joined(query, depth, outer): the text of FROM, and its rows
sub joined
{
	my ($q, $depth, $outer) = @_;
	my @rows = (new_name($q));
	my $from = rows($q, $depth, $rows[0], $outer);
	for (2 .. pick(1, 1, 2, 2, 3))
	{
		my $row = new_name($q);
		my $join = pick('JOIN', 'LEFT JOIN', 'RIGHT JOIN', 'FULL JOIN');
		# no row of the left side is known on the right of these
		my $known = [ ($join =~ /RIGHT|FULL/ ? () : @rows), @$outer ];
		my $on = "$rows[-1].id = $row.id" . pick('', " + 3");
		$on .= ' AND ' . condition($q, $depth - 1, [ $row, @rows ]) if chance(0.3) && $join ne 'FULL JOIN';
		$from .= " $join " . rows($q, $depth - 1, $row, $known) . " ON $on";
		push @rows, $row;
	}
	return ($from, @rows);
}

# --- conditions ---------------------------------------------------------------------

# A subquery whose rows belong to one of the outer query: what is selected by make.
sub related
{
	my ($q, $depth, $known, $make) = @_;
	my ($from, @rows) = joined($q, $depth - 1, chance(0.2) ? $known : []);
	my $where = "$rows[0]." . pick('id', 'id', 'g') . " = $known->[0]." . pick('id', 'g');
	$where .= ' AND ' . condition($q, $depth - 1, [ @rows, chance(0.3) ? @$known : () ]) if chance(0.8);
	return 'SELECT ' . $make->($rows[0]) . " FROM $from WHERE $where";
}

sub unrelated
{
	my ($q, $depth, $make) = @_;
	my ($from, @rows) = joined($q, $depth - 1, []);
	return 'SELECT ' . $make->($rows[0]) . " FROM $from" . (chance(0.6) ? ' WHERE ' . condition($q, $depth - 1, \@rows) : '');
}

my @conditions = (
	sub { my ($q, $depth, $known) = @_; score($q, pick(@$known)) . ' ' . pick('>', '<', '>=', 'IS DISTINCT FROM') . ' ' . pick(20, 50, 80) },
	sub { my ($q, $depth, $known) = @_; score($q, pick(@$known)) . ' IS ' . pick('', 'NOT ') . 'NULL' },
	sub { my ($q, $depth, $known) = @_; score($q, $known->[0]) . pick(' > ', ' = ') . score($q, $known->[-1]) },
	sub { my ($q, $depth, $known) = @_; pick('', 'NOT ') . 'EXISTS (' . related($q, $depth, $known, sub { '' }) . ')' },
	# what keeps the planner from a join: it tries a hash table
	sub { my ($q, $depth, $known) = @_; "($known->[0].id < 3 OR " . pick('', 'NOT ') . 'EXISTS (' . related($q, $depth, $known, sub { '' }) . '))' },
	sub { my ($q, $depth, $known) = @_; score($q, $known->[0]) . pick(' IN ', ' NOT IN ', ' > ANY ', ' <= ALL ') . '(' . unrelated($q, $depth, sub { score($q, @_) }) . ')' },
	sub { my ($q, $depth, $known) = @_; "($known->[0].g = 1 OR $known->[0].id" . pick(' IN ', ' NOT IN ') . '(' . unrelated($q, $depth, sub { "$_[0].id" }) . '))' },
	sub { my ($q, $depth, $known) = @_; score($q, $known->[0]) . ' >= (' . related($q, $depth, $known, sub { 'max(' . score($q, @_) . ')' }) . ')' },
	sub { my ($q, $depth, $known) = @_; 'CASE WHEN ' . condition($q, $depth - 1, $known) . ' THEN ' . condition($q, $depth - 1, $known) . ' ELSE ' . score($q, $known->[0]) . ' > 40 END' },
	sub { my ($q, $depth, $known) = @_; '(' . condition($q, $depth - 1, $known) . pick(' AND ', ' OR ') . condition($q, $depth - 1, $known) . ')' },
);

sub condition
{
	my ($q, $depth, $known) = @_;
	return pick(@conditions[ $depth > 0 ? 0 .. $#conditions : 0 .. 2 ])->($q, $depth, $known);
}

# --- whole queries ------------------------------------------------------------------

# The WHERE of a query, mostly.
sub where
{
	my ($q, @rows) = @_;
	return chance(0.7) ? ' WHERE ' . condition($q, 2, \@rows) : '';
}

my @selects = (
	sub { my ($q, $from, @rows) = @_; join(', ', "SELECT $rows[0].id", map { score($q, $_) } @rows) . " FROM $from" . where($q, @rows) },
	sub { my ($q, $from, @rows) = @_; 'SELECT DISTINCT ' . score($q, pick(@rows)) . " FROM $from" . where($q, @rows) },
	sub { my ($q, $from, @rows) = @_; my $s = score($q, $rows[0]); "SELECT $s FROM $from" . where($q, @rows) . " ORDER BY $s LIMIT " . pick(1, 5, 20) },
	sub {
		my ($q, $from, @rows) = @_;
		"SELECT $rows[0].id, (" . related($q, 2, \@rows, sub { 'max(' . score($q, @_) . ')' }) . ") FROM $from" . where($q, @rows) },
	sub {
		my ($q, $from, @rows) = @_;
		my ($s, $other) = (score($q, $rows[0]), score($q, $rows[-1]));
		my $sets = pick("$s", "GROUPING SETS (($s), ($rows[0].g), ())", "ROLLUP ($rows[0].g, $s)", "CUBE ($s, $other)", "$rows[0].g, GROUPING SETS (($s, $other), ($other))");
		my $selected = $sets =~ /^\Q$s\E$|\Q$s\E/ ? "$s, " : '';
		"SELECT $selected" . "count(*), max($other), min($s) FROM $from" . where($q, @rows) . " GROUP BY $sets"
		  . pick('', " HAVING max($other) > 30", " HAVING count(*) > 1 AND $s < 90") },
	# a key brings the row, of which a set makes columns NULL
	sub {
		my ($q, $from, @rows) = @_;
		my ($row, $other) = map { new_name($q) } 1, 2;
		my $s = score($q, $row);
		"SELECT $row.id, $s, count(*), max(" . score($q, $other) . ') FROM ' . pick('torture.first', 'torture.second') . " AS $row LEFT JOIN "
		  . pick(@tables) . " AS $other ON $other.id = $row.id" . where($q, $row) . " GROUP BY $row.id, " . pick("$row.usage", 'ROLLUP', 'CUBE', 'GROUPING SETS')
			=~ s/^(ROLLUP|CUBE|GROUPING SETS)$/$1 ($row.usage, $row.nps)/r . pick('', " HAVING $s > 50") },
	sub {
		my ($q, $from, @rows) = @_;
		my $s = score($q, $rows[0]);
		"SELECT $s, rank() OVER (ORDER BY $s), max(" . score($q, $rows[-1]) . ") OVER (PARTITION BY $rows[0].g) FROM $from" . where($q, @rows) },
	sub {
		my ($q, $from, @rows) = @_;
		'SELECT ' . score($q, $rows[0]) . " FROM $from" . where($q, @rows) . pick(' EXCEPT ', ' INTERSECT ', ' UNION ALL ') . unrelated($q, 2, sub { score($q, @_) }) },
	sub { my ($q, $from, @rows) = @_; "SELECT $rows[0].id, h FROM $from, LATERAL " . pick(score($q, $rows[-1]), '(SELECT ' . score($q, $rows[-1]) . ' OFFSET 0)') . ' AS l(h)' . where($q, @rows) },
);

# What a statement that changes rows gives back.
my @changes = (
	sub {
		my ($q) = @_;
		my $s = score($q, 'f');
		'UPDATE torture.first AS f SET usage = ' . score($q, 'x') . ' FROM ' . pick(@tables) . ' AS x WHERE f.id = x.id AND ' . condition($q, 1, [ 'f', 'x' ]) . " RETURNING f.id, $s" },
	sub { my ($q) = @_; 'DELETE FROM torture.parted AS f WHERE ' . condition($q, 2, ['f']) . ' RETURNING f.id, ' . score($q, 'f') },
	sub {
		my ($q) = @_;
		'INSERT INTO torture.first AS f (id, usage, nps) SELECT x.id + 90, x.usage, x.nps FROM torture.second AS x WHERE ' . condition($q, 1, ['x'])
		  . ' ON CONFLICT (id) DO UPDATE SET usage = ' . score($q, 'excluded') . ' WHERE ' . score($q, 'f') . ' IS NOT NULL RETURNING f.id, ' . score($q, 'f') },
);

# Rows as text, in an order of their own.
sub as_text
{
	my ($q) = @_;
	return 'WITH changed AS (' . pick(@changes)->($q) . q{) SELECT string_agg(changed::text, E'\n' ORDER BY changed::text) FROM changed} if chance(0.15);
	my ($from, @rows) = joined($q, 2, []);
	return q{SELECT string_agg(q::text, E'\n' ORDER BY q::text) FROM (} . pick(@selects)->($q, $from, @rows) . ') AS q';
}

my @settings = (map({ "SET LOCAL enable_$_ = off" } qw(hashjoin mergejoin nestloop hashagg sort material memoize seqscan)),
	'SET LOCAL from_collapse_limit = 1', 'SET LOCAL join_collapse_limit = 1', 'SET LOCAL enable_partitionwise_join = on', 'SET LOCAL enable_partitionwise_aggregate = on',
	'SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0; SET LOCAL max_parallel_workers_per_gather = 2',
	'SET LOCAL jit = on; SET LOCAL jit_above_cost = 0', "SET LOCAL work_mem = '64kB'", 'SET LOCAL constraint_exclusion = on');

sub undone { return 'BEGIN; ' . join('; ', @_) . '; ROLLBACK' }

# query_case(routine): routine is health_score(healthmodel, record, date)
sub query_case
{
	my ($routine) = @_;
	my $strict = chance(0.15);
	my $q = { routine => $routine, names => 0 };
	my $query = as_text($q);
	my @chosen = map { $strict ? pick(@models, @strict) : pick(@models) } 0, 1;
	my $written = sub { my ($model) = @_; $query =~ s/MODEL(\d)/sprintf $model, "'$chosen[$1]'::healthmodel"/ger };
	my ($as_written, $constant) = ($written->('torture.as_written(%s)'), $written->('%s'));
	return {
		label => "$routine->{signature} in a query", base => undone($as_written), compared => 1, errors_differ => $strict || $query =~ / AS bad/ ? qr/^(?!00000)/ : undef, ways => [
			[ constant => undone($constant) ],
			[ 'constant, another plan' => undone((map { pick(@settings) } 1 .. pick(1, 2, 4)), $constant) ],
			chance(0.3) ? [ 'constant, prepared' => undone('SET LOCAL plan_cache_mode = force_generic_plan', "PREPARE p AS $constant", 'EXECUTE p') . '; DEALLOCATE p' ] : () ] };
}

1;
