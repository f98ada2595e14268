# Functions that return tables are called for each of many customers in one
# query (LATERAL): what a call needs is free when the call ends, and not only
# when the query does.
#
# The functions come from the catalog.  A new one needs a line here only if its
# arguments have names or types that no other function has.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($few, $many) = (100, 20_000);    # calls
my $allowed = 1024 * 1024;           # bytes that many calls may take more than few

my $node = PostgreSQL::Test::Cluster->new('tables');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "lc_messages = 'C'\nlog_statement = none\njit = off\nmax_parallel_workers_per_gather = 0\n");
$node->start;

# one row with a value of each type
$node->safe_psql('postgres', q[
	CREATE EXTENSION chs;
	CREATE TABLE sample AS
	SELECT (SELECT survey_agg(i % 11) FROM generate_series(1, 50) AS i) AS surveysummary,
		   (SELECT flow_agg('2025-01-01'::date + i, '2025-02-01'::date + 3 * i, 'month') FROM generate_series(1, 30) AS i) AS flowsummary,
		   (SELECT ticket_agg('2025-01-01'::date + i, '2025-02-01'::date + 3 * i) FROM generate_series(1, 30) AS i) AS ticketsummary,
		   (SELECT subscription_agg(i, '2025-01-01'::date + 5 * i, CASE WHEN i % 2 = 0 THEN '2025-03-01'::date + 5 * i END, 100 * i) FROM generate_series(1, 4) AS i) AS subscriptionsummary,
		   (SELECT activity_agg(i % 4, '2025-01-01'::date + 5 * i) FROM generate_series(1, 30) AS i) AS activitysummary,
		   (SELECT purchase_agg(i % 4, '2025-01-01'::date + 5 * i, 10 * i - 20) FROM generate_series(1, 30) AS i) AS purchasesummary,
		   (SELECT payment_agg('2025-01-01'::date + 5 * i, CASE WHEN i % 2 = 0 THEN '2025-02-01'::date + i END, 10 * i, '2025-06-15') FROM generate_series(1, 30) AS i) AS paymentsummary,
		   (SELECT activity_agg(i % 4, '2025-01-01'::date + 5 * i) FROM generate_series(1, 30) AS i)::activityentry AS activityentry,
		   (SELECT change_agg('segment ' || i, i, 40 + i, 50 - i, 40) FROM generate_series(1, 9) AS i) AS changesummary,
		   (SELECT survival_agg(i % 5, 10 + 3 * i, i % 3) FROM generate_series(1, 30) AS i) AS survivalsummary,
		   (SELECT validation_agg(i % 7, i % 7 < i % 5) FROM generate_series(1, 50) AS i) AS validationsummary,
		   (SELECT warning_agg(i % 4, '2025-01-01'::date + 5 * i, 50 - i, CASE WHEN i % 4 = 1 THEN '2025-06-10'::date END) FROM generate_series(1, 30) AS i) AS warningsummary,
		   (SELECT health_profile('{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel, jsonb_build_object('usage', i % 13))
			FROM generate_series(1, 50) AS i) AS profilesummary,
		   '{"signals": [{"name": "usage", "group": "use", "worst": 0, "best": 10}, {"name": "nps", "group": "voice", "worst": 0, "best": 10}],
			 "groups": {"use": {"weight": 2}, "voice": {"weight": 1}}}'::healthmodel AS healthmodel,
		   '{"usage": 5, "nps": 9}'::jsonb AS jsonb;
	CREATE TABLE signals AS SELECT 5::float8 AS usage, 9 AS nps;
	CREATE TABLE later AS SELECT 3::float8 AS usage, 10 AS nps]);

# Values of arguments: by name where that decides, else by type.
my %by_name = (
	from_day => q{'2025-01-01'::date}, to_day => q{'2025-07-01'::date}, as_of => q{'2025-06-15'::date},
	bucket => q{'month'::text}, boundaries => q{'{2025-01-01,2025-03-01,2025-07-01}'::date[]},
	newcomers => q{'{3,2,1}'::bigint[]}, repeats => q{'{0,4,1}'::bigint[]},
	churn => q{'last'::text}, definition => q{'event'::text}, mode => q{'on'::text});
