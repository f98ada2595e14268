# The routines of chs, from the catalog, and arguments for them: plausible ones and
# hostile ones, chosen by type and, where a word is expected, by name.
#
# An argument is { sql, type, wild }.  Its SQL has no subquery, so that EXECUTE takes
# it, and is immutable, so that the planner folds it.  "wild" says that it may be a
# damaged or a foreign value, from which plans may read different things.
package ChsTortureValues;

use strict;
use warnings;

use Exporter 'import';

our @EXPORT = qw(chance pick load_routines load_pool constant column row_column %pool);

our %pool;    # of a type of chs: how many values are whole, and how many there are

sub chance { return rand() < $_[0] }
sub pick { return $_[ rand @_ ] }

# --- the catalog ----------------------------------------------------------------

my $catalog = q{
SELECT p.oid::regprocedure, n.nspname, p.proname, p.prokind, p.proretset, p.prorettype::regtype, p.provariadic <> 0,
       (SELECT string_agg(t::regtype::text, ';' ORDER BY i) FROM unnest(p.proargtypes) WITH ORDINALITY AS u(t, i)),
       (SELECT string_agg(coalesce(p.proargnames[i], ''), ';' ORDER BY i) FROM generate_series(1, p.pronargs) AS i),
       coalesce((SELECT EXISTS (SELECT FROM pg_aggregate AS r WHERE r.aggfnoid::oid IN (SELECT oid FROM pg_proc WHERE proname = 'rollup')
                                   AND r.aggtranstype = p.prorettype)), false)
  FROM pg_depend AS d JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
  JOIN pg_namespace AS n ON n.oid = p.pronamespace
 WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
   AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')
 ORDER BY p.oid::regprocedure::text};

# A routine that takes or returns what no query can hold is left out.
sub is_callable
{
	my ($routine) = @_;
	return !grep { /^(?:internal|cstring)$/ } @{ $routine->{types} }, $routine->{returns};
}

# The routines of chs, and those that no query can call; and those of a scratch
# schema, if it is given, so that a test can plant a wrong one.
sub load_routines
{
	my ($session, $planted) = @_;
	my $query = $catalog;
	if ($planted)
	{
		$query =~ s/FROM pg_depend AS d JOIN pg_proc AS p ON .*/FROM pg_proc AS p/;
		$query =~ s/WHERE d\..*?(?=\n ORDER BY)/WHERE n.nspname = '$planted'/s;
	}
	my $answer = $session->ask($query);
	die "no catalog: $answer->{text}\n" if $answer->{state} ne '00000';
	my (@callable, @others);
	for (split /\n/, $answer->{text})
	{
		my ($signature, $schema, $name, $kind, $set, $returns, $variadic, $types, $names, $rolls) = split /\|/;
		my %routine = (signature => $signature, call => "$schema.$name", kind => $kind, set => $set eq 't', returns => $returns,
			variadic => $variadic eq 't', rolls => $rolls eq 't', types => [ grep { $_ ne 'NULL' } split /;/, $types ], names => [ split /;/, $names ]);
		push @{ is_callable(\%routine) ? \@callable : \@others }, \%routine;
	}
	return (\@callable, \@others);
}

# --- values of the types of chs ----------------------------------------------------

sub load_pool
{
	my ($session) = @_;
	my @types = split /\n/, $session->ask(q{SELECT type FROM torture.type ORDER BY type::text})->{text};
	for my $type (@types)
	{
		my $answer = $session->ask("SELECT count(*) FILTER (WHERE kind = 'whole'), count(*) FROM torture.pool_$type");
		my ($whole, $all) = $answer->{text} =~ /^(\d+)\|(\d+)$/m or die "no values of $type: $answer->{text}\n";
		$pool{$type} = { whole => $whole, all => $all };
	}
	return @types;
}

sub pooled
{
	my ($type, $hostile) = @_;
	my ($whole, $all) = @{ $pool{$type} }{qw(whole all)};
	return { sql => "NULL::$type", type => $type } if $hostile && chance(0.1);
	my $k = $hostile ? 1 + int rand $all : 1 + int rand $whole;
	return { sql => "torture.v_$type($k)", type => $type, wild => $k > $whole };
}

