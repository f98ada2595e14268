# Databases of different encodings agree on who a customer is: a text is hashed
# in UTF-8, so that their summaries merge by customer.
use strict;
use warnings;
use utf8;

use Encode;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('encodings');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->start;
for my $encoding ('UTF8', 'LATIN1', 'EUC_JP', 'SQL_ASCII')
{
	$node->safe_psql('postgres',
		"CREATE DATABASE of_\L$encoding\E TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	$node->safe_psql(lc "of_$encoding", 'CREATE EXTENSION chs');
}

# The client speaks UTF-8 to all of them; SQL_ASCII keeps the bytes it gets.
sub answer
{
	my ($encoding, $query) = @_;
	local $ENV{PGCLIENTENCODING} = $encoding eq 'SQL_ASCII' ? 'SQL_ASCII' : 'UTF8';
	return $node->safe_psql(lc "of_$encoding", encode('UTF-8', $query));
}

sub summaries
{
	my ($encoding, $customer) = @_;
	return answer($encoding,
		"SELECT activity_agg('$customer'::text, '2026-01-05'::date), subscription_agg('$customer'::text, '2026-01-05', NULL, 7), purchase_agg('$customer'::text, '2026-01-05'::date, 7)");
}

# where each is a text: short, of more than sixteen bytes, and of ASCII alone
my %customers = (
	'Café' => [ 'LATIN1', 'SQL_ASCII' ],
	'Bäckerei Müßig & Söhne, Göttingen' => [ 'LATIN1', 'SQL_ASCII' ],
	'カフェ' => [ 'EUC_JP', 'SQL_ASCII' ],
	'株式会社日本統計、東京支店' => [ 'EUC_JP', 'SQL_ASCII' ],
	'ana@example.com' => [ 'LATIN1', 'EUC_JP', 'SQL_ASCII' ],
	'' => [ 'LATIN1', 'EUC_JP', 'SQL_ASCII' ]);
for my $customer (sort keys %customers)
{
	my $expected = summaries('UTF8', $customer);
	for my $encoding (@{ $customers{$customer} })
	{
		is(summaries($encoding, $customer), $expected, encode('UTF-8', "$encoding: \"$customer\""));
	}
}

# a summary that the other database made: the same customers are one
my $made = answer('LATIN1', q{SELECT activity_agg(c, '2026-01-05'::date) FROM unnest(ARRAY['Café', 'Zoë', 'Ana']) c});
is( answer('UTF8', "SELECT active_customers(combine('$made', activity_agg(c, '2026-01-06'::date)), '[2026-01-01,2026-02-01)')
			FROM unnest(ARRAY['Café', 'Zoë', 'Bob']) c"),
	'4',
	'customers of a LATIN1 database merge with those of a UTF8 database');

# what is stored under the bytes of another encoding would be another customer
isnt(answer('SQL_ASCII', q{SELECT activity_agg(E'Caf\xe9', '2026-01-05'::date)}),
	summaries('UTF8', 'Café'), 'SQL_ASCII takes bytes as they are');

$node->stop;
done_testing();
