# Every fit ends, whatever the customers are like: with an answer, or with a status that
# says why there is none.  Random samples of test/fuzz/fits.sql, hostile ones among them.
#
# CHS_SEED=n repeats a run (the seed is printed); CHS_FUZZ=n is how many samples are
# tried: 500 in `make test`, 10000 in `make fuzz`, and never more.
use strict;
use warnings;

use List::Util qw(min sum);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = $ENV{CHS_SOURCE} // '.';
my $seed = $ENV{CHS_SEED} // int(rand(2**31));
my $samples = min($ENV{CHS_FUZZ} // 500, 10000);
diag("seed $seed, $samples samples (CHS_SEED=$seed CHS_FUZZ=$samples repeats this)");

# how each fit may end: with an answer, and without one
my %lifetime = (converged => 't', 'heterogeneity not identified' => 'f');
my %regression = (converged => 't', aliased => 't', separated => 'f', 'not converged' => 'f');
my %health = (converged => 't', 'no signal' => 't', refused => 'f');
my %ways = (
	bgnbd => \%lifetime, gamma_gamma => { %lifetime, 'mean not finite' => 't' }, sbg => \%lifetime,
	logistic => \%regression, 'logistic, l2' => \%regression, 'logistic, weights' => \%regression, firth => \%regression,
	cox => { %regression, 'not identified' => 'f' }, 'cox, entry' => { %regression, 'not identified' => 'f' },
	'health, expert' => \%health, 'health, none' => \%health,
);

my $node = PostgreSQL::Test::Cluster->new('fuzz');
$node->init;
# a fit that does not end is found by the timeout
$node->append_conf('postgresql.conf', "jit = off\nstatement_timeout = '10min'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION chs');

my $answer = $node->safe_psql('postgres', <<"SQL");
\\set seed $seed
\\set samples $samples
\\i $source/test/fuzz/fits.sql
SELECT fit, status, answered, finite, count(*) FROM pg_temp.ends WHERE status IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4;
SQL
my %ended;
for my $line (split /\n/, $answer)
{
	my ($fit, $status, $answered, $finite, $count) = split /\|/, $line;

	note $line;
	$ended{$fit}{$status} += $count;
	is($answered, $ways{$fit}{$status} // 'no such status', "$fit, $status: has coefficients if and only if it should");
	is($finite, 't', "$fit, $status: they are numbers, and a maximum");
}
for my $fit (sort keys %ways)
{
	my %count = %{ $ended{$fit} // {} };

	# the sample of weights has none if all weights are zero
	cmp_ok(sum(0, values %count), '>', 0.95 * $samples, "$fit: every sample ends");
	cmp_ok($count{'not converged'} // 0, '<', 0.1 * $samples, "$fit: few do not converge");
}
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no crash');

$node->stop;
done_testing();
