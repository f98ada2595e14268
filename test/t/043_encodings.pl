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

# The texts of a model leave the server in UTF-8, whoever asks.
my $model = '{"signals": [{"name": "café", "worst": 0, "best": 10, "label": "Café, Straße"}]}';
for my $encoding ('UTF8', 'LATIN1')
{
	answer($encoding, 'CREATE AGGREGATE keep(healthmodel, boolean, float8[]) (SFUNC = health_fit_accum, STYPE = samplesummary)');
}
my $rows = "SELECT keep('$model', i % 3 = 0, ARRAY[i * 7 % 11]::float8[]) FROM generate_series(1, 60) AS i";
my $sample = answer('LATIN1', $rows);
is($sample, answer('UTF8', $rows), 'rows of a fit are the same value in databases of different encodings');
for my $encoding ('UTF8', 'LATIN1')
{
	is(answer($encoding, "SELECT health_fit_final('$sample'::samplesummary)::text LIKE '%Café, Straße%'"), 't', "$encoding reads the label of a fit");
}
my $sent = encode('UTF-8', "SELECT encode(healthmodel_send('$model'), 'hex')");
is($node->safe_psql('of_utf8', "SET client_encoding = 'LATIN1'; " . encode('ISO-8859-1', "SELECT encode(healthmodel_send('$model'), 'hex')")),
	$node->safe_psql('of_utf8', "SET client_encoding = 'UTF8'; $sent"), 'the binary form of a model does not depend on the client');
is($node->safe_psql('of_latin1', "SET client_encoding = 'UTF8'; $sent"), $node->safe_psql('of_utf8', "SET client_encoding = 'UTF8'; $sent"),
	'nor on the encoding of the database');
$node->safe_psql('of_utf8', "CREATE TABLE kept AS SELECT '" . encode('UTF-8', $model) . "'::healthmodel AS model; COPY kept TO '" . $node->basedir . "/kept' (FORMAT binary)");
is(answer('LATIN1', "CREATE TABLE kept (model healthmodel); COPY kept FROM '" . $node->basedir . "/kept' (FORMAT binary); SELECT model::text LIKE '%Café, Straße%' FROM kept"),
	't', 'and a database of another encoding reads it');

my $profile = "SELECT health_profile('$model', '{\"café\": 3}'::jsonb)";
is(answer('LATIN1', $profile), answer('UTF8', $profile), 'profiles of one model merge, too');

# there is nothing to convert in ASCII, and no conversion to UTF-8 in this one
my $plain = q{(SELECT '{"signals": [{"name": "a", "worst": 0, "best": 10}]}'::healthmodel AS m) AS x, generate_series(1, 60) AS i};
$node->safe_psql('postgres', "CREATE DATABASE of_mule TEMPLATE template0 ENCODING 'MULE_INTERNAL' LOCALE 'C'");
for my $database ('of_mule', 'of_utf8')
{
	$node->safe_psql($database, 'CREATE EXTENSION IF NOT EXISTS chs; CREATE AGGREGATE kept(healthmodel, boolean, float8[]) (SFUNC = health_fit_accum, STYPE = samplesummary)');
}
my $all = "SELECT kept(m, i % 3 = 0, ARRAY[i]::float8[]), health_profile(m, jsonb_build_object('a', i)), min(encode(healthmodel_send(m), 'hex')), change_agg('s' || i, i, 1, 1, 1), activity_agg('c' || i, '2026-01-05'::date) FROM $plain";
is($node->safe_psql('of_mule', $all), $node->safe_psql('of_utf8', $all), 'ASCII in MULE_INTERNAL');

# what can be stored can be dumped: SQL_ASCII says nothing about the bytes of a name
is(answer('SQL_ASCII', q{SELECT p::text::profilesummary = p FROM (SELECT health_profile(E'{"signals": [{"name": "a\xe9", "worst": 0, "best": 10}]}', E'{"a\xe9": 1}'::jsonb) AS p) AS x}),
	't', 'a profile of a name in an unknown encoding');

# what is stored under the bytes of another encoding would be another customer
isnt(answer('SQL_ASCII', q{SELECT activity_agg(E'Caf\xe9', '2026-01-05'::date)}),
	summaries('UTF8', 'Café'), 'SQL_ASCII takes bytes as they are');

$node->stop;
done_testing();
