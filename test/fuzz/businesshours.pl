# Random calendars of business hours, whole and damaged, through text, jsonb and
# the binary form.
#
# A whole one is written here in a random spelling; it must be taken, come out in
# the one spelling that is known here, and count the business time that a walk over
# its minutes counts, mostly around changes of the clock.  A damaged one must be an
# error about data (class 22) or a limit (54), or a calendar that answers every
# question.  The server must not crash nor keep memory.
#
# test/lib/ChsFuzz.pm says how to repeat a run and how many are tried.
use strict;
use warnings;

use List::Util qw(shuffle);
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsFuzz;

my $rounds = begin_fuzz('calendars');

# --- calendars ------------------------------------------------------------------------

my @weekdays = qw(mon tue wed thu fri sat sun);

# zones, and hours near which their clocks change
my %changes = (
	'Europe/Warsaw' => [ '2025-03-30 01:00', '2025-10-26 01:00', '2026-03-29 01:00', '2026-10-25 01:00', '1922-05-31 22:00' ],
	'America/New_York' => [ '2025-03-09 07:00', '2025-11-02 06:00', '2026-03-08 07:00', '2026-11-01 06:00', '2399-11-07 06:00' ],
	'Australia/Lord_Howe' => [ '2026-04-04 15:00', '2026-10-03 15:30' ],
	'Pacific/Apia' => [ '2011-12-30 10:00' ],
	'Asia/Kolkata' => ['2026-03-29 01:00'],
	'UTC' => ['2026-12-31 23:00']);

sub clock { my ($minutes) = @_; return sprintf '"%02d:%02d"', int($minutes / 60), $minutes % 60 }

