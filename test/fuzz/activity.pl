# Random activity summaries, whole and damaged, through text and the binary form.
#
# A whole one is written here from random days, byte by byte as the binary form is
# described in src/activity/activity_days.c; it must be taken and give the counts that are
# known here.  A damaged one must be an error about data (class 22) or a limit (54),
# or a value in its only form: the bytes that it sends are the bytes that came, and
# every question to it is answered.  The server must not crash nor keep memory.
#
# CHS_SEED=n repeats a run (the seed is printed); CHS_FUZZ=n is how many summaries
# are tried: 3000 in `make test`, 100000 in `make fuzz`.
use strict;
use warnings;

use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{CHS_SEED} // int(rand(2**31));
my $rounds = $ENV{CHS_FUZZ} // 3000;
srand($seed);
diag("seed $seed, $rounds summaries (CHS_SEED=$seed CHS_FUZZ=$rounds repeats this)");

sub pick { return $_[ rand @_ ] }

# --- the binary form ------------------------------------------------------------------

my ($first_day, $last_day) = (-2451507, 2145031948);	# 4714-11-24 BC, 5874897-12-31; days since 2000
my ($base_day, $base_chunk) = (7305, 114);			# 2020-01-01

sub number
{
	my ($value) = @_;
	my $bytes = '';
	while ($value >= 0x80)
	{
		$bytes .= chr($value % 0x80 + 0x80);
		$value = int($value / 0x80);
	}
	return $bytes . chr($value);
}

sub folded { my ($value) = @_; return $value < 0 ? -2 * $value - 1 : 2 * $value }

# Days that rise, packed: a list, or 64 bits a chunk when there are more than 9 for each.
sub packed_days
{
	my ($wrong_form, @days) = @_;
	my (%bits, @chunks);
	for my $day (@days)
	{
		my $chunk = $day >> 6;
		$chunk = -((-$day + 63) >> 6) if $day < 0;
		push @chunks, $chunk unless exists $bits{$chunk};
		$bits{$chunk} |= 1 << ($day - 64 * $chunk);
	}
	my $list = @days <= 9 * @chunks;
	my $bytes = '';
	if ($list xor $wrong_form)
	{
		$bytes .= number($_ == 0 ? folded($days[0] - $base_day) : $days[$_] - $days[ $_ - 1 ] - 1) for 0 .. $#days;
		return number(2 * length $bytes) . $bytes;
	}
	$bytes .= number($_ == 0 ? folded($chunks[0] - $base_chunk) : $chunks[$_] - $chunks[ $_ - 1 ] - 1) . pack('Q<', $bits{ $chunks[$_] }) for 0 .. $#chunks;
	return number(2 * length($bytes) + 1) . $bytes;
}

sub random_days
{
	my $n = pick(1, 1, 1, 2, 3, 9, 10, 11, 40, 200);
	my $from = pick(0, $base_day, $base_day + int rand 3000, -int rand 800000, $first_day, $last_day - 100000, int rand 2e9);
	my $spread = pick(1, 1.2, 3, 30, 400);
	my %days;
	for my $i (0 .. $n - 1)
	{
		my $day = $from + int($i * $spread) + int rand $spread;
		$days{$day} = 1 if $day >= $first_day && $day <= $last_day;
	}
	$days{$from} = 1;
	return sort { $a <=> $b } keys %days;
}

# A summary and what is known of it: customers, days, customers on two days and more.
sub random_summary
{
	my $customers = pick(0, 1, 1, 2, 3, 5, 31, 33, 100);
	my %key;
	$key{ pack('NNNN', map { pick(0, 0, 1, 0x7fffffff, 0x80000000, 0xffffffff, int rand 2**32) } 1 .. 4) } = 1 for 1 .. $customers;
	delete $key{"\0" x 16};    # no customer has this key
	my ($bytes, $days, $repeats) = ('', 0, 0);
	for my $key (sort keys %key)
	{
		my @days = random_days();
		$bytes .= $key . packed_days(0, @days);
		$days += @days;
		$repeats++ if @days > 1;
	}
	$customers = keys %key;
	return (chr(1) . pick('i', 'u', 't') . pack('NN', 0, $customers) . $bytes, $customers, $days, $repeats);
}

