# Random damage to health models and signals: text, jsonb and the binary form.
#
# Every answer must be an answer or an error about data (class 22), about a limit
# of PostgreSQL (54) or about a feature (0A); what is accepted must keep the rules:
# a score is NULL or 0-100, explanations and changes add up, a model comes back
# from its own text, a row and its jsonb score alike.  The server must not crash
# nor keep memory.
#
# test/lib/ChsFuzz.pm says how to repeat a run and how many are tried.
use strict;
use warnings;

use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsFuzz;

my $rounds = begin_fuzz('models');

# --- what is damaged ----------------------------------------------------------------

my @models = (
	'{"signals": [{"name": "a", "weight": 25, "worst": 0, "best": 20, "group": "g"}, {"name": "b", "group": "h", "weight": 0.1, "curve": [[0,0],[0.3,40],[0.8,100]]},'
	  . ' {"name": "c", "group": "g", "values": {"low": 0, "middle": 50, "top": 100}, "missing": "neutral"}, {"name": "d", "group": "h", "steps": [[0,100],[1,80],[3,40],[6,0]], "missing": "worst"},'
	  . ' {"name": "e", "group": "g", "worst": 60, "best": 0, "at": "day", "half_life_days": 45, "expires_after_days": 90, "label": "E", "action": "call"}],'
	  . ' "missing": "skip", "min_coverage": 50, "groups": {"g": {"weight": 2}, "h": {"weight": 3}}, "caps": [{"signal": "a", "above": 10, "score": 30, "reason": "r"}],'
	  . ' "floors": [{"signal": "b", "below": 0.5, "score": 20}], "bands": [{"name": "low", "from": 0}, {"name": "high", "color": "green", "from": 60}],'
	  . ' "alerts": {"drop": 15, "within_days": 30, "hysteresis": 3}, "title": "t", "note": "n"}',
	'{"method": "points", "base": 50, "signals": [{"name": "a", "points": 5, "max": 20}, {"name": "b", "points": -10, "min": -30, "missing": "worst"}, {"name": "d", "points": 0.1, "at": "day", "half_life_days": 3}],'
	  . ' "caps": [{"signal": "a", "above": 3, "score": 55}], "floors": [{"signal": "b", "above": 2, "score": 5}]}',
	'{"signals": [{"name": "a", "worst": 0, "best": 1}, {"name": "b", "steps": [[1, 3]]}]}');
my @signals = (
	'{"a": 10, "b": 0.55, "c": "top", "d": 2, "e": 12, "day": "2026-05-17"}',
	'{"a": null, "b": -3, "c": "low", "d": 7, "e": 80, "day": "2026-06-30"}',
	'{"a": true, "b": 1e5, "c": null, "d": 0, "e": 5, "day": null}');
my @values = (
	qw(0 -0 1 -1 0.1 1e308 -1e308 1e309 1e400 1e-320 5e-324 1e-400 99999999999999999999 null true false "" "x" [] {} [[]] [1,2] {"a":1} 50 100 100.0000001
	  "low" "2026-05-17" "infinity" "NaN" NaN Infinity 1e15 1e16 1e131071 1e-16383), '"\u0000"', '"\ud83d\ude00"', '"ü"', '" "');
my @keys = map { "\"$_\"" } qw(signals name weight worst best curve steps values points max min missing at half_life_days expires_after_days
  method base min_coverage groups group caps floors signal above below score reason bands from color alerts drop within_days hysteresis label unit action title note id a b c day g);

