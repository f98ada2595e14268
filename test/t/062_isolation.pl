# What sessions see of each other's work: the specifications of test/isolation,
# by PostgreSQL's isolation tester.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use IPC::Run;

my $folder = ($ENV{CHS_SOURCE} // '.') . '/test/isolation';
my $node = PostgreSQL::Test::Cluster->new('isolation');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
my $tester = $node->config_data('--pkglibdir') . '/pgxs/src/test/isolation/isolationtester';
plan skip_all => 'isolationtester is not installed: it comes with the server headers' if !-x $tester;
$node->append_conf('postgresql.conf', "lc_messages = 'C'\nfsync = off\nautovacuum = off\n");
$node->start;
$node->safe_psql('postgres', q{CREATE EXTENSION chs;
	CREATE FUNCTION usage_model() RETURNS healthmodel LANGUAGE sql IMMUTABLE RETURN '{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel});

for my $file (sort glob("$folder/*.spec"))
{
	my ($name) = $file =~ m{([^/]+)\.spec$};
	my ($out, $err) = ('', '');
	IPC::Run::run([ $tester, $node->connstr('postgres') ], '<', $file, '>', \$out, '2>', \$err, IPC::Run::timeout(300));
	is($err, '', "$name: the tester has nothing to say");
	my $expected = -f "$folder/expected/$name.out" ? slurp_file("$folder/expected/$name.out") : '';
	if (!is($out, $expected, "$name: each sees what it should"))
	{
		# to become the expected one when it was read
		append_to_file($PostgreSQL::Test::Utils::tmp_check . "/$name.out", $out);
	}
}
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'nothing crashed');

$node->stop;
done_testing();
