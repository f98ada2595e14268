# health_fit on samples whose truth is known (test/simulate/health_fit.sql): its mean log
# loss on new customers exceeds that of the better one of the expert's weights and the
# maximum of the likelihood by at most 0.005 with 10 churned customers and 0.002 with
# more, whether the expert is good, medium or bad.  The table shows the standard error of
# each excess: with 200 samples at most 0.0003 where the excess is above zero.
#
# CHS_REPETITIONS=n samples of each size (200), CHS_SEED=n another seed.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = $ENV{CHS_SOURCE} // '.';
my $seed = $ENV{CHS_SEED} // 20261129;
my $repetitions = $ENV{CHS_REPETITIONS} // 200;

my $node = PostgreSQL::Test::Cluster->new('simulate');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION chs');

my $answer = $node->safe_psql('postgres', <<"SQL");
\\set seed $seed
\\set repetitions $repetitions
\\set sizes '{10,20,40,80,320}'
\\set fresh 10000
\\i $source/test/simulate/health_fit.sql
SELECT size, expert, chosen, by_expert, likelihood, error FROM pg_temp.simulated ORDER BY size, expert DESC;
SQL
diag("mean log loss on new customers, $repetitions samples of each size, seed $seed");
diag(sprintf '%7s  %-7s %10s %10s %10s %8s %9s %8s', 'churned', 'expert', 'health_fit', 'expert\'s', 'likelihood', 'excess', '+- error', 'allowed');
for my $line (split /\n/, $answer)
{
	my ($size, $expert, $chosen, $by_expert, $likelihood, $error) = split /\|/, $line;
	my $excess = $chosen - ($by_expert < $likelihood ? $by_expert : $likelihood);
	my $allowed = $size == 10 ? 0.005 : 0.002;

	diag(sprintf '%7d  %-7s %10.4f %10.4f %10.4f %8.4f %9.4f %8.3f', $size, $expert, $chosen, $by_expert, $likelihood, $excess, $error, $allowed);
	cmp_ok($excess, '<=', $allowed, "$size churned, a $expert expert");
}
is(() = $answer =~ /\n/g, 14, 'fifteen kinds of samples');

$node->stop;
done_testing();
