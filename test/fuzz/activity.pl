# Random activity summaries, whole and damaged, through text and the binary form.
#
# A whole one is written here from random days, byte by byte as the binary form is
# described in src/activity/activity_days.c; it must be taken and give the counts that are
# known here.  A damaged one must be an error about data (class 22) or a limit (54),
# or a value in its only form: the bytes that it sends are the bytes that came, and
# every question to it is answered.  The server must not crash nor keep memory.
#
# test/lib/ChsFuzz.pm says how to repeat a run and how many are tried.
use strict;
use warnings;

use MIME::Base64;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsFuzz;

my $rounds = begin_fuzz('summaries');

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

fuzz_server(<<'SQL');
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
SQL
fuzz_questions('activitysummary', 'bytea');

my $sessions = 3;
for my $session (1 .. $sessions)
{
	my $script = '';
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
			my $damaged = damaged($bytes);
			$call = sprintf "broken('1:%s', '\\x%s')", encode_base64($damaged, ''), unpack('H*', $damaged);
		}
		$script .= ask($call);
		$script .= "SELECT 'kept ' || kept();\n" if $i % 200 == 0;
	}
	is(run_fuzz($script), '', 'without an error outside');
}
cmp_ok($count{whole} // 0, '>', $rounds / 5, 'whole ones are taken, with their counts');
cmp_ok($count{'22P03'} // 0, '>', $rounds / 5, 'many damaged ones are refused');
cmp_ok($count{answer} // 0, '>', $rounds / 100, 'some are another valid value');

# --- through COPY BINARY ----------------------------------------------------------------

my $binary = $rounds < 60000 ? $rounds / 6 : 10000;
my $script = '';
for my $i (1 .. $binary)
{
	my ($field) = random_summary();
	$field = damaged($field) if $i % 4;
	$script .= ask(sprintf "receive('%s', '\\x%s')", field_file($i, $field), unpack('H*', $field));
}
my $answers = $count{answer} // 0;
is(run_fuzz($script), '', 'without an error outside');
cmp_ok($count{answer} - $answers, '>=', int($binary / 4), 'binary: whole ones are taken');
check_answers('answer|whole|22...|54...');
end_fuzz();
