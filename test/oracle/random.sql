-- Random data of the oracles: functions of a seed alone, in the schema oracle.

-- 0 <= u < 1, of a seed and a label.
create function oracle.u(seed text, label text) returns numeric
language sql immutable as $$ select ('x' || substr(md5(seed || '/' || label), 1, 8))::bit(32)::bigint / 4294967296.0 $$;

-- One of several, all equally likely.
create function oracle.pick(seed text, label text, variadic choices anyarray) returns anyelement
language sql immutable as $$ select choices[1 + floor(oracle.u(seed, label) * cardinality(choices))::int] $$;

-- Boundaries of irregular buckets from first to after last.
create function oracle.bounds(seed text, first date, last date) returns date[]
language plpgsql immutable as $$
declare
	b date[] := array[first];
begin
	while b[cardinality(b)] <= last loop
		b := b || b[cardinality(b)] + oracle.pick(seed, 'bounds' || cardinality(b), 1, 2, 28, 28, 35, 13, 61, 91) * ((last - first) / 2000 + 1);
	end loop;
	return b;
end $$;