# Slots of a day in order: [from, to] in minutes.
sub random_slots
{
	my ($most) = @_;
	my $unit = pick(1, 5, 15, 60);
	my %points = map { $unit * int(rand(1440 / $unit + 1)) => 1 } 1 .. 2 * int rand($most + 1);
	my @points = sort { $a <=> $b } keys %points;
	my @slots;
	for my $i (1 .. $#points)
	{
		push @slots, [ $points[ $i - 1 ], $points[$i] ] if $i % 2 || rand() < 0.1;
	}
	return \@slots;
}

sub random_week { return { map { $_ => random_slots(3) } grep { rand() < 0.8 } @weekdays } }

# days around 2026, and days of the changes
sub random_day
{
	my ($zone) = @_;
	return substr pick(@{ $changes{$zone} }), 0, 10 if rand() < 0.4;
	return sprintf '%04d-%02d-%02d', pick(2025, 2026, 2026, 2026, 2027, 1900, 5000), 1 + rand 12, 1 + rand 28;
}

sub random_calendar
{
	my $zone = pick(sort keys %changes);
	my %holidays = map { random_day($zone) => rand() < 0.5 ? [] : random_slots(2) } 1 .. pick(0, 0, 1, 3, 10);
	my %versions = map { random_day($zone) => random_week() } 1 .. pick(0, 0, 0, 1, 3);
	return { zone => $zone, week => random_week(), holidays => \%holidays, versions => \%versions };
}

# JSON of a calendar: as the type writes it, or in any other way
sub slots_text
{
	my ($slots, $any) = @_;
	my @texts = map { '[' . clock($_->[0]) . ', ' . clock($_->[1]) . ']' } @$slots;
	return '[' . join(', ', $any ? shuffle(@texts) : @texts) . ']';
}

sub week_text
{
	my ($week, $any) = @_;
	my @days = grep { $week->{$_} && ($any || @{ $week->{$_} }) } @weekdays;
	return '{' . join(', ', map { qq("$_": ) . slots_text($week->{$_}, $any) } $any ? shuffle(@days) : @days) . '}';
}

sub holiday_text
{
	my ($day, $slots, $any) = @_;
	return qq("$day") if !@$slots && !($any && rand() < 0.3);
	my @keys = (qq("day": "$day"), '"hours": ' . slots_text($slots, $any));
	return '{' . join(', ', $any ? shuffle(@keys) : @keys) . '}';
}

sub calendar_text
{
	my ($c, $any) = @_;
	my @holidays = sort keys %{ $c->{holidays} };
	@holidays = shuffle(@holidays) if $any;
	my @keys = ('"timezone": "' . ($any && rand() < 0.2 ? lc $c->{zone} : $c->{zone}) . '"', '"week": ' . week_text($c->{week}, $any));
	push @keys, '"holidays": [' . join(', ', map { holiday_text($_, $c->{holidays}{$_}, $any) } @holidays) . ']' if @holidays || $any && rand() < 0.3;
	push @keys, '"versions": [' . join(', ', map { qq({"from": "$_", "week": ) . week_text($c->{versions}{$_}, $any) . '}' } sort keys %{ $c->{versions} }) . ']'
	  if %{ $c->{versions} };
	my $text = '{' . join(', ', $any ? shuffle(@keys) : @keys) . '}';
	$text =~ s/, /,/g if $any && rand() < 0.3;
	return $text;
}

my @values = (
	qw(0 -1 9 1e400 null true "" "x" [] {} [[]] "24:00" "24:01" "00:00" "9:00" "09:60" "99:99" "-1:00" "2026-02-29" "2026-12-25" "0000-01-01" "5874897-12-31" "5874898-01-01" "infinity" "EST" "UTC" "Europe/Paris"),
	'["09:00", "17:00"]', '[["09:00", "17:00"]]', '{"day": "2026-12-25"}', '{"day": "2026-12-25", "hours": [["00:00", "24:00"]]}', '"\u0000"', '"\ud83d\ude00"');
my @keys = map { "\"$_\"" } @weekdays, qw(timezone week holidays versions from day hours);

sub damaged
{
	my ($text) = @_;
	for (1 .. pick(1, 1, 2))
	{
		my $kind = rand;
		my $at = int rand(length($text) + 1);
		my @places;
		if ($kind < 0.6)
		{
			push @places, [ $-[1], $+[1] - $-[1] ] while $text =~ /[:\[,]\s*("(?:[^"\\]|\\.)*"|-?[0-9][-+.eE0-9]*|true|false|null|\[\]|\{\})(?=\s*[,\]}])/g;
		}
		elsif ($kind < 0.75)
		{
			push @places, [ $-[1], $+[1] - $-[1] ] while $text =~ /("\w+")\s*:/g;
		}
		if (my $place = @places ? pick(@places) : undef)
		{
			substr($text, $place->[0], $place->[1]) = $kind < 0.6 ? pick(@values) : pick(@keys);
		}
		elsif ($kind < 0.85) { substr($text, $at, 1) = chr(pick(32 .. 126)) }
		elsif ($kind < 0.9) { substr($text, $at, int rand 12) = '' }
		else { substr($text, $at, 0) = pick(@values) }
	}
	return $text;
}

# --- the server -----------------------------------------------------------------------

fuzz_server(<<'SQL', "timezone = 'UTC'\n");
-- Every question to a calendar that was taken; near a moment.
CREATE FUNCTION questions(c businesshours, near timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE a timestamptz := near - random() * interval '3 days'; b timestamptz := near + random() * interval '40 days'; ends timestamptz; amount interval; deadline timestamptz;
BEGIN
	IF c::text::businesshours <> c OR c::jsonb::businesshours <> c OR businesshours_send(c) <> '\x01'::bytea || convert_to(c::text, 'UTF8') THEN RETURN 'wrong: not itself'; END IF;
	amount := business_time(c, a, b);
	IF business_time(c, a, near) + business_time(c, near, b) <> amount THEN RETURN 'wrong: not additive'; END IF;
	IF amount < '0' OR amount > make_interval(secs => extract(epoch FROM b - a)) THEN RETURN 'wrong: more than elapsed'; END IF;
	IF extract(epoch FROM amount) <> business_seconds(c, a, b)::numeric THEN RETURN 'wrong: seconds'; END IF;
	IF amount > '0' THEN
		deadline := business_add(c, a, amount);
		IF deadline > b OR business_time(c, a, deadline) <> amount OR business_time(c, a, deadline - interval '1 microsecond') >= amount THEN RETURN 'wrong: deadline'; END IF;
	END IF;
	BEGIN
		deadline := business_add(c, a, make_interval(secs => random() * 1e6));
		IF deadline <= a THEN RETURN 'wrong: deadline before'; END IF;
	EXCEPTION WHEN SQLSTATE '22008' OR SQLSTATE '22023' THEN NULL;
	END;
	RETURN 'answer';
END $$;
-- Open minutes between two whole ones, by the clock on the wall.
CREATE FUNCTION counted(c jsonb, a timestamptz, b timestamptz) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM generate_series(a, b - interval '1 minute', '1 minute') AS at, LATERAL (SELECT at AT TIME ZONE (c ->> 'timezone') AS local) AS l,
		LATERAL (SELECT coalesce((SELECT coalesce(h -> 'hours', '[]') FROM jsonb_array_elements(c -> 'holidays') AS h WHERE coalesce(h ->> 'day', h #>> '{}')::date = local::date),
			coalesce((SELECT v -> 'week' FROM jsonb_array_elements(c -> 'versions') AS v WHERE (v ->> 'from')::date <= local::date ORDER BY (v ->> 'from')::date DESC LIMIT 1), c -> 'week')
				-> (ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])[extract(isodow FROM local)], '[]') AS hours) AS h
	WHERE EXISTS (SELECT FROM jsonb_array_elements(hours) AS slot WHERE to_char(local, 'HH24:MI') >= slot ->> 0 AND to_char(local, 'HH24:MI') < slot ->> 1) $$;
CREATE FUNCTION whole(t text, spelling text, near timestamptz, count boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c businesshours := t; said text; a timestamptz; b timestamptz; n bigint;
BEGIN
	IF c::text <> spelling THEN RETURN 'wrong: spelled ' || c; END IF;
	said := questions(c, near);
	IF said <> 'answer' THEN RETURN said; END IF;
	IF count THEN
		a := near - (random() * 120)::int * interval '1 minute';
		b := near + (random() * 300)::int * interval '1 minute';
		n := counted(spelling::jsonb, a, b);
		IF business_seconds(c, a, b) <> 60 * n THEN RETURN format('wrong: %s seconds from %s to %s, not %s', business_seconds(c, a, b), a, b, 60 * n); END IF;
		RETURN 'counted';
	END IF;
	RETURN 'whole';
EXCEPTION WHEN OTHERS THEN RETURN 'wrong: refused ' || sqlstate || ' ' || sqlerrm;
END $$;
SQL
fuzz_questions('businesshours', 'timestamptz');

sub quoted { my ($text) = @_; $text =~ s/'/''/g; $text =~ s/\\/\\\\/g; return " E'$text'" }

my $seeded = sprintf "SELECT setseed(%s);\n", rand;
my $sessions = 3;
for my $session (1 .. $sessions)
{
	my $script = $seeded;
	for my $i (1 .. int($rounds / $sessions))
	{
		my $calendar = random_calendar();
		my $near = "'" . pick(@{ $changes{ $calendar->{zone} } }) . "+00'";
		my $call;
		if ($i % 4 == 0)
		{
			$call = sprintf 'whole(%s, %s, %s, %s)', quoted(calendar_text($calendar, 1)), quoted(calendar_text($calendar, 0)), $near, $i % 8 == 0 ? 'true' : 'false';
		}
		else
		{
			$call = sprintf 'broken(%s, %s)', quoted(damaged(calendar_text($calendar, 1))), $near;
		}
		$script .= ask($call);
		$script .= "SELECT 'kept ' || kept();\n" if $i % 200 == 0;
	}
	is(run_fuzz($script), '', 'without an error outside');
}
cmp_ok($count{whole} // 0, '>', $rounds / 10, 'whole ones are taken, and come out in their one spelling');
cmp_ok($count{counted} // 0, '>', $rounds / 10, 'with the time that a walk over their minutes counts');
cmp_ok($count{'22023'} // 0, '>', $rounds / 10, 'many damaged ones are refused');
cmp_ok($count{answer} // 0, '>', $rounds / 100, 'some are another valid calendar');

# --- through COPY BINARY ----------------------------------------------------------------

my $binary = $rounds < 60000 ? $rounds / 6 : 10000;
my $script = $seeded;
for my $i (1 .. $binary)
{
	my $calendar = random_calendar();
	my $field = calendar_text($calendar, 1);
	$field = damaged($field) if $i % 4 == 1;
	$field = chr(1) . $field;
	substr($field, int rand(length $field), 1) = chr(int rand 256) if $i % 4 == 2;
	$field = substr($field, 0, int rand length $field) if $i % 4 == 3;
	$script .= ask(sprintf "receive('%s', '%s+00') /* %s */", field_file($i, $field), pick(@{ $changes{ $calendar->{zone} } }), unpack('H*', $field));
}
my $answers = $count{answer} // 0;
is(run_fuzz($script), '', 'without an error outside');
cmp_ok($count{answer} - $answers, '>=', int($binary / 4), 'binary: whole ones are taken');
check_answers('answer|whole|counted|22...|54...');
end_fuzz();
