# Logical replication of stored values of every type, by their text and by their
# binary form: they arrive at first and with each change.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsStored;

sub new_server
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', q{
lc_messages = 'C'
autovacuum = off
fsync = off
max_wal_senders = 20
max_replication_slots = 20
max_logical_replication_workers = 20
max_worker_processes = 40
max_sync_workers_per_subscription = 4
});
	$node->start;
	return $node;
}

my $primary = new_server('publisher');
my $subscriber = new_server('subscriber');
store($primary, 'kept');
my $tables = join ', ', map { "kept_$_->{type}" } @stored;
$primary->safe_psql('kept', join('', map { "ALTER TABLE kept_$_->{type} REPLICA IDENTITY FULL;" } @stored) . "CREATE PUBLICATION everything FOR TABLE $tables");
my $rows = join ' UNION ALL ', map { "SELECT '$_->{type}', t::text FROM kept_$_->{type} AS t" } @stored;
my $ask = "$rows ORDER BY 1, 2; " . join ';', map { $_->{ask} } @stored;
for my $binary ('false', 'true')
{
	my $database = "binary_$binary";
	$subscriber->safe_psql('postgres', "CREATE DATABASE $database");
	$subscriber->safe_psql($database, 'CREATE EXTENSION chs');
	$subscriber->safe_psql($database, join(';', map { $_->{make} } @stored) . "; TRUNCATE $tables");
	$subscriber->safe_psql($database, "CREATE SUBSCRIPTION $database CONNECTION '" . $primary->connstr . " dbname=kept' PUBLICATION everything WITH (binary = $binary)");
	$subscriber->wait_for_subscription_sync($primary, $database, $database);
	is($subscriber->safe_psql($database, $ask), $primary->safe_psql('kept', $ask), "binary = $binary: values of every type arrive");
	# new rows, changed ones, and those that go: found by the equality of the type
	$primary->safe_psql('kept', join ';', map { ("INSERT INTO kept_$_->{type} SELECT * FROM kept_$_->{type} ON CONFLICT DO NOTHING", "UPDATE kept_$_->{type} SET id = id + 10 WHERE id <= 1",
		"DELETE FROM kept_$_->{type} WHERE ctid = (SELECT min(ctid) FROM kept_$_->{type})") } @stored);
	$primary->wait_for_catchup($database);
	is($subscriber->safe_psql($database, $ask), $primary->safe_psql('kept', $ask), "binary = $binary: so does each change");
	$subscriber->safe_psql($database, "DROP SUBSCRIPTION $database");
}
my $log = slurp_file($subscriber->logfile);
unlike($log, qr/ERROR|terminated by signal|PANIC|TRAP/, 'without an error');
$subscriber->stop;
unlike(slurp_file($primary->logfile), qr/terminated by signal|PANIC|TRAP/, 'nothing crashed');
$primary->stop;

done_testing();
