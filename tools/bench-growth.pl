# Prints how time and memory of three aggregates grow with the rows: 1, 10 and
# 100 million, which are made as they are read and lie in no table.
#
#	perl tools/bench-growth.pl [MILLIONS ...]
#
# The customers grow with the rows and come in random order.  Each query has a
# session of its own.  Its processor time is less that of counting the same values,
# its memory the highest that the server process held, less what it held before.
# Up to 10 million rows the median of three runs counts.
use strict;
use warnings;

use File::Basename qw(dirname);

use lib dirname(__FILE__);
use BenchSession;

my @millions = @ARGV ? @ARGV : (1, 10, 100);

# How many times the time of a row, and the memory of a customer, may be those
# of the fewest rows.  Beyond the caches of the processor each row waits for memory.
my %bound = (row => 2, customer => 1.2);

# the aggregate, its rows per customer, a question that reads all of the summary
my @aggregates = (
	[ 'activity_agg(customer, day)', 10, q{active_customers(%s, daterange('2025-03-01', '2025-04-01'))} ],
	[ 'purchase_agg(customer, day, amount)', 5, 'repeat_purchase_rate(%s)' ],
	[ 'subscription_agg(customer, day, until, amount)', 2, q{mrr(%s, '2025-06-01')} ],
);

sub query
{
	my ($expression, $columns, $rows, $customers) = @_;
	my %value = (
		customer => "(hashint8extended(i, 1) & 9223372036854775807) % $customers",
		day => q{date '2025-01-01' + (hashint8(i) & 255)},
		until => q{date '2025-10-01' + (hashint8(i) & 255)},
		amount => '(20 + (hashint8(i) >> 8 & 255))::numeric');
	my $list = join ', ', map { "$value{$_} AS $_" } split /, /, $columns;

	return "SELECT $expression FROM (SELECT $list FROM (SELECT generate_series(1, $rows\:\:bigint) AS i) AS s) AS r;";
}

# kB of memory of the server process, the highest so far
sub highest_memory
{
	my ($session) = @_;

	open(my $in, '<', "/proc/$session->{pid}/status") or die "this system has no /proc: $!\n";
	my ($kilobytes) = map { /^VmHWM:\s+(\d+) kB/ ? $1 : () } <$in>;
	close $in;
	return $kilobytes;
}

# ms and kB of a query in a session of its own
sub run
{
	my ($sql) = @_;
	my $session = BenchSession->postgres(1);
	my ($before, $answer, $wall, $cpu);

	$session->ask("SET max_parallel_workers_per_gather = 0; SET jit = off; EXPLAIN $sql");
	$before = highest_memory($session);
	($answer, $wall, $cpu) = $session->timed($sql);
	my $kilobytes = highest_memory($session) - $before;
	$session->end;
	return ($cpu // $wall, $kilobytes);
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[ $#sorted / 2 ];
}

$| = 1;
print "| aggregate | million rows | customers | ns a row | bytes a customer | |\n|---|--:|--:|--:|--:|---|\n";
for my $aggregate (@aggregates)
{
	my ($call, $per_customer, $question) = @$aggregate;
	my ($columns) = $call =~ /\((.*)\)/;
	my $count = join ', ', map { "count($_)" } split /, /, $columns;
	my %first;

	for my $million (@millions)
	{
		my ($rows, $customers) = ($million * 1_000_000, $million * 1_000_000 / $per_customer);
		my (@times, @memory);

		for (1 .. ($million > 10 ? 1 : 3))
		{
			my ($base) = run(query($count, $columns, $rows, $customers));
			my ($time, $memory) = run(query(sprintf($question, $call), $columns, $rows, $customers));
			push @times, $time - $base;
			push @memory, $memory;
		}
		my %is = (row => median(@times) * 1e6 / $rows, customer => median(@memory) * 1024 / $customers);
		$first{$_} //= $is{$_} for keys %is;
		my $verdict = (grep { $is{$_} > $bound{$_} * $first{$_} } keys %is) ? 'missed' : 'met';
		printf "| %s | %d | %d | %.0f | %.0f | %s |\n", $call, $million, $customers, $is{row}, $is{customer}, $verdict;
	}
}
