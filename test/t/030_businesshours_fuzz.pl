# A short run of the random calendars of test/fuzz/businesshours.pl; `make fuzz` is the long one.
use strict;
use warnings;

# its INIT blocks run only when it is loaded here
use PostgreSQL::Test::Cluster;

my $source = $ENV{CHS_SOURCE} // '.';
unless (defined do "$source/test/fuzz/businesshours.pl")
{
	die $@ || "$source/test/fuzz/businesshours.pl: $!";
}
