# A short run of the random damage in test/fuzz/activity.pl; `make fuzz` is the long one.
use strict;
use warnings;

# its INIT blocks run only when it is loaded here
use PostgreSQL::Test::Cluster;

my $source = $ENV{CHS_SOURCE} // '.';
unless (defined do "$source/test/fuzz/activity.pl")
{
	die $@ || "$source/test/fuzz/activity.pl: $!";
}
