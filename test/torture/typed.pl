# One kind of `make torture`: calls of every function and aggregate of chs, by type.
# The environment names the server (PGHOST, PGPORT, PGUSER, PSQL, SERVER_LOG) and the
# run (SEED, MINUTES, CASE: the first case; with CASES: how many).
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use ChsTorture;
use ChsTortureSession;
use ChsTortureValues;

$| = 1;
$SIG{INT} = $SIG{TERM} = sub { $ChsTorture::stop = 1 };
my $seed = $ENV{SEED};
my $session = ChsTortureSession->new(psql => $ENV{PSQL}, host => $ENV{PGHOST}, port => $ENV{PGPORT}, user => $ENV{PGUSER},
	database => $ENV{PGDATABASE}, settings => 'SET client_min_messages = error');
my ($routines, $others) = load_routines($session);
make_values($session, $seed, "$FindBin::Bin/pool.sql", $routines);
load_pool($session);

my %how = $ENV{CASE} ? (first => $ENV{CASE}, cases => $ENV{CASES} || 1) : (seconds => 60 * $ENV{MINUTES});
my $count = torture($session, $routines, seed => $seed, log => $ENV{SERVER_LOG}, progress => 1, %how);
$session->close;

my @unseen = grep { !$count->{seen}{ $_->{signature} } } @$routines;
printf "%d routines of chs: %d called, %d not, %d take what no query holds\n", @$routines + @$others, @$routines - @unseen, scalar @unseen, scalar @$others;
print report_of($count), "\n";
exit(@{ $count->{findings} } ? 1 : 0);