my %by_type = (
	bigint => '7::bigint', 'integer[]' => q{'{7,30}'::integer[]}, 'bigint[]' => q{'{7,30}'::bigint[]}, text => q{'month'::text},
	date => q{'2025-03-01'::date}, 'date[]' => $by_name{boundaries}, daterange => q{'[2025-01-01,2025-07-01)'::daterange},
	'text[]' => q{'{usage}'::text[]}, 'double precision[]' => q{'{20,40}'::float8[]}, logistic_model => q{(SELECT logistic_fit(i % 3 = 0, ARRAY[i % 7]) FROM generate_series(1, 50) i WHERE g > 0)},
	bgnbd_model => q{ROW('bg', 7, 0.25, 4.5, 0.8, 2.5, NULL, NULL, NULL, NULL, NULL, NULL)::bgnbd_model},
	cox_model => q{(SELECT cox_fit(i, i % 4 > 0, ARRAY[i % 7]) FROM generate_series(1, 50) i WHERE g > 0)}, 'survivalsummary[]' => q{ARRAY[survivalsummary, survivalsummary]},
	boolean => 'true', numeric => '5::numeric', 'double precision' => '50::float8', record => 'signals');
# of a second argument of the type, which must differ for there to be rows
my %second = (record => 'later', jsonb => q{'{"usage": 3, "nps": 10}'::jsonb});
my %in_sample = map { $_ => 1 } split /\n/, $node->safe_psql('postgres',
	q{SELECT attname FROM pg_attribute WHERE attrelid = 'sample'::regclass AND attnum > 0});

sub value_of
{
	my ($name, $type, $is_second) = @_;
	return $second{$type} if $is_second && $second{$type};
	return "sample.$type" if $in_sample{$type};
	return $by_name{$name} // $by_type{$type};
}

# rows of all calls, and what the session's memory then takes
sub call
{
	my ($function, $arguments, $calls) = @_;
	my ($status, $out, $err) = $node->psql('postgres', qq{
		SELECT n, (SELECT sum(total_bytes) FROM pg_backend_memory_contexts WHERE n >= 0)
		FROM (SELECT count(*) AS n
			  FROM sample, signals, later, (SELECT generate_series(1, $calls) AS g OFFSET 0) AS calls, LATERAL $function($arguments) AS t OFFSET 0) AS x},
		extra_params => [ '-F', ' ' ]);
	return $out =~ /^(\d+) (\d+)$/ ? ($1, $2) : (0, 0, $err);
}

my @functions = split /\n/, $node->safe_psql('postgres', q{
	SELECT p.oid::regproc || E'\t' || array_to_string(proargnames[:pronargs], ',') || E'\t' || array_to_string(proargtypes::regtype[], ',')
	FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
	JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'chs'
	WHERE proretset ORDER BY p.oid::regprocedure::text});
cmp_ok(scalar @functions, '>=', 20, 'functions that return tables: ' . scalar @functions);

for my $line (@functions)
{
	my ($function, $names, $types) = split /\t/, $line;
	my @names = split /,/, $names;
	my @types = split /,/, $types;
	my %seen;
	my @values = map { value_of($names[$_], $types[$_], $seen{ $types[$_] }++) } 0 .. $#types;
	my ($unknown) = grep { !defined $values[$_] } 0 .. $#types;
	if (defined $unknown)
	{
		fail("$function($types): no value for $names[$unknown] $types[$unknown], add one to this test");
		next;
	}
	# depends on the call, or the server would keep the first table
	$values[0] = "CASE WHEN g > 0 THEN $values[0] END";
	my $arguments = join ', ', @values;
	my ($rows_of_few, $bytes_of_few, $error) = call($function, $arguments, $few);
	my ($rows, $bytes) = call($function, $arguments, $many);
	ok($rows_of_few > 0 && $rows == $rows_of_few * $many / $few, "$function($types) returns rows in each call") or diag($error // "$rows_of_few, then $rows");
	cmp_ok($bytes - $bytes_of_few, '<', $allowed, "$function($types) leaves nothing behind");
}

$node->stop;
done_testing();
