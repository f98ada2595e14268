# Memory that runs out, for every aggregate: with a work_mem of 64 kB, hashed to
# disk and sorted, in a session whose address space may grow by little (prlimit on
# its process), statements end in ERROR 53200 or answer right, the session goes
# on, and no process dies.  test/t/041_memory.pl does it for large values.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsCalls;

if ($^O ne 'linux' || system('prlimit --version >/dev/null 2>&1') != 0)
{
	plan skip_all => 'prlimit is not here: it comes with util-linux';
}

my @grow = (0.1, 0.5, 1, 2, 4, 10, 40);    # MB
my ($page) = `getconf PAGESIZE` =~ /(\d+)/;

my $node = new_server('memory', q{
work_mem = '64kB'
hash_mem_multiplier = 1
log_min_error_statement = panic
});
# CHS_CASE=pattern: only aggregates whose name fits
my @aggregates = grep { $_->{name} =~ ($ENV{CHS_CASE} // '.') } make_rows($node, 'postgres');

# A parallel plan without workers hands its share over within the session.
my $parallel = 'SET max_parallel_workers_per_gather = 2; SET max_parallel_workers = 0; SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0';
# the stack counts too: it is made deep before the limit comes
my $deep = 'SELECT ' . ('1 + (' x 3000) . '1' . (')' x 3000);

# what each limit gives, then what no limit gives: [state, result, answer to the question under the limit]
sub run_limited
{
	my ($settings, $statement) = @_;
	my $script = "SET search_path = equivalence, public; $settings;\n\\o /dev/null\n$deep;\n$question;\n\\o\nSELECT pg_backend_pid() AS pid \\gset\n\\setenv PID :pid\n";
	for my $megabytes (@grow, 0)
	{
		my $limit = $megabytes ? "\$((pages * $page + " . int($megabytes * 1024 * 1024) . '))' : 'unlimited';
		$script .= "\\echo -- next\n\\! read pages rest </proc/\$PID/statm; exec prlimit --pid \$PID --as=$limit:\n$statement;\n\\echo -- state :SQLSTATE\n$question;\n";
	}
	my (undef, $out, $err) = $node->psql('postgres', $script, on_error_stop => 0);
	my @runs = split /^-- next\n/m, $out;
	shift @runs;
	return map { /\A(.*?)\n?-- state (\w+)\n(.*?)\n?\z/s ? [ $2, $1, $3 ] : [ 'lost', $_, $err ] } @runs;
}

my ($refused, $runs) = (0, 0);
sub check
{
	my ($name, $settings, $statement) = @_;
	my @runs = run_limited($settings, $statement);
	my $right = $runs[-1];
	my @wrong;
	push @wrong, scalar(@runs) . ' runs' if @runs != @grow + 1;
	push @wrong, "without a limit: @$right" if $right->[0] ne '00000';
	for my $i (0 .. $#runs)
	{
		my ($state, $result, $answer) = @{ $runs[$i] };
		my $when = ($grow[$i] // 'any') . ' MB';
		push @wrong, "$when: $state" if $state ne '53200' && $state ne '00000';
		push @wrong, "$when: $result" if $state eq '00000' && $result ne $right->[1];
		push @wrong, "$when: the session answers $answer" if $answer ne $right_answer;
		$runs++;
		$refused++ if $state eq '53200';
	}
	is(join('; ', @wrong), '', $name);
	return;
}

for my $aggregate (@aggregates)
{
	my ($name, $call, $rows) = @$aggregate{qw(name call rows)};
	my $grouped = "SELECT md5(string_agg(x::text, ' ' ORDER BY many)) FROM (SELECT many, $call AS x FROM $rows GROUP BY many) AS g";
	check("$name: hashed", 'SET enable_sort = off', $grouped);
	check("$name: sorted", 'SET enable_hashagg = off', $grouped);
	check("$name: in parallel", $parallel, "SELECT md5(($call)::text) FROM " . rows_of($aggregate, 10));
}
cmp_ok($refused, '>', $runs / 20, "out of memory in $refused of $runs runs");
note "out of memory in $refused of $runs runs";
nothing_crashed($node);

$node->stop;
done_testing();