sub damaged
{
	my ($bytes) = @_;
	for (1 .. pick(1, 1, 2, 4))
	{
		my $at = int rand(length($bytes) + 1);
		$at = pick(9, 10, 26, 27, 28) if rand() < 0.3 && length $bytes > 28;
		my $kind = rand;
		if ($kind < 0.3) { substr($bytes, $at, 1) = chr(int rand 256) }
		elsif ($kind < 0.45) { substr($bytes, $at, 1) = chr(ord(substr($bytes, $at, 1) || "\0") ^ (1 << int rand 8)) }
		elsif ($kind < 0.55) { substr($bytes, $at, int rand 8) = '' }
		elsif ($kind < 0.65) { substr($bytes, $at, 0) = join '', map { chr(pick(0, 0x7f, 0x80, 0xff, int rand 256)) } 1 .. int rand 12 }
		elsif ($kind < 0.75) { $bytes = substr($bytes, 0, $at) }
		elsif ($kind < 0.85) { substr($bytes, 2, 8) = pack('NN', pick(0, 0, 0, 0x7fffffff, 0xffffffff), pick(0, 1, 2, 3, 0xffffffff, int rand 200)) if length $bytes >= 10 }
		elsif ($kind < 0.95) { my @one = random_days(); $bytes .= pack('NNNN', map { int rand 2**32 } 1 .. 4) . packed_days(rand() < 0.5, @one) }
		else { $bytes .= substr($bytes, int rand(length($bytes) + 1), int rand 60) }
	}
	return $bytes;
}

# --- the server -----------------------------------------------------------------------

