# Every fit of the lifetime family ends, whatever the customers are like: random
# samples of test/fuzz/lifetime.sql, hostile ones among them.
#
# CHS_SEED=n repeats a run (the seed is printed); CHS_FUZZ=n is how many samples
# are tried: 10000 in `make fuzz TESTS=030_lifetime_fuzz CHS_FUZZ=10000`, 1000 in `make test`.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $source = $ENV{CHS_SOURCE} // '.';
my $seed = $ENV{CHS_SEED} // int(rand(2**31));
my $samples = $ENV{CHS_FUZZ} // 1000;
diag("seed $seed, $samples samples (CHS_SEED=$seed CHS_FUZZ=$samples repeats this)");

my $node = PostgreSQL::Test::Cluster->new('fuzz');
$node->init;
$node->append_conf('postgresql.conf', "jit = off\nstatement_timeout = '10min'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION chs');

my $answer = $node->safe_psql('postgres', <<"SQL");
\\set seed $seed
\\set samples $samples
\\i $source/test/fuzz/lifetime.sql
SELECT fit, count(*) FILTER (WHERE status IS NOT NULL), bool_and(status IN ('converged', 'heterogeneity not identified', 'mean not finite')),
       bool_and((status = 'heterogeneity not identified') = (parameter IS NULL)) FROM pg_temp.ends WHERE status IS NOT NULL GROUP BY fit ORDER BY fit;
SQL
my @lines = split /\n/, $answer;
is(scalar @lines, 3, 'three fits');
for my $line (@lines)
{
	my ($fit, $count, $known, $parameters) = split /\|/, $line;

	cmp_ok($count, '>', 0.99 * $samples, "$fit: every sample ends");
	is($known, 't', "$fit: with a status that has a name");
	is($parameters, 't', "$fit: with parameters only where there is a maximum");
}

done_testing();