# --- constants --------------------------------------------------------------------

my @numbers = ('0', '-1', '-0.5', '1e-12', '92233720368.54775807', '92233720368.54775808', '1e18', '1e30');
my %plausible = (
	bigint => [ 0, 1, 2, 4, 5, 7, 9, 12, 30, 90, 365 ],
	smallint => [ 1, 5 ], integer => [ 1, 4, 5, 7, 9, 10 ],
	numeric => [ '0', '1', '4.25', '5', '10', '100', '1234.56', '0.00000001' ], real => [ 1, 5 ],
	'double precision' => [ '0', '0.05', '0.2', '0.5', '0.95', '1', '4', '5', '10', '33.3', '95', '100' ],
	boolean => [ 'true', 'false' ],
	uuid => [ "'00000000-0000-0000-0000-000000000001'" ],
	date => [ map { "'$_'" } qw(2025-01-01 2025-01-31 2025-03-01 2025-04-01 2025-06-30 2025-07-01 2025-12-31 2026-01-01) ],
	'timestamp without time zone' => [ "'2025-01-01 10:00'", "'2025-03-30 02:30'", "'2025-06-30 23:59:59.999999'" ],
	'timestamp with time zone' => [ "'2025-01-01 10:00+00'", "'2025-03-30 01:30+00'", "'2025-12-31 12:00+00'" ],
	interval => [ "'1 month'", "'3 months'", "'1 year'", "'4 hours'", "'90 minutes'" ],
	daterange => [ "'[2025-01-01,2025-07-01)'", "'[2025-03-01,2025-04-01)'", "'[2025-01-01,2026-01-01)'" ],
	tstzmultirange => [ "'{[2025-01-01 10:00+00,2025-03-30 16:00+00)}'", "'{}'" ],
	'bigint[]' => [ "'{0,1,7,30}'", "'{1,2,3}'", "'{30,60,90}'", "'{5}'" ],
	'integer[]' => [ "'{0,1,30}'" ], 'numeric[]' => [ "'{5,4,10}'" ],
	'double precision[]' => [ "'{5}'", "'{5,40}'", "'{5,6,7}'", "'{30,60}'" ],
	'text[]' => [ "'{usage}'", "'{usage,nps}'" ],
	'date[]' => [ "'{2025-01-01,2025-04-01,2025-07-01}'", "'{2025-01-01,2025-01-02}'" ],
	jsonb => [ q{'{"usage": 5}'}, q{'{"usage": 5, "nps": 9, "mood": "fine", "seen": "2025-01-01"}'}, q{'{}'},
		q{'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'}, q{'{"timezone": "UTC", "week": {"mon": [["09:00", "17:00"]]}}'} ],
	record => [ q{ROW(5, 9, 'fine', '2025-01-01')::torture.signals}, q{ROW(0, NULL, 'angry', NULL)::torture.signals} ],
	'"any"' => [ '5::bigint', '7.5::float8', '9::numeric', 'true' ],
);
my %hostile = (
	bigint => [ '0', '-1', '-7', '2147483648', '9223372036854775807', '(-9223372036854775808)', '100000', '1000001' ],
	smallint => [ '(-32768)', '32767' ], integer => [ '0', '-1', '2147483647', '(-2147483648)' ], real => [ "'NaN'", "'Infinity'" ],
	numeric => [ @numbers, "'NaN'", "'Infinity'", "'-Infinity'", "'1e131071'", "'1e-16383'" ],
	'double precision' => [ @numbers, "'NaN'", "'Infinity'", "'-Infinity'", "'1e308'", "'-1e308'", "'4.9e-324'", "'-0'" ],
	uuid => [ "'ffffffff-ffff-ffff-ffff-ffffffffffff'" ],
	date => [ map { "'$_'" } 'infinity', '-infinity', '4713-01-01 BC', '5874897-12-31', '0001-01-01', '2024-02-29', '1900-01-01' ],
	'timestamp without time zone' => [ map { "'$_'" } 'infinity', '-infinity', '4713-01-01 BC', '294276-12-31' ],
	'timestamp with time zone' => [ map { "'$_'" } 'infinity', '-infinity', '4713-01-01 BC', '294276-12-31' ],
	interval => [ map { "'$_'" } '0', '-1 day', '1 mon -1 day', '178000000 years', '-178000000 years', '1 microsecond' ],
	daterange => [ map { "'$_'" } 'empty', '(,)', '[2025-01-01,)', '[-infinity,infinity]', '[4713-01-01 BC,5874897-12-31)', '[2025-01-01,2025-01-01]' ],
	tstzmultirange => [ "'{(,)}'", "'{[-infinity,infinity]}'", "'{(,2025-01-01 00:00+00),[2025-02-01 00:00+00,)}'" ],
	'bigint[]' => [ "'{}'", "'{NULL}'", "'{{1,2},{3,4}}'", "'[5:7]={1,2,3}'", "'{7,7}'", "'{9,1}'", "'{-1,9223372036854775807}'", 'torture.series(10000)' ],
	'integer[]' => [ "'{}'", "'{NULL,1}'", "'{2147483647}'" ],
	'numeric[]' => [ "'{}'", "'{NULL}'", "'{NaN,Infinity}'", "'{{1},{2}}'", 'torture.series(10000)' ],
	'double precision[]' => [ "'{}'", "'{NULL}'", "'{NaN,Infinity,-Infinity}'", "'{1e308,1e308}'", "'{{1,2},{3,4}}'", "'[0:1]={1,2}'", 'torture.series(5000)' ],
	'text[]' => [ "'{}'", "'{NULL}'", "'{usage,usage}'", 'torture.series(2000)' ],
	'date[]' => [ "'{}'", "'{NULL}'", "'{2025-01-01}'", "'{2025-07-01,2025-01-01}'", "'{-infinity,infinity}'", "'{{2025-01-01,2025-04-01}}'", 'torture.days(10000)' ],
	jsonb => [ map { "'$_'" } 'null', '[]', '5', '"x"', '{"usage": null}', '{"usage": "NaN"}', '{"usage": 1e400}', '{"usage": {"a": [1]}}',
		'{"signals": []}', '{"signals": [{"name": "usage"}]}', '{"signals": "x"}' ],
	record => [ 'NULL::torture.signals', q{ROW('NaN', NULL, repeat('x', 9000), 'infinity')::torture.signals}, q{ROW('Infinity', -1, '', '-infinity')::torture.signals},
		'ROW(NULL, NULL, NULL, NULL)::torture.signals' ],
	'"any"' => [ "'NaN'::float8", 'NULL::text', "'x'::text", "'infinity'::date", "'{}'::jsonb", 'NULL::float8', "'{1}'::bigint[]" ],
);
$hostile{record} = [ @{ $hostile{record} }, 'ROW(1, 2, 3, NULL)::torture.signals' ];

