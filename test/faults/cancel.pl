# statement_timeout in every phase of every aggregate: transition, the parallel
# plan (partial states, handed over and combined), the end, storing, rollup and
# combine, text and binary forms both ways.  Each statement is cancelled at many
# moments of its run; then the session answers, and the statement gives what it
# gave at first.
#
# test/t/040_interrupts.pl asks how soon a cancel is answered, with large values;
# this test asks what a cancel leaves behind, everywhere.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsCalls;

my $moments = 8;    # of each statement
my $seed = $ENV{CHS_SEED} // 20261130;
srand($seed);
note "CHS_SEED=$seed";

my $node = new_server('cancel', q{
log_min_error_statement = panic
log_min_messages = fatal
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
});
# CHS_CASE=pattern: only aggregates whose name fits
my @aggregates = grep { $_->{name} =~ ($ENV{CHS_CASE} // '.') } make_rows($node, 'postgres');
cmp_ok(scalar @aggregates, '>', $ENV{CHS_CASE} ? 0 : 90, 'aggregates: ' . scalar @aggregates);

my $dir = $node->basedir;

# A session that runs a statement with each timeout, and first and last without
# one: what each run says, its SQLSTATE and time.  (A busy machine may cancel SET
# as well, so it comes three times.)
sub run_with_timeouts
{
	my ($settings, $statement, @timeouts) = @_;
	my $script = "SET search_path = equivalence, public; $settings;\n\\timing on\n";
	for my $timeout (0, @timeouts, 0)
	{
		$script .= "\\echo -- next\nSET statement_timeout = $timeout;\n\\echo -- run\n$statement;\n\\echo -- state :SQLSTATE\nSET statement_timeout = 0;\nSET statement_timeout = 0;\nSET statement_timeout = 0;\n\\echo -- question\n$question;\n";
	}
	my (undef, $out, $err) = $node->psql('postgres', $script, on_error_stop => 0);
	my @runs = split /^-- next\n/m, $out;
	shift @runs;
	return map {
		my ($result, $ms, $state, $after) = /^-- run\n(.*?)Time: ([\d.]+) ms.*?\n-- state (\w+)\n.*?^-- question\n(.*?)\n/ms;
		{ result => $result, ms => $ms, state => $state // 'lost', answer => $after // $err }
	} @runs;
}

my ($cancelled, $runs) = (0, 0);
sub check
{
	my ($name, $settings, $statement) = @_;
	my ($first) = run_with_timeouts($settings, $statement);
	if ($first->{state} ne '00000')
	{
		fail("$name: $first->{state} without a timeout, $first->{answer}");
		return;
	}
	my @timeouts = map { 1 + int(rand($first->{ms})) } 1 .. $moments;
	my @all = run_with_timeouts($settings, $statement, @timeouts);
	my @wrong;
	push @wrong, scalar(@all) . ' runs' if @all != $moments + 2;
	for my $i (0 .. $#all)
	{
		my $run = $all[$i];
		my $when = $i == 0 ? 'first' : $i == $#all ? 'last' : "after $timeouts[ $i - 1 ] ms of $first->{ms}";
		push @wrong, "$when: $run->{state}" if $run->{state} !~ /^(00000|57014)$/;
		push @wrong, "$when: another result" if $run->{state} eq '00000' && $run->{result} ne $first->{result};
		push @wrong, "$when: the session answers $run->{answer}" if $run->{answer} ne $right_answer;
		$runs++;
		$cancelled++ if $run->{state} eq '57014';
	}
	is(join('; ', @wrong), '', $name);
	return;
}

my $parallel = 'SET max_parallel_workers_per_gather = 2';
$node->safe_psql('postgres', q{SELECT format('ALTER TABLE %s SET (parallel_workers = 2)', oid::regclass) FROM pg_class WHERE relnamespace = 'equivalence'::regnamespace AND relkind = 'r' AND relname ~ '^rows_'
	\gexec});
for my $aggregate (@aggregates)
{
	my ($name, $call, $rows) = @$aggregate{qw(name call rows)};
	my $many = rows_of($aggregate, 10);
	check("$name: transition and end", 'SET work_mem = \'64kB\'', "SELECT md5(string_agg(x::text, ' ' ORDER BY segment)) FROM (SELECT segment, $call AS x FROM $many GROUP BY segment) AS g");
	check("$name: in parallel", $parallel, "SELECT md5(($call)::text) FROM $many");
	next if !$aggregate->{builds};
	my $parts = "(SELECT many, $call AS s FROM $rows GROUP BY many OFFSET 0) AS parts";
	check("$name: rollup and combine", 'SELECT', "SELECT md5(rollup(s)::text), md5(combine((array_agg(s ORDER BY s))[1], (array_agg(s ORDER BY s))[2])::text) FROM $parts");
	my ($type) = $node->safe_psql('postgres', "SET search_path = equivalence, public; SELECT pg_typeof($call) FROM $rows LIMIT 1");
	check("$name: stored, text and binary", "CREATE TEMP TABLE kept AS SELECT s FROM $parts; CREATE TEMP TABLE copied (s $type); COPY kept TO '$dir/binary' (FORMAT binary)",
		"WITH t AS (SELECT s::text::$type AS s, length(record_send(ROW(s))) AS bytes FROM kept, generate_series(1, 3)) SELECT count(*), count(DISTINCT s), sum(bytes) FROM t");
	check("$name: COPY from binary", "CREATE TEMP TABLE kept AS SELECT s FROM $parts; CREATE TEMP TABLE copied (s $type); COPY kept TO '$dir/binary' (FORMAT binary)",
		"COPY copied FROM '$dir/binary' (FORMAT binary)");
}
cmp_ok($cancelled, '>', $runs / 10, "$cancelled of $runs runs were cancelled");
note "$cancelled of $runs runs were cancelled";
nothing_crashed($node);

$node->stop;
done_testing();
