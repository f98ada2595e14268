# Equality, order and hash compare what a value holds: neither the version of
# its form nor numbers that follow from the others.  So equal values stay equal
# when a later release writes another version or derives another number, and
# indexes on them stay right.
#
# Each type is shown a value with such a number changed in its bytes, which is
# equal to it, and one with another content, which is not.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('content');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\njit = off\nfsync = off\nlc_messages = 'C'");
$node->start;
$node->safe_psql('postgres', qq{
	CREATE EXTENSION chs;
	CREATE FUNCTION test_changed(anyelement, at int, bytes bytea) RETURNS anyelement
		AS '$ENV{CHS_TEST_MODULE}' LANGUAGE C STRICT});

# Bytes as this machine has them in memory, and where, behind the length word.
sub at
{
	my ($place, $format, $number) = @_;
	return sprintf q{%d, '\x%s'}, $place, unpack('H*', pack($format, $number));
}

# type, a value, bytes of version 2, and numbers: [what it is, bytes, is it derived]
my @cases = (
	[ 'surveysummary', q{'1:7{0:2,9:5}'}, at(0, 'l', 2),
		[ 'the number of responses', at(4, 'q', 8), 1 ], [ 'the count of zeros', at(12, 'q', 3), 0 ] ],
	[ 'ratiosummary', q{'1:37/100'}, at(0, 'l', 2),
		[ 'successes', at(4, 'q', 38), 0 ], [ 'trials', at(12, 'q', 101), 0 ] ],
	[ 'ticketsummary', q{(SELECT ticket_agg('2024-12-31'::date + i, '2025-01-20'::date + 2 * i) FROM generate_series(0, 50) i)}, at(0, 'C', 2),
		[ 'the sum of tickets', at(44, 'q', 99), 1 ], [ 'the origin of a table', at(12, 'Q', 7), 1 ], [ 'the tickets opened on its first day', at(60, 'q', 2), 0 ] ],
	[ 'flowsummary', q{(SELECT flow_agg('2024-12-31'::date + i, '2025-01-20'::date + 2 * i, 'month') FROM generate_series(0, 50) i)}, at(0, 'C', 2),
		[ 'the sum of customers', at(44, 'q', 99), 1 ], [ 'the origin of a table', at(12, 'Q', 7), 1 ],
		[ 'the kind of its buckets', at(52, 'C', 2), 0 ], [ 'the starts of its first day', at(80, 'q', 2), 0 ] ],
	[ 'paymentsummary', q{(SELECT payment_agg('2024-12-31'::date + i, '2025-01-20'::date + 2 * i, i, '2025-03-31') FROM generate_series(0, 50) i)}, at(0, 'C', 2),
		[ 'the sum of rows', at(44, 'q', 99), 1 ], [ 'the origin of a table', at(12, 'Q', 7), 1 ],
		[ 'as_of', at(52, 'l', 9000), 0 ], [ 'the invoices of its first entry', at(68, 'q', 7), 0 ] ],
	[ 'activitysummary', q{(SELECT activity_agg(i % 7, '2024-12-31'::date + i) FROM generate_series(1, 50) i)}, at(0, 'C', 2),
		[ 'the kind of customers', at(2, 'C', ord('u')), 0 ], [ 'the key of its first customer', at(12, 'Q', 7), 0 ] ],
	[ 'subscriptionsummary', q{(SELECT subscription_agg(i, '2024-12-31'::date + i, '2025-03-20'::date + i, 7 + i) FROM generate_series(1, 40) i)}, at(0, 'C', 2),
		[ 'the kind of customers', at(2, 'C', ord('u')), 0 ], [ 'the key of its first customer', at(12, 'Q', 7), 0 ] ],
	[ 'changesummary', q{(SELECT change_agg('segment ' || i, i, 40 + i, 50 - i, 40) FROM generate_series(1, 9) i)}, at(0, 'C', 2),
		[ 'the number of segments', at(4, 'L', 8), 1 ], [ 'the value of the first one', at(20, 'd', 7), 0 ] ],
	[ 'effectsummary', q{(SELECT effect_agg(i % 3 = 0, i % 5 = 0, (i % 4)::text) FROM generate_series(1, 50) i)}, at(0, 'C', 2),
		[ 'the origin of a table', at(12, 'Q', 7), 1 ], [ 'the key of the first stratum', at(44, 'Q', 7), 0 ] ],
	[ 'survivalsummary', q{(SELECT survival_agg(5 * i, i % 4 > 0) FROM generate_series(1, 50) i)}, at(0, 'C', 2),
		[ 'the origin of a table', at(12, 'Q', 7), 1 ], [ 'the kind of its lives', at(44, 'C', 2), 0 ], [ 'the count of its first life', at(76, 'q', 2), 0 ] ],
	[ 'healthmodel', q{'{"signals": [{"name": "usage", "worst": 0, "best": 10}, {"name": "nps", "worst": 0, "best": 9}]}'}, at(0, 'S', 2),
		[ 'the checksum', at(4, 'Q', 7), 1 ], [ 'the sum of its weights', at(44, 'd', 3.5), 1 ],
		[ 'the intercept of its fit', at(84, 'd', 3.5), 1 ], [ 'the JSON', at(104, 'L', 7), 0 ] ],
	[ 'businesshours', q{'{"timezone": "UTC", "week": {"mon": [["09:00", "17:00"]]}}'}, at(0, 'S', 2),
		[ 'the checksum', at(4, 'Q', 7), 1 ], [ 'the number of its slots', at(20, 'L', 7), 1 ],
		[ 'the JSON', at(40, 'L', 7), 0 ] ],
);

