# A disk that runs full: while aggregation spills, while a summary is stored, and
# in the folder of the WAL.  Errors, no crash but the one that PostgreSQL means
# where no WAL can be written, and everything is right when there is room again.
#
# make faults mounts the small disk (CHS_SMALL_DISK), which only root can do.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsCalls;

my $disk = $ENV{CHS_SMALL_DISK};
plan skip_all => 'there is no small disk: run make faults as root' if !defined $disk || !-d $disk;

# Leaves so many kilobytes of the disk.
sub leave
{
	my ($kilobytes) = @_;
	unlink "$disk/ballast";
	return if !$kilobytes;
	my ($free) = `df -k --output=avail "$disk"` =~ /(\d+)\s*\z/;
	my $size = ($free - $kilobytes) * 1024;
	open(my $out, '>', "$disk/ballast") or die "$disk/ballast: $!";
	my $zeros = "\0" x 65536;
	for (my $written = 0; $written < $size; $written += 65536)
	{
		print $out $size - $written < 65536 ? substr($zeros, 0, $size - $written) : $zeros;
	}
	close $out or die "$disk/ballast: $!";
	return;
}

# --- spilling, and storing -----------------------------------------------------------

my $node = new_server('spill', q{
work_mem = '64kB'
hash_mem_multiplier = 1
});
mkdir "$disk/space";
$node->safe_psql('postgres', "CREATE TABLESPACE small LOCATION '$disk/space'");
# one of each name: the others have other keys and numbers, and the same state
my %seen;
my @aggregates = grep { $_->{builds} && !$seen{ $_->{name} =~ s{\(.*}{}r }++ } make_rows($node, 'postgres');

# SQLSTATE and result of a statement on a disk with so much room, what a question
# then gives, and how many files are left
sub run_on_disk
{
	my ($settings, $statement, $kilobytes) = @_;
	leave($kilobytes);
	my (undef, $out, $err) = $node->psql('postgres', "SET search_path = equivalence, public; $settings;\n$statement;\n\\echo -- state :SQLSTATE\n$question;\n", on_error_stop => 0);
	leave(0);
	my ($result, $state, $answer) = $out =~ /\A(.*?)\n?-- state (\w+)\n(.*?)\n?\z/s;
	my @files = grep { -f $_ } glob("$disk/space/*/pgsql_tmp/*");
	return { state => $state // 'lost', result => $result, answer => $answer // $err, files => scalar @files, error => $err };
}

my ($full, $of) = (0, 0);
for my $aggregate (@aggregates)
{
	my ($name, $call, $rows) = (@$aggregate{qw(name call)}, rows_of($aggregate, 4));
	my $grouped = "SELECT md5(string_agg(x::text, ' ' ORDER BY id)) FROM (SELECT id, $call AS x FROM $rows GROUP BY id) AS g";
	for my $plan ('enable_sort = off', 'enable_hashagg = off')
	{
		my $settings = "SET temp_tablespaces = small; SET $plan";
		my $right = run_on_disk($settings, $grouped, 0);
		my @wrong;
		push @wrong, "with room: $right->{state} $right->{error}" if $right->{state} ne '00000';
		for my $kilobytes (1, 64, 256, 1024)
		{
			my $run = run_on_disk($settings, $grouped, $kilobytes);
			$of++;
			$full++ if $run->{state} eq '53100';
			push @wrong, "$kilobytes kB: $run->{state} $run->{error}" if $run->{state} !~ /^(00000|53100)$/;
			push @wrong, "$kilobytes kB: another result" if $run->{state} eq '00000' && $run->{result} ne $right->{result};
			push @wrong, "$kilobytes kB: the session answers $run->{answer}" if $run->{answer} ne $right_answer;
			push @wrong, "$kilobytes kB: $run->{files} files are left" if $run->{files};
		}
		is(join('; ', @wrong), '', "$name, $plan");
	}
}
cmp_ok($full, '>', $of / 4, "the disk was full in $full of $of runs");
note "the disk was full in $full of $of runs";

my $store = "CREATE TABLE kept TABLESPACE small AS SELECT subscription_agg(c, date '2024-01-01' + (hashint8(c) & 511), date '2025-06-01' + (hashint8(c * 9) & 511), 20 + c * 0.00000001) AS s FROM generate_series(1::bigint, 150000) AS c";
my $run = run_on_disk("SET work_mem = '64MB'", $store, 1024);
is("$run->{state} $run->{answer}", "53100 $right_answer", 'a summary is not stored on a full disk');
is($node->safe_psql('postgres', q{SELECT to_regclass('equivalence.kept') IS NULL AND to_regclass('kept') IS NULL}), 't', 'and no table is left');
$run = run_on_disk("SET work_mem = '64MB'", "$store; SELECT customers(s, '2025-06-15') = (SELECT customers(subscription_agg(c, date '2024-01-01' + (hashint8(c) & 511), date '2025-06-01' + (hashint8(c * 9) & 511), 1), '2025-06-15') FROM generate_series(1::bigint, 150000) AS c) FROM kept", 0);
is("$run->{state} $run->{result}", '00000 t', 'with room it is, and answers');
nothing_crashed($node);
$node->safe_psql('postgres', 'DROP TABLE equivalence.kept; DROP TABLESPACE small');
$node->stop;

# --- the folder of the WAL -------------------------------------------------------------

my $wal = PostgreSQL::Test::Cluster->new('wal');
$wal->init(extra => [ '--wal-segsize=1', "--waldir=$disk/wal" ]);
$wal->append_conf('postgresql.conf', q{
lc_messages = 'C'
autovacuum = off
jit = off
max_wal_size = '4GB'
checkpoint_timeout = '1h'
wal_recycle = off
restart_after_crash = off
});
$wal->start;
my $part = q{SELECT %d AS part, subscription_agg(c * 100 + %1$d, date '2024-01-01' + (hashint8(c) & 511), date '2025-06-01' + (hashint8(c * 9) & 511), 20 + c * 0.00000001) AS s FROM generate_series(1::bigint, 30000) AS c};
$wal->safe_psql('postgres', 'CREATE EXTENSION chs; CREATE TABLE parts (part int PRIMARY KEY, s subscriptionsummary); CREATE MATERIALIZED VIEW total AS SELECT 1 AS id, sum(mrr(s, $$2025-06-15$$)) AS mrr FROM parts; CREATE UNIQUE INDEX ON total (id); CHECKPOINT');
leave(6 * 1024);
my $committed = 0;
for my $n (1 .. 40)
{
	my ($status) = $wal->psql('postgres', 'INSERT INTO parts ' . sprintf($part, $n) . '; REFRESH MATERIALIZED VIEW CONCURRENTLY total');
	last if $status != 0;
	$committed = $n;
}
cmp_ok($committed, '<', 40, "no room for WAL after $committed summaries");
like(slurp_file($wal->logfile), qr/PANIC:  could not write to file "pg_wal\/xlogtemp\.\d+": No space left on device/, 'the server says so, and ends itself');
$wal->{_pid} = undef;    # it ended by itself
leave(0);
ok($wal->start(fail_ok => 1), 'with room again it starts');
my $parts = $wal->safe_psql('postgres', 'SELECT count(*) FROM parts');
ok($parts == $committed || $parts == $committed + 1, "what was committed is there: $parts");
is($wal->safe_psql('postgres', q{SELECT bool_and(s = (SELECT subscription_agg(c * 100 + part, date '2024-01-01' + (hashint8(c) & 511), date '2025-06-01' + (hashint8(c * 9) & 511), 20 + c * 0.00000001) FROM generate_series(1::bigint, 30000) AS c)) FROM parts}),
	't', 'each summary is the one of its rows');
is($wal->safe_psql('postgres', q{REFRESH MATERIALIZED VIEW CONCURRENTLY total; SELECT mrr = (SELECT sum(mrr(s, '2025-06-15')) FROM parts) FROM total}), 't', 'the materialized view refreshes');
$wal->stop;

done_testing();