# Words by the name of the argument, and all of them.
my %words = (
	bucket => [qw(day week month quarter year)], zone => [ 'UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata' ],
	timezone => ['UTC'], mode => [qw(on on_or_after within between)], by => [qw(amount invoice order customer)],
	definition => [qw(boundary event)], churn => [qw(first last)], dialect => [qw(postgres ansi)],
	penalty => ['firth'], prior => [qw(expert none)], variant => [qw(bg mbg)], billing => [qw(month year quarter week)],
);
my @all_words = sort map { @$_ } values %words;
my @bad_words = ('', 'x', 'MONTH', 'no/such_zone', "'", "\t", 'e' x 300);

sub quoted
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

sub word
{
	my ($name, $hostile) = @_;
	return { sql => "repeat('long ', 40000)", type => 'text' } if $hostile && chance(0.1);
	return { sql => quoted(pick(@bad_words)) . '::text', type => 'text' } if $hostile && chance(0.6);
	my $fitting = $words{$name};
	return { sql => quoted(pick($fitting && !chance(0.1) ? @$fitting : @all_words)) . '::text', type => 'text' };
}

# constant(type, name, hostile): an argument that no row changes
sub constant
{
	my ($type, $name, $hostile) = @_;
	return pooled($type, $hostile) if $pool{$type};
	return word($name // '', $hostile) if $type eq 'text';
	if ($type eq 'survivalsummary[]')
	{
		my @of = map { pooled('survivalsummary', $hostile) } 1 .. ($hostile ? int rand 5 : 2);
		return { sql => 'ARRAY[' . join(', ', map { $_->{sql} } @of) . ']::survivalsummary[]', type => $type, wild => scalar grep { $_->{wild} } @of };
	}
	my $from = $hostile && $hostile{$type} && chance(0.8) ? $hostile{$type} : $plausible{$type};
	die "no argument of type $type\n" if !$from;
	my $sql = pick(@$from);
	$sql = 'NULL' if $hostile && chance(0.15) && $type !~ /record|any/;
	return { sql => $sql, type => 'torture.signals' } if $type eq 'record';
	return { sql => $sql, type => $sql =~ /::(\w+(?:\[\])?)$/ ? $1 : 'boolean' } if $type eq '"any"';
	return { sql => "$sql\::$type", type => $type };
}

# --- columns of torture.rows --------------------------------------------------------

# Of several columns of one type the first, the second and so on: an end after
# its start, an age after the last purchase.
my %columns = (
	bigint => [ [ 'n', 'n % 11', 'n % 7', '1 + n % 5', 'c', 'id', 'n % 30' ], [ '10 + n', '1 + n % 9', 'n' ], [ 'n % 4', 'n' ] ],
	integer => [ [ '(id % 11)::integer', '(1 + id % 5)::integer' ] ],
	numeric => [ [ 'm', '(id % 11)::numeric', 'm * 1000000', 'm / 7' ], [ 'abs(m)' ] ],
	'double precision' => [ [ 'x', '(n % 11)::float8', 'n / 41.0::float8', '(n % 5)::float8' ], [ '((n % 5) * (id % 7))::float8', 'x', 'abs(x)' ], [ '(40 + id % 9)::float8', 'x' ] ],
	boolean => [ [ 'b', 'n % 2 = 0', '(id * 31) % 5 < 2' ], [ 'n % 3 = 0' ] ],
	text => [ [ 't', "'segment ' || g", 'n::text' ] ], uuid => [ ['u'] ],
	date => [ [ 'd', 'd - 90', '(d - 60)' ], [ 'd + (id % 90)::int', 'CASE WHEN id % 3 > 0 THEN d + (id % 90)::int END', 'd' ], [ "'2025-12-31'::date" ] ],
	'timestamp without time zone' => [ ['ts'], [ 'ts + i', 'ts' ] ],
	'timestamp with time zone' => [ ['torture.day(ts)'], [ 'torture.day(ts) + i', 'torture.day(ts)' ], [ "'2025-12-31 00:00+00'::timestamptz" ] ],
	interval => [ [ 'i', "'4 hours'::interval" ] ],
	'double precision[]' => [ [ 'ARRAY[x]', 'ARRAY[x, n % 5]', 'ARRAY[n % 7, id % 3]::float8[]', 'ARRAY[x, x]' ] ],
	record => [ ['ROW(x, n, t, d)::torture.signals'] ],
	jsonb => [ [q{jsonb_build_object('usage', n, 'nps', id % 11, 'mood', t)}] ],
	'"any"' => [ [ 'x', 'm', 'n' ] ],
);
my %is_word = map { $_ => 1 } keys %words;

# row_column(type, seen): an expression over the row, or nothing if the type has none
sub row_column
{
	my ($type, $seen, $hostile) = @_;
	my $number = $seen->{$type}++;
	if ($pool{$type})
	{
		my $most = $hostile ? $pool{$type}{all} : $pool{$type}{whole};
		return { sql => "torture.v_$type((1 + id % $most)::int)", type => $type, wild => $hostile, varies => 1 };
	}
	my $of = $columns{$type} or return;
	my $sql = pick(@{ $of->[ $number < @$of ? $number : -1 ] });
	return { sql => $sql, type => $type eq 'record' ? 'torture.signals' : $type, varies => 1 };
}

# column(type, name, seen, hostile): mostly a column, sometimes a constant
sub column
{
	my ($type, $name, $seen, $hostile) = @_;
	my $is_constant = $is_word{ $name // '' } || ($type =~ /^(?:healthmodel|businesshours)$/ && chance(0.9)) || chance(0.1);
	my $column = $is_constant ? undef : row_column($type, $seen, $hostile);
	return $column // constant($type, $name, $hostile && chance(0.5));
}

1;