# What = , <, cmp and hash say of two values, as they come and as a table keeps them.
sub comparison
{
	my ($type, $a, $b) = @_;
	my $answers = join ' || ', map { "($_)::text || ' '" } (
		'a = b', 'a <> b', 'a < b', 'a <= b', 'a >= b', 'a > b', "${type}_cmp(a, b) = 0", "${type}_hash(a) = ${type}_hash(b)",
		"${type}_hash_extended(a, 7) = ${type}_hash_extended(b, 7)", 'a IS DISTINCT FROM b');
	return $node->safe_psql('postgres', qq{
		CREATE TEMP TABLE kept AS SELECT a, b FROM (SELECT $a AS a, $b AS b) AS x;
		SELECT $answers FROM (SELECT $a AS a, $b AS b) AS x UNION SELECT $answers FROM kept;
		SET enable_sort = off;
		SELECT count(*) FROM (SELECT a FROM kept UNION SELECT b FROM kept) AS x;
		SET enable_sort = on; SET enable_hashagg = off;
		SELECT count(*) FROM (SELECT a FROM kept UNION SELECT b FROM kept) AS x});
}

my $equal = "true false false true true false true true true false \n1\n1";
my $other = qr/\Afalse true (true true false false|false false true true) false false false true \n2\n2\z/;

for my $case (@cases)
{
	my ($type, $literal, $version, @numbers) = @$case;
	my $value = "$literal\::$type";
	my $changed = "test_changed($value, $version)";

	is(comparison($type, $value, $changed), $equal, "$type: version 2 with the same content is equal");
	my ($status, undef, $error) = $node->psql('postgres', "SELECT $changed\::text");
	like($error, qr/version/, "$type: and it is of version 2, for this release cannot read it");
	for my $number (@numbers)
	{
		my ($name, $bytes, $is_derived) = @$number;
		$changed = "test_changed($value, $bytes)";
		isnt($node->safe_psql('postgres', "SELECT record_image_eq(ROW($value), ROW($changed))"), 't', "$type: $name differs");
		if ($is_derived)
		{
			is(comparison($type, $value, $changed), $equal, "$type: $name is no content");
		}
		else
		{
			like(comparison($type, $value, $changed), $other, "$type: $name is content");
		}
	}
}

$node->stop;
done_testing();