# One change to a JSON text: of a value, of a key, or of any bytes.
sub damage
{
	my ($text) = @_;
	my $kind = rand;
	my $at = int rand(length($text) + 1);

	if ($kind < 0.5)
	{
		my @places;
		push @places, [ $-[1], $+[1] - $-[1] ] while $text =~ /[:\[,]\s*("(?:[^"\\]|\\.)*"|-?[0-9][-+.eE0-9]*|true|false|null|\[\]|\{\})(?=\s*[,\]}])/g;
		my $place = pick(@places) // return $text;
		substr($text, $place->[0], $place->[1]) = pick(@values);
	}
	elsif ($kind < 0.65)
	{
		my @places;
		push @places, [ $-[1], $+[1] - $-[1] ] while $text =~ /("(?:[^"\\]|\\.)*")\s*:/g;
		my $place = pick(@places) // return $text;
		substr($text, $place->[0], $place->[1]) = pick(@keys);
	}
	elsif ($kind < 0.75)
	{
		# a key and a value more, behind some brace
		my @places;
		push @places, $+[0] while $text =~ /\{(?=")/g;
		my $place = pick(@places) // return $text;
		substr($text, $place, 0) = pick(@keys) . ': ' . pick(@values) . ', ';
	}
	elsif ($kind < 0.82) { substr($text, $at, int rand 12) = '' }
	elsif ($kind < 0.88) { substr($text, $at, 0) = substr($text, int rand(length($text) + 1), int rand 60) }
	elsif ($kind < 0.94) { substr($text, $at, 1) = pick(split(//, '{}[],:"\\0e-. tu'), "\x{7f}", "\x01") }
	elsif ($kind < 0.96) { my $deep = 1 + int rand 20000; substr($text, $at, 0) = pick('[' x $deep, '{"a":' x $deep, '[' x 50 . ']' x 50) }
	elsif ($kind < 0.98) { substr($text, $at, 0) = pick('x', '0', ' ', '[1,1],') x (1 + int rand 3000) }
	else { $text = substr($text, 0, $at) . substr(pick(@models), int rand 200) }
	return $text;
}

sub damaged
{
	my ($text) = @_;
	$text = damage($text) for 1 .. int(rand 1.3 + rand 1.3 + rand 1.3);
	return $text;
}

sub damaged_bytes
{
	my ($bytes) = @_;
	for (1 .. 1 + int rand 3)
	{
		my $at = int rand(length($bytes) + 1);
		my $kind = rand;
		if ($kind < 0.4) { substr($bytes, $at, 1) = chr(int rand 256) }
		elsif ($kind < 0.6) { substr($bytes, $at, int rand 8) = '' }
		elsif ($kind < 0.8) { substr($bytes, $at, 0) = join '', map { chr(int rand 256) } 1 .. int rand 8 }
		elsif ($kind < 0.9) { $bytes = substr($bytes, 0, $at) }
		else { $bytes = chr(1) . damage(substr($bytes, 1)) }
	}
	return $bytes;
}

# --- the server -----------------------------------------------------------------------

fuzz_server(<<'SQL', "work_mem = '64kB'\n");
-- Of one model and two rows: 'answer', an SQLSTATE, or what is wrong.
CREATE FUNCTION check_rules(model text, row_1 text, row_2 text, before text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	m healthmodel; old healthmodel; a jsonb; b jsonb; score float8; other float8; total float8; size float8; columns text;
	day date := '2026-07-01';
BEGIN
	BEGIN
		m := model; old := before;
		IF m::text::healthmodel <> m OR (m::jsonb)::healthmodel <> m THEN RETURN NEXT 'wrong: the model does not come back'; END IF;
		PERFORM health_review(m);
	EXCEPTION WHEN OTHERS THEN
		RETURN NEXT sqlstate;
		IF octet_length(sqlerrm) > 2000 THEN RETURN NEXT 'wrong: a long message'; END IF;
		RETURN;
	END;
	BEGIN
		a := row_1; b := row_2;
		score := health_score(m, a, day);
		IF score <> 'NaN' AND score NOT BETWEEN 0 AND 100 OR score = 'NaN' THEN RETURN NEXT 'wrong: score ' || score; END IF;
		other := health_coverage(m, a, day);
		IF other IS NULL OR other = 'NaN' OR other NOT BETWEEN 0 AND 100.0000001 THEN RETURN NEXT 'wrong: coverage ' || coalesce(other::text, 'NULL'); END IF;
		SELECT sum(contribution), max(abs(contribution)) INTO total, size FROM health_explain(m, a, day);
		IF (score IS NULL) <> (total IS NULL) OR abs(total - score) > 1e-9 * greatest(1, size) THEN RETURN NEXT format('wrong: explain %s, score %s', total, score); END IF;
		SELECT sum(weight) INTO total FROM health_explain(m, a, day);
		IF abs(total - 100) > 1e-9 THEN RETURN NEXT 'wrong: weights ' || total; END IF;
		PERFORM health_drivers(m, a, day, 9), health_band(m, score), health_color(m, score), health_groups(m, a, day);
		PERFORM health_alert(m, s, day + i::int) OVER (ORDER BY i) FROM unnest(ARRAY[50, score, NULL, 0, 100, score]) WITH ORDINALITY u (s, i);
		RETURN NEXT 'answer';
	EXCEPTION WHEN OTHERS THEN
		RETURN NEXT sqlstate;
		IF octet_length(sqlerrm) > 2000 THEN RETURN NEXT 'wrong: a long message'; END IF;
		RETURN;
	END;
	BEGIN
		other := health_score(old, b, day);
		SELECT sum(points), max(abs(points)) INTO total, size FROM health_change(old, b, day, m, a, day);
		IF other IS NOT NULL AND score IS NOT NULL AND abs(coalesce(total, 0) - (score - other)) > 1e-9 * greatest(1, size) THEN
			RETURN NEXT format('wrong: change %s, from %s to %s', total, other, score); END IF;
	EXCEPTION WHEN OTHERS THEN RETURN NEXT sqlstate;
	END;
	BEGIN
		SELECT string_agg(format(CASE jsonb_typeof(v) WHEN 'number' THEN '%1$s::numeric' WHEN 'boolean' THEN '%1$s::boolean' WHEN 'null' THEN 'NULL::float8'
			ELSE CASE WHEN v #>> '{}' ~ '^\d{4}-\d\d-\d\d$' THEN '%1$L::date' ELSE '%1$L::text' END END || ' AS %2$I', v #>> '{}', k), ',') INTO columns
		FROM jsonb_each(a) j (k, v) WHERE octet_length(k) BETWEEN 1 AND 63;
		EXECUTE format('SELECT health_score($1, r, $2) FROM (SELECT %s) r', columns) INTO other USING m, day;
		IF other IS DISTINCT FROM score THEN RETURN NEXT format('wrong: record %s, jsonb %s', other, score); END IF;
		RETURN NEXT 'answer';
	EXCEPTION WHEN OTHERS THEN RETURN NEXT sqlstate;
	END;
END $$;
CREATE TABLE received (m healthmodel);
CREATE FUNCTION receive(file text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	PERFORM health_review(m), m::text::healthmodel FROM received;
	DELETE FROM received;
	RETURN 'answer';
EXCEPTION WHEN OTHERS THEN RETURN sqlstate;
END $$;
SQL

# What psql or the scanner refuses, as a zero byte in a literal, is an answer too.
sub run
{
	my ($script) = @_;
	my $err = run_fuzz("\\set VERBOSITY sqlstate\n$script");

	$count{$1}++ while $err =~ /ERROR:\s+([0-9A-Z]{5})/g;
}

sub literal
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

# --- text, jsonb and rows -----------------------------------------------------------------

my $sessions = 3;
my $before = $models[2];
for my $session (1 .. $sessions)
{
	my $script = '';
	for my $i (1 .. int($rounds / $sessions))
	{
		my $model = damaged(pick(@models));
		my @rows = (damaged(pick(@signals)), damaged(pick(@signals)));
		my $call = sprintf 'SELECT * FROM check_rules(%s, %s, %s, %s);', map { literal($_) } $model, @rows, pick($before, @models);
		$script .= "\\echo case $session.$i\n$call\n";
		$script .= "SELECT 'kept ' || kept();\n" if $i % 200 == 0;
	}
	run($script);
}
cmp_ok($count{answer} // 0, '>', $rounds / 10, 'many are answered');
cmp_ok(scalar(keys %count), '>', 4, 'and many are refused, for several reasons');
check_answers('answer|22...|54...|0A...');

# --- the binary form -------------------------------------------------------------------

%count = ();
my $script = '';
my $binary = $rounds < 60000 ? $rounds / 3 : 20000;
for my $i (1 .. $binary)
{
	my $field = damaged_bytes(chr(1) . pick(@models));
	utf8::encode($field) if utf8::is_utf8($field);
	my $file = field_file($i, $field);
	$script .= "SELECT receive('$file');\n";
	$script .= "SELECT 'kept ' || kept();\n" if $i % 200 == 0;
}
run($script);
cmp_ok($count{answer} // 0, '>', 0, 'binary: some are answered');
check_answers('answer|22...|54...');
end_fuzz();