my $node = PostgreSQL::Test::Cluster->new('fuzz');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', "statement_timeout = '60s'\nlog_min_messages = fatal\nlog_min_error_statement = panic\njit = off");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION chs');
$node->safe_psql('postgres', <<'SQL');
CREATE FUNCTION questions(s activitysummary, given bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE always daterange := daterange('4714-11-24 BC', '5874897-12-31'); n bigint; total bigint;
BEGIN
	IF activitysummary_send(s) <> given THEN RETURN 'wrong: other bytes'; END IF;
	IF s::text::activitysummary <> s OR combine(s, s) <> s OR combine(NULL, s) <> s THEN RETURN 'wrong: not itself'; END IF;
	n := active_customers(s, always);
	SELECT sum(new) INTO total FROM activity_timeline(s, 'year', '1990-01-01', '2040-01-01', '2040-01-01');
	IF total > n THEN RETURN 'wrong: more new than customers'; END IF;
	IF EXISTS (SELECT FROM activity_timeline(s, 'month', '2019-01-01', '2022-01-01', '2021-12-31') WHERE active <> new + retained + resurrected) THEN RETURN 'wrong: timeline'; END IF;
	PERFORM stickiness(s, always), repeat_rate(s, always), adoption_rate(s, s, always), cohort_retention(s, 'quarter', '2019-01-01', '2022-01-01', '2021-12-31', mode => 'on_or_after'),
		day_retention(s, '{0,1,7,2147483647}', '4714-11-24 BC', '5874897-12-31', '5874897-12-31', 'within'), activity_rolling(s, 28, '2020-01-01', '2020-03-01', '2020-02-01');
	RETURN 'answer';
END $$;
-- whole: the counts known
CREATE FUNCTION whole(t text, customers bigint, days bigint, repeats bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE s activitysummary; always daterange := daterange('4714-11-24 BC', '5874897-12-31', '[)'); last_day daterange; n bigint; r float8; d float8; said text;
BEGIN
	s := t;
	said := questions(s, decode(split_part(t, ':', 2), 'base64'));
	IF said <> 'answer' THEN RETURN said; END IF;
	n := active_customers(s, always);
	r := repeat_rate(s, always) * n / 100;
	d := stickiness(s, always) * n * (upper(always) - lower(always)) / 100;
	IF n <> customers OR abs(r - repeats) > 1e-6 OR abs(d - days) > 1e-6 * days THEN
		RETURN format('wrong: %s customers of %s, %s repeat of %s, %s days of %s', n, customers, r, repeats, d, days);
	END IF;
	RETURN 'whole';
EXCEPTION WHEN OTHERS THEN RETURN 'wrong: refused ' || sqlstate || ' ' || sqlerrm;
END $$;
CREATE FUNCTION broken(t text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN questions(t::activitysummary, decode(split_part(t, ':', 2), 'base64'));
EXCEPTION WHEN OTHERS THEN
	IF octet_length(sqlerrm) > 2000 THEN RETURN 'wrong: a long message'; END IF;
	RETURN sqlstate;
END $$;
CREATE TABLE received (s activitysummary);
CREATE FUNCTION receive(file text, given bytea) RETURNS text LANGUAGE plpgsql AS $$
DECLARE said text;
BEGIN
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	SELECT questions(s, given) INTO said FROM received;
	DELETE FROM received;
	RETURN said;
EXCEPTION WHEN OTHERS THEN RETURN sqlstate;
END $$;
CREATE FUNCTION kept() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(total_bytes) FROM pg_backend_memory_contexts $$;
SQL

my (%count, @wrong, @kept);
my $dir = $node->basedir;

sub run
{
	my ($script) = @_;
	my ($out, $err) = ('', '');
	my $case = '';

	append_to_file("$dir/fuzz.sql", $script);
	my $code = $node->psql('postgres', undef, extra_params => [ '-f', "$dir/fuzz.sql" ], stdout => \$out, stderr => \$err, on_error_stop => 0);
	unlink "$dir/fuzz.sql";
	is($code, 0, 'the session ends in order') or diag(substr $err, 0, 2000);
	is($err, '', 'without an error outside') or diag(substr $err, 0, 2000);
	for my $line (split /\n/, $out)
	{
		if ($line =~ /^kept (\d+)$/) { push @kept, $1 }
		elsif ($line =~ /^case ?(.*)/) { $case = $1 }
		elsif ($line =~ /^wrong/) { push @wrong, "$line\n$case" }
		else { $count{$line}++ }
	}
}

my $settings = "\\pset tuples_only on\n\\pset format unaligned\n";
my $sessions = 3;
for my $session (1 .. $sessions)
{
	my $script = $settings;
	for my $i (1 .. int($rounds / $sessions))
	{
		my ($bytes, @known) = random_summary();
		my $call;
		if ($i % 4 == 0)
		{
			$call = sprintf "whole('1:%s', %s, %s, %s)", encode_base64($bytes, ''), @known;
		}
		else
		{
			$call = sprintf "broken('1:%s')", encode_base64(damaged($bytes), '');
		}
		$script .= "\\echo case $call\nSELECT $call;\n";
		$script .= "SELECT 'kept ' || kept();\n" if $i % 200 == 0;
	}
	run($script);
}
note join ', ', map { "$_: $count{$_}" } sort keys %count;
cmp_ok($count{whole} // 0, '>', $rounds / 5, 'whole ones are taken, with their counts');
cmp_ok($count{'22P03'} // 0, '>', $rounds / 5, 'many damaged ones are refused');
cmp_ok($count{answer} // 0, '>', $rounds / 100, 'some are another valid value');

# --- through COPY BINARY ----------------------------------------------------------------

my $binary = $rounds < 60000 ? $rounds / 6 : 10000;
my $script = $settings;
for my $i (1 .. $binary)
{
	my ($field) = random_summary();
	$field = damaged($field) if $i % 4;
	my $file = "$dir/field.$i";
	open(my $handle, '>:raw', $file) or die "$file: $!";
	print $handle "PGCOPY\n\xff\r\n\0", pack('N N', 0, 0), pack('n N', 1, length $field), $field, pack('n', 0xffff);
	close $handle;
	$script .= sprintf "\\echo case %s\nSELECT receive('%s', '\\x%s');\n", unpack('H*', $field), $file, unpack('H*', $field);
}
my $answers = $count{answer} // 0;
run($script);
cmp_ok($count{answer} - $answers, '>=', int($binary / 4), 'binary: whole ones are taken');
is(join(' ', grep { !/^(answer|whole|22...|54...)$/ } sort keys %count), '', 'errors are about data or about limits');
is(scalar @wrong, 0, 'what is answered keeps the rules') or diag(join "\n", @wrong[ 0 .. ($#wrong < 5 ? $#wrong : 5) ]);

# --- the server afterwards ----------------------------------------------------------------

cmp_ok((sort { $b <=> $a } @kept, 0)[0], '<', 32 * 1024 * 1024, 'a session keeps little memory');
unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'no crash');
$node->stop;
done_testing();
