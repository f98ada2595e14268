-- The health family written a second time, in plain SQL and plpgsql over
-- jsonb: slow, short, and independent of the C code and of its types.  Tests
-- load it with \i and compare the two on random data.
--
--   1. signal scores          value -> 0..100 by worst/best, curve, steps, values
--   2. health_eval            one model on one row of signals, all there is to know
--   3. score, coverage, explain, groups, change, band    read off health_eval
--   4. quartile and alert     over a series
--   5. random models, rows, series: functions of a seed and a label alone
--
-- Nothing here reads a clock, random(), a locale or a setting.

drop schema if exists oracle cascade;
create schema oracle;

-- ---------------------------------------------------------------------------
-- 1. Signal scores
-- ---------------------------------------------------------------------------

-- A JSON number or boolean as float8; NULL for an absent key or JSON null; a
-- JSON string is an error.
create function oracle.num(v jsonb) returns float8
language sql immutable as $$
	select case jsonb_typeof(v) when 'null' then null when 'boolean' then v::boolean::int::float8 else v::float8 end
$$;

-- The score 0..100 of one present value; NULL for method "points", which has
-- points instead of scores.
create function oracle.signal_score(sig jsonb, value jsonb) returns float8
language plpgsql immutable as $$
declare
	v float8;
	worst float8 := oracle.num(sig->'worst');
	best float8 := oracle.num(sig->'best');
	xy jsonb;
	x0 float8;				-- the point at or below v seen last
	y0 float8;
	x1 float8;
	y1 float8;
begin
	if sig ? 'points' then
		return null;
	end if;
	if sig ? 'values' then
		if jsonb_typeof(value) <> 'string' or not (sig->'values') ? (value #>> '{}') then
			if not sig ? 'otherwise' or jsonb_typeof(value) <> 'string' then
				raise exception 'oracle: % is not listed', value;
			end if;
			return oracle.num(sig->'otherwise');
		end if;
		return oracle.num(sig->'values'->(value #>> '{}'));
	end if;

	v := oracle.num(value);
	if sig ? 'worst' then
		return greatest(0, least(100, 100 * (v - worst) / (best - worst)));
	end if;
	for xy in select e from jsonb_array_elements(coalesce(sig->'curve', sig->'steps')) with ordinality a(e, o) order by o loop
		x1 := oracle.num(xy->0);
		y1 := oracle.num(xy->1);
		if v < x1 then
			if x0 is null then
				return y1;		-- left of the first point: flat
			elsif sig ? 'steps' then
				return y0;
			else
				return y0 + (y1 - y0) * (v - x0) / (x1 - x0);
			end if;
		end if;
		x0 := x1;
		y0 := y1;
	end loop;
	return y0;					-- on or right of the last point
end $$;

-- points * value, kept within the signal's own min and max.
create function oracle.signal_points(sig jsonb, value jsonb) returns float8
language sql immutable as $$
	-- greatest and least ignore a NULL bound
	select greatest(oracle.num(sig->'min'), least(oracle.num(sig->'max'),
		   oracle.num(sig->'points') * oracle.num(value)))
$$;

-- ---------------------------------------------------------------------------
-- 2. One model on one row of signals
-- ---------------------------------------------------------------------------

-- ok, missing or stale: has this signal a value on that day?
create function oracle.signal_status(sig jsonb, signals jsonb, as_of date) returns text
language plpgsql immutable as $$
declare
	day date := (signals->>(sig->>'at'))::date;
begin
	if sig ? 'at' and as_of is null then
		raise exception 'oracle: this model needs as_of';
	end if;
	return case
		when coalesce(signals->(sig->>'name'), 'null') = 'null' then 'missing'
		when not sig ? 'at' then 'ok'
		when day is null or day > as_of then 'missing'		-- not known, or not known yet
		when as_of - day > oracle.num(sig->'expires_after_days') then 'stale'
		else 'ok' end;
end $$;

create function oracle.signal_policy(model jsonb, sig jsonb) returns text
language sql immutable as $$
	select coalesce(sig->>'missing', model->>'missing', 'skip')
$$;

-- Would a "missing": "fail" signal refuse this row?
create function oracle.health_fails(model jsonb, signals jsonb, as_of date) returns boolean
language plpgsql immutable as $$
declare
	sig jsonb;
begin
	for sig in select s from jsonb_array_elements(model->'signals') s loop
		if oracle.signal_policy(model, sig) = 'fail' and oracle.signal_status(sig, signals, as_of) <> 'ok' then
			return true;
		end if;
	end loop;
	return false;
end $$;

-- One row per signal in model order; the columns after the line are of the
-- whole model and repeat in every row.
create type oracle.evaluation as (
	ord				int,
	signal			text,
	label			text,
	signal_group	text,
	known			boolean,	-- has a value, not stale
	status			text,		-- ok, missing, stale
	full_weight		float8,		-- effective weight, were everything present
	present_weight	float8,		-- the same after decay; 0 when not known
	live			float8,		-- own weight left for the mean, policies included
	score			float8,		-- 0..100; the policy's score when missing; NULL when skipped
	weight			float8,		-- fraction 0..1 of the mean; NULL when no weight is left
	contribution	float8,		-- mean: weight * score; points: the signal's points
	points_lost		float8,
	action			text,
	-- --------
	method			text,
	coverage		float8,
	base			float8,
	uncapped		float8,		-- base + sum of contributions; NULL for a mean of nothing
	clamp_effect	float8,		-- each effect is a change of score
	floor_signal	text,
	floor_label		text,
	floor_score		float8,
	floor_effect	float8,
	cap_signal		text,
	cap_label		text,
	cap_score		float8,
	cap_effect		float8,
	final			float8		-- the score, or NULL
);

create function oracle.health_eval(model jsonb, signals jsonb, as_of date)
returns setof oracle.evaluation
language plpgsql immutable as $$
declare
	by_points boolean := coalesce(model->>'method', 'mean') = 'points';
	n int := jsonb_array_length(model->'signals');
	sig jsonb;
	value jsonb;
	policy text;
	lim jsonb;
	which text;
	v float8;

	-- per signal
	r oracle.evaluation;
	e oracle.evaluation[] := '{}';
	own float8[] := '{}';				-- the weight as the model has it
	live float8[] := '{}';				-- what is left of it
	names text[] := '{}';
	in_group text[] := '{}';
	share float8[] := '{}';

	-- of the whole
	w oracle.evaluation;				-- its columns after the line
	group_weight float8;
	group_own float8;
	group_live float8;
	all_full float8 := 0;
	all_present float8 := 0;
	all_share float8 := 0;
	running float8;						-- the score on its way from weighing to cap
	best_score float8;
	best_signal text;
	best_label text;
begin
	-- What each signal says by itself.
	for i in 1 .. n loop
		sig := model->'signals'->(i - 1);
		value := signals->(sig->>'name');
		policy := oracle.signal_policy(model, sig);
		r := null;
		r.ord := i;
		r.signal := sig->>'name';
		r.label := coalesce(sig->>'label', r.signal);
		r.signal_group := sig->>'group';
		r.action := sig->>'action';
		r.status := oracle.signal_status(sig, signals, as_of);
		r.known := r.status = 'ok';
		if not r.known and policy = 'fail' then
			raise exception 'oracle: signal % is missing', r.signal;
		end if;

		own := own || coalesce(oracle.num(sig->'weight'), 1);
		r.full_weight := own[i];
		r.present_weight := case
			when not r.known then 0
			when sig ? 'half_life_days'
			then own[i] * power(0.5, (as_of - (signals->>(sig->>'at'))::date) / oracle.num(sig->'half_life_days'))
			else own[i] end;
		r.live := case when r.known then r.present_weight when policy = 'skip' then 0 else own[i] end;
		if by_points then
			r.contribution := case when r.known then oracle.signal_points(sig, value)
								   when policy = 'worst' then oracle.num(sig->'min') else 0 end;
			r.points_lost := greatest(0, coalesce(oracle.num(sig->'max'), 0) - r.contribution);
		else
			r.score := case when r.known then oracle.signal_score(sig, value)
							when policy = 'worst' then 0 when policy = 'neutral' then 50
							when policy not in ('skip', 'fail') then policy::float8 end;
		end if;
		live := live || r.live;
		names := names || r.signal;
		in_group := in_group || r.signal_group;
		e := e || r;
	end loop;

	-- Its share of the whole: with groups, the group's weight divided among its signals.
	for i in 1 .. n loop
		r := e[i];
		share := share || r.live;
		if model ? 'groups' then
			group_weight := oracle.num(model->'groups'->r.signal_group->'weight');
			group_own := 0;
			group_live := 0;
			for j in 1 .. n loop
				if in_group[j] = r.signal_group then
					group_own := group_own + own[j];
					group_live := group_live + live[j];
				end if;
			end loop;
			r.full_weight := case when group_own > 0 then group_weight * own[i] / group_own else 0 end;
			r.present_weight := case when group_own > 0 then group_weight * r.present_weight / group_own else 0 end;
			share[i] := case when group_live > 0 then group_weight * r.live / group_live else 0 end;
			e[i] := r;
		end if;
		all_full := all_full + r.full_weight;
		all_present := all_present + r.present_weight;
		all_share := all_share + share[i];
	end loop;

	-- The sum.
	w.method := case when by_points then 'points' else 'mean' end;
	w.coverage := case when all_full > 0 then 100 * all_present / all_full else 0 end;
	w.base := coalesce(oracle.num(model->'base'), 0);
	w.uncapped := w.base;
	for i in 1 .. n loop
		r := e[i];
		if not by_points then
			r.weight := share[i] / nullif(all_share, 0);
			r.contribution := r.weight * coalesce(r.score, 0);
			r.points_lost := case when r.weight = 0 then 0 else r.weight * (100 - r.score) end;
			e[i] := r;
		end if;
		w.uncapped := w.uncapped + r.contribution;
	end loop;

	-- Clamp, then the highest floor that fires, then the lowest cap; of equal ones the first.
	running := greatest(0, least(100, w.uncapped));
	w.clamp_effect := running - w.uncapped;
	foreach which in array '{floors,caps}'::text[] loop
		best_score := null;
		if model ? which then
			for lim in select l from jsonb_array_elements(model->which) with ordinality a(l, o) order by o loop
				r := e[array_position(names, lim->>'signal')];
				v := case when r.known and not lim ? 'is' then oracle.num(signals->r.signal) end;
				if (v > oracle.num(lim->'above') or v < oracle.num(lim->'below') or r.known and signals->r.signal = lim->'is')
					and (best_score is null
						 or case which when 'floors' then oracle.num(lim->'score') > best_score
									   else oracle.num(lim->'score') < best_score end) then
					best_score := oracle.num(lim->'score');
					best_signal := r.signal;
					best_label := coalesce(lim->>'reason', rtrim(which, 's'));
				end if;
			end loop;
		end if;
		if which = 'floors' and best_score > running then
			w.floor_signal := best_signal;
			w.floor_label := best_label;
			w.floor_score := best_score;
			w.floor_effect := best_score - running;
			running := best_score;
		elsif which = 'caps' and best_score < running then
			w.cap_signal := best_signal;
			w.cap_label := best_label;
			w.cap_score := best_score;
			w.cap_effect := best_score - running;
			running := best_score;
		end if;
	end loop;
	if all_present > 0 and w.coverage >= coalesce(oracle.num(model->'min_coverage'), 0) - 1e-9 then
		w.final := running;
	end if;

	for i in 1 .. n loop
		r := e[i];
		r.method := w.method; r.coverage := w.coverage; r.base := w.base; r.uncapped := w.uncapped;
		r.clamp_effect := w.clamp_effect;
		r.floor_signal := w.floor_signal; r.floor_label := w.floor_label;
		r.floor_score := w.floor_score; r.floor_effect := w.floor_effect;
		r.cap_signal := w.cap_signal; r.cap_label := w.cap_label;
		r.cap_score := w.cap_score; r.cap_effect := w.cap_effect;
		r.final := w.final;
		return next r;
	end loop;
end $$;

-- ---------------------------------------------------------------------------
-- 3. Read off health_eval
-- ---------------------------------------------------------------------------

-- All rows of health_eval as one value, so that it is computed once.
create function oracle.evaluate(model jsonb, signals jsonb, as_of date) returns oracle.evaluation[]
language plpgsql immutable as $$
begin
	return array(select e from oracle.health_eval(model, signals, as_of) e);
end $$;

create function oracle.health_score(model jsonb, signals jsonb, as_of date) returns float8
language sql immutable as $$
	select final from oracle.health_eval(model, signals, as_of) limit 1
$$;

create function oracle.health_coverage(model jsonb, signals jsonb, as_of date) returns float8
language sql immutable as $$
	select coverage from oracle.health_eval(model, signals, as_of) limit 1
$$;

-- The signals, then base, clamp, floor and cap where they change the score; a
-- floor or cap has the group and the action of its signal.
create function oracle.explain_of(es oracle.evaluation[],
	out ord int, out signal text, out label text, out signal_group text, out score float8,
	out weight float8, out contribution float8, out points_lost float8, out status text, out action text)
returns setof record
language plpgsql immutable as $$
begin
	return query
	with e as (select * from unnest(es)),
	w as (select (es[1]).*),
	r (o, signal, label, signal_group, score, weight, contribution, points_lost, status, action) as (
		select e.ord, e.signal, e.label, e.signal_group, e.score, 100 * e.weight,
			case when final is not null then e.contribution end,
			case when final is not null then e.points_lost end, e.status, e.action
		from e
		union all
		select 10001, 'base', 'base', null, null, null, case when final is not null then base end,
			case when final is not null then 0::float8 end, 'ok', null
		from w where method = 'points' and base <> 0
		union all
		select 10002, 'clamp', 'clamp', null, null, null, clamp_effect, greatest(0, -clamp_effect), 'capped', null
		from w where method = 'points' and final is not null and clamp_effect <> 0
		union all
		select 10003, floor_signal, floor_label, (select e.signal_group from e where e.signal = floor_signal), floor_score, null, floor_effect, 0, 'capped',
			(select e.action from e where e.signal = floor_signal)
		from w where final is not null and floor_effect > 0
		union all
		select 10004, cap_signal, cap_label, (select e.signal_group from e where e.signal = cap_signal), cap_score, null, cap_effect, -cap_effect, 'capped',
			(select e.action from e where e.signal = cap_signal)
		from w where final is not null and cap_effect < 0
	)
	select (row_number() over (order by r.o))::int, r.signal, r.label, r.signal_group, r.score, r.weight,
		r.contribution, r.points_lost, r.status, r.action
	from r order by r.o;
end $$;

create function oracle.health_explain(model jsonb, signals jsonb, as_of date,
	out ord int, out signal text, out label text, out signal_group text, out score float8,
	out weight float8, out contribution float8, out points_lost float8, out status text, out action text)
returns setof record
language sql immutable as $$
	select * from oracle.explain_of(oracle.evaluate(model, signals, as_of))
$$;

-- The n signals that cost most, in words, from the labels, points lost and
-- actions of explain in its order; NULL when nothing that shows was lost.
create function oracle.health_drivers(labels text[], lost float8[], actions text[], n int) returns text
language plpgsql immutable as $$
begin
	return (select string_agg(label || ' -' || to_char(l, 'FM990.0') || coalesce(' (' || action || ')', ''), '; ' order by l desc, o)
		from (select * from unnest(labels, lost, actions) with ordinality a(label, l, action, o)
			  where l >= 0.05 order by l desc, o limit n) most);
end $$;

create function oracle.groups_of(es oracle.evaluation[],
	out ord int, out signal_group text, out score float8, out weight float8, out coverage float8)
returns setof record
language plpgsql immutable as $$
begin
	return query
	select (row_number() over (order by min(e.ord)))::int, e.signal_group,
		case when min(method) = 'points' then sum(e.contribution)
			 -- of the weights inside the group, so that a group of weight 0 has a mean too
			 else sum(e.live * e.score) / nullif(sum(e.live), 0) end,
		100 * sum(e.weight),
		100 * sum(e.present_weight) / nullif(sum(e.full_weight), 0)
	from unnest(es) e
	group by e.signal_group;
end $$;

create function oracle.health_groups(model jsonb, signals jsonb, as_of date,
	out ord int, out signal_group text, out score float8, out weight float8, out coverage float8)
returns setof record
language sql immutable as $$
	select * from oracle.groups_of(oracle.evaluate(model, signals, as_of))
$$;

create function oracle.health_band(model jsonb, score float8) returns text
language sql immutable as $$
	select b->>'name'
	from jsonb_array_elements(coalesce(model->'bands',
		'[{"name": "unhealthy", "color": "red", "from": 0}, {"name": "at risk", "color": "yellow", "from": 40},
		  {"name": "healthy", "color": "green", "from": 70}]')) b
	where oracle.num(b->'from') <= score
	order by oracle.num(b->'from') desc limit 1
$$;

-- How the difference of two scores comes about.  Sides: 0 = before, 1 = in the
-- middle, the old model on the new signals, 2 = after.  W is the weight fraction, s the
-- score, k the contribution, U the sum of contributions and base.
--
--	value		W0 (s1 - s0)					signals known on both sides
--	coverage	W1 (s1 - c) - W0 (m - c)		m = s1, but s0 where knownness differs; c = sum W0 m
--	model		k2 - k1 - U1 (W2 - W1)
--	cap			effect of clamp, floor, cap after, minus before
--
-- A signal that is skipped has W = 0 and no s: 0 stands for it, for it always
-- meets a factor of 0 (and where it is known on the other side only, m - c is
-- multiplied by W0 = 0 or s1 - c by W1 = 0).
create function oracle.change_of(before oracle.evaluation[], middle oracle.evaluation[], after oracle.evaluation[],
	out signal text, out cause text, out points float8)
returns setof record
language plpgsql immutable as $$
begin
	return query
	with e0 as (select * from unnest(before)),
	e1 as (select * from unnest(middle)),
	e2 as (select * from unnest(after)),
	side as (
		select a.final is null or z.final is null as no_score,
			a.method = 'points' as points0, z.method = 'points' as points2,
			-- all that was known has gone: the old model has nothing to say about the new row
			m.uncapped is null as nothing_left,
			coalesce(m.uncapped, a.uncapped) as u,		-- U1, or U0 when there is none
			a.base as base0, z.base as base2
		from (select (before[1]).*) a, (select (middle[1]).*) m, (select (after[1]).*) z
	),
	old_model as (		-- both sides under the old model
		select e0.signal, e0.known as known0, e1.known as known1,
			e0.weight as w0, e1.weight as w1, e0.contribution as k0, e1.contribution as k1,
			coalesce(e0.score, 0) as s0, coalesce(e1.score, 0) as s1,
			case when e0.known = e1.known then coalesce(e1.score, 0) else coalesce(e0.score, 0) end as m
		from e0 join e1 on e0.ord = e1.ord
	),
	mid as (select sum(w0 * m) as c from old_model),
	parts (o, signal, cause, points) as (
		select 1, b.signal, 'value',
			case when b.known0 <> b.known1 then 0
				 when points0 then k1 - k0
				 else w0 * (s1 - s0) end
		from old_model b, side where not nothing_left
		union all
		select 2, b.signal, 'coverage',
			case when not points0 then w1 * (s1 - c) - w0 * (b.m - c)
				 when b.known0 <> b.known1 then k1 - k0
				 else 0 end
		from old_model b, side, mid where not nothing_left
		union all
		select 3, coalesce(o.signal, e2.signal), 'model',
			coalesce(e2.contribution, 0) - coalesce(case when nothing_left then k0 else k1 end, 0)
			- case when points0 or points2 then 0
				   else u * (coalesce(e2.weight, 0) - coalesce(case when nothing_left then w0 else w1 end, 0)) end
		from side, old_model o full join e2 on o.signal = e2.signal
		union all
		select 3, 'base', 'model', base2 - base0 from side
		union all
		select 4, l.signal, 'cap', sum(l.effect)
		from (
			select 'clamp', clamp_effect from (select (after[1]).*) z union all
			select floor_signal, floor_effect from (select (after[1]).*) z union all
			select cap_signal, cap_effect from (select (after[1]).*) z union all
			select 'clamp', -clamp_effect from (select (before[1]).*) a union all
			select floor_signal, -floor_effect from (select (before[1]).*) a union all
			select cap_signal, -cap_effect from (select (before[1]).*) a
		) l (signal, effect)
		where l.signal is not null
		group by l.signal
	)
	select p.signal, p.cause, p.points
	from parts p, side where not no_score and p.points <> 0
	union all
	select coalesce(o.signal, e2.signal), 'coverage', null
	from (old_model o full join e2 on o.signal = e2.signal), side where no_score;
end $$;

create function oracle.health_change(model_before jsonb, signals_before jsonb, as_of_before date,
	model_after jsonb, signals_after jsonb, as_of_after date,
	out signal text, out cause text, out points float8)
returns setof record
language sql immutable as $$
	select * from oracle.change_of(oracle.evaluate(model_before, signals_before, as_of_before),
		oracle.evaluate(model_before, signals_after, as_of_after),
		oracle.evaluate(model_after, signals_after, as_of_after))
$$;

-- The n changes that moved the score most, in words, from what change says.
create function oracle.health_change_text(labels text[], points float8[], causes text[], old_values text[], new_values text[], actions text[], n int) returns text
language sql immutable as $$
	select string_agg(label || ' ' || to_char(p, 'FMS9999999990.0')
		|| coalesce(' (' || nullif(concat_ws('; ', why, case when p < 0 then action end), '') || ')', ''), '; ' order by abs(p) desc, o)
	from (select label, p, action, o, case when cause = 'model' then 'new model'
				when cause = 'coverage' and (a is null) = (b is null) then 'coverage'
				when coalesce(a, 'unknown') <> coalesce(b, 'unknown') then coalesce(a, 'unknown') || ' to ' || coalesce(b, 'unknown') end as why
		  from unnest(labels, points, causes, old_values, new_values, actions) with ordinality x(label, p, cause, a, b, action, o)
		  where abs(p) >= 0.05 order by abs(p) desc, o limit n) most
$$;

-- ---------------------------------------------------------------------------
-- 4. Series
-- ---------------------------------------------------------------------------

-- In each position the band of that score among all of them.  In whole
-- numbers: p >= 0.75 is 2 below + ties - 1 >= 1.5 (n - 1).
create function oracle.health_quartile(scores float8[]) returns text[]
language sql immutable as $$
	select array_agg(
		case when x is null or n < 4 then null
			 when 2 * (2 * below + ties - 1) >= 3 * (n - 1) then 'healthy'
			 when 2 * (2 * below + ties - 1) <= n - 1 then 'unhealthy'
			 else 'at risk' end order by o)
	from (
		select o, x, (select count(y) from unnest(scores) y) as n,
			(select count(*) from unnest(scores) y where y < x) as below,
			(select count(*) from unnest(scores) y where y = x) as ties
		from unnest(scores) with ordinality a(x, o)
	) r
$$;

-- In each position what health_alert says on that day, the model of each day
-- beside it.  Days in order.
create function oracle.health_alert(models jsonb[], scores float8[], days date[]) returns text[]
language plpgsql immutable as $$
declare
	model jsonb;				-- that of the last score
	fall_by float8;
	within int;
	h float8;
	names text[];
	starts float8[];
	old_names text[];
	top int;
	band int;					-- 1 is the lowest; NULL before the first score
	old_band int;
	had_score boolean := false;	-- the last row had a score
	seen_from int := 1;			-- the maximum is taken over rows from here on
	highest float8;
	answer text[] := '{}';
	say text;
	s float8;
begin
	for i in 1 .. coalesce(cardinality(scores), 0) loop
		say := null;
		s := scores[i];
		if days[i] is null then
			null;				-- as if the row were not there
		elsif s is null then
			if had_score then
				say := 'score lost';
			end if;
			had_score := false;
		elsif model is distinct from models[i] then
			had_score := true;
			old_names := names;
			old_band := band;
			model := models[i];
			fall_by := coalesce(oracle.num(model->'alerts'->'drop'), 15);
			within := coalesce(oracle.num(model->'alerts'->'within_days'), 31);
			h := coalesce(oracle.num(model->'alerts'->'hysteresis'), 3);
			names := '{unhealthy,at risk,healthy}';
			starts := '{0,40,70}';
			if model ? 'bands' then
				select array_agg(b->>'name' order by oracle.num(b->'from')),
					array_agg(oracle.num(b->'from') order by oracle.num(b->'from'))
				into names, starts from jsonb_array_elements(model->'bands') b;
			end if;
			top := cardinality(names);
			select count(*) into band from unnest(starts) f where f <= s;
			-- worse: another name, and a lower place between the lowest and the highest
			if old_names[old_band] <> names[band] and top > 1 and cardinality(old_names) > 1
				and (band - 1)::numeric / (top - 1) < (old_band - 1)::numeric / (cardinality(old_names) - 1) then
				say := 'new model: ' || names[band];
			end if;
			seen_from := i;
		else
			had_score := true;
			old_band := band;
			while band > 1 and (s < starts[band] - h or s = 0) loop
				band := band - 1;
			end loop;
			while band < top and s >= least(starts[band + 1] + h, 100) loop
				band := band + 1;
			end loop;
			highest := null;
			for j in seen_from .. i - 1 loop
				if days[j] >= days[i] - within and scores[j] is not null then
					highest := greatest(highest, scores[j]);
				end if;
			end loop;
			if band = 1 and old_band > 1 then
				say := 'fell to ' || names[1];
				seen_from := i;
			elsif s <= highest - fall_by then
				say := 'sharp drop';
				seen_from := i;
			elsif band = top and old_band < top then
				say := 'recovered to ' || names[top];
			end if;
		end if;
		answer := answer || say;
	end loop;
	return answer;
end $$;

create function oracle.health_alert(model jsonb, scores float8[], days date[]) returns text[]
language sql immutable as $$
	select oracle.health_alert(array_fill(model, array[cardinality(scores)]), scores, days)
$$;

-- ---------------------------------------------------------------------------
-- 5. Random models and rows
-- ---------------------------------------------------------------------------
-- Every draw is a hash of the seed and of what it is for, so a draw does not
-- depend on those before it, on the plan or on the machine.

-- In [0, 1).
create function oracle.u(seed int, what text) returns float8
language sql immutable strict as $$
	select (hashtextextended(what, seed) & 4294967295) / 4294967296.0::float8
$$;

-- A whole number in lo .. hi.
create function oracle.whole(seed int, what text, lo int, hi int) returns int
language sql immutable strict as $$
	select lo + floor(oracle.u(seed, what) * (hi - lo + 1))::int
$$;

-- A row of customers as the tests by column name see it, one column for each
-- signal a random model may use (in every type a number may come in), and a
-- date for each.  Signals 3, 7, 11 are text, 5 is boolean.  A dropped column
-- and one no model knows stand in the way.
create table oracle.customer (
	gone int,
	s1 float8, s2 numeric, s3 text, s4 int, s5 boolean, s6 real,
	s7 varchar(20), s8 bigint, s9 smallint, "S ""10""" numeric(20, 3), s11 text, s12 float8,
	d1 date, d2 date, d3 date, d4 date, d5 date, d6 date,
	d7 date, d8 date, d9 date, d10 date, d11 date, d12 date,
	"at" date,
	note text
);
alter table oracle.customer drop column gone;

-- What values signal i has: ticks of "tick", from lo to hi.  real holds
-- eighths exactly, so a real column and a JSON number agree.
create table oracle.domains (i int primary key, name text, kind text, tick numeric, lo int, hi int, huge numeric);
insert into oracle.domains values
	(1, 's1', 'number', 0.1, -50, 250, 1e300), (2, 's2', 'number', 0.01, 0, 100, 1e30), (3, 's3', 'text', 0, 0, 0, 0),
	(4, 's4', 'number', 1, 0, 60, 2147483647), (5, 's5', 'boolean', 1, 0, 1, 0), (6, 's6', 'number', 0.125, -80, 80, 16777216),
	(7, 's7', 'text', 0, 0, 0, 0), (8, 's8', 'number', 1, 0, 5000, 9007199254740992), (9, 's9', 'number', 1, 0, 10, 32767),
	(10, 'S "10"', 'number', 0.001, -100000, 100000, 1e16), (11, 's11', 'text', 0, 0, 0, 0), (12, 's12', 'number', 0.5, 0, 200, 1e15);

-- The words a text signal may say: every model lists all of them.
create function oracle.words() returns text[]
language sql immutable as $$
	select array['negative', 'neutral', 'Positive', 'a "b"', '42', 'null']
$$;

-- A weight, with decimals, zeros and extremes among the plain ones.
create function oracle.random_weight(seed int, what text) returns numeric
language plpgsql immutable strict as $$
declare
	r float8 := oracle.u(seed, what);
begin
	return case
		when r < 0.10 then 0
		when r < 0.60 then oracle.whole(seed, what || ' whole', 1, 40)
		when r < 0.85 then oracle.whole(seed, what || ' cents', 1, 4000) * 0.01
		when r < 0.90 then 0.001
		when r < 0.95 then 1000000
		else oracle.whole(seed, what || ' third', 1, 100) / 3.0 end;
end $$;

-- A score 0..100, often a round one.
create function oracle.random_score(seed int, what text) returns numeric
language plpgsql immutable strict as $$
declare
	r float8 := oracle.u(seed, what);
begin
	return case
		when r < 0.15 then 0
		when r < 0.30 then 100
		when r < 0.80 then oracle.whole(seed, what || ' whole', 0, 100)
		else oracle.whole(seed, what || ' cents', 0, 10000) * 0.01 end;
end $$;

-- The same for scores that a model refuses as shares of 1.
create function oracle.random_percent(seed int, what text) returns numeric
language sql immutable strict as $$
	select case when s > 0 and s <= 1 then 1 + s else s end from oracle.random_score(seed, what) s
$$;

-- A valid model.  Another "variant" of one seed has the same signals and the
-- same rules (but for a few signals fewer), and other weights, policies, caps
-- and bands: a model as its owner edits it.
create function oracle.random_model(seed int, variant int default 0) returns jsonb
language plpgsql immutable as $$
declare
	v text := case when variant = 0 then '' else ' variant ' || variant end;
	by_points boolean := oracle.u(seed, 'method') < 0.3;
	dated boolean := oracle.u(seed, 'dated') < 0.4;
	grouped boolean := not by_points and oracle.u(seed, 'grouped') < 0.3;
	named_groups boolean := grouped or oracle.u(seed, 'named groups') < 0.4;
	how_many int := oracle.whole(seed, 'signals', 1, 12);
	group_count int;
	default_missing text;
	policy text;
	model jsonb := '{}';
	signals jsonb := '[]';
	groups jsonb := '{}';
	sig jsonb;
	limits jsonb;
	lim jsonb;
	d oracle.domains;
	numeric_names int[] := '{}';
	text_names text[] := '{}';
	tag text;
	r float8;
	a int;
	b int;
	k int := 0;
	x int;
	xs jsonb;
	p numeric;
	lo numeric;
	g text;
begin
	group_count := oracle.whole(seed, 'groups', 1, least(4, how_many));
	r := oracle.u(seed, 'missing' || v);
	default_missing := case when r < 0.4 then 'skip' when r < 0.55 then 'worst' when r < 0.75 then 'neutral'
							when r < 0.76 then 'fail' when r < 0.86 and not by_points then 'score' end;
	if default_missing is not null then
		model := model || jsonb_build_object('missing', case when default_missing = 'score'
			then to_jsonb(oracle.random_score(seed, 'missing score' || v)) else to_jsonb(default_missing) end);
	end if;

	for d in
		select * from oracle.domains where kind <> 'text' or not by_points
		order by oracle.u(seed, 'order ' || i), i limit how_many
	loop
		-- a variant forgets some signals, never the first
		if k > 0 and variant > 0 and not grouped and oracle.u(seed, 'forget ' || d.i || v) < 0.15 then
			continue;
		end if;
		k := k + 1;
		tag := d.i || v;
		sig := jsonb_build_object('name', d.name);

		-- weight: the first signal has one, so not all are 0
		if oracle.u(seed, 'has weight ' || tag) < 0.85 then
			p := oracle.random_weight(seed, 'weight ' || tag);
			sig := sig || jsonb_build_object('weight', case when k = 1 and p = 0 then 7 else p end);
		end if;

		policy := null;
		r := oracle.u(seed, 'own missing ' || tag);
		if r < 0.55 and r >= 0.45 and not by_points then
			policy := 'score';
			sig := sig || jsonb_build_object('missing', oracle.random_score(seed, 'own missing score ' || tag));
		elsif r < 0.45 then
			policy := case when r < 0.12 then 'skip' when r < 0.25 then 'worst' when r < 0.44 then 'neutral' else 'fail' end;
			sig := sig || jsonb_build_object('missing', policy);
		end if;
		policy := coalesce(policy, default_missing, 'skip');

		if grouped then
			-- each group at least once, the first signal in g1
			g := 'g' || case when k <= group_count then k else oracle.whole(seed, 'group ' || d.i, 1, group_count) end;
		elsif named_groups and oracle.u(seed, 'group ' || d.i) < 0.8 then
			g := 'g' || oracle.whole(seed, 'group ' || d.i, 1, 4);
		else
			g := null;
		end if;
		if g is not null then
			sig := sig || jsonb_build_object('group', g);
		end if;
		if oracle.u(seed, 'texts ' || d.i) < 0.2 then
			sig := sig || jsonb_build_object('label', 'Label of ' || d.name, 'unit', 'days', 'action', 'call ' || d.name, 'note', 'n');
		end if;

		if dated and oracle.u(seed, 'at ' || d.i) < 0.5 then
			sig := sig || jsonb_build_object('at', case when oracle.u(seed, 'one at ' || d.i) < 0.2 then 'at' else 'd' || d.i end);
			if oracle.u(seed, 'half life ' || d.i) < 0.7 then
				sig := sig || jsonb_build_object('half_life_days',
					case when oracle.u(seed, 'short ' || d.i) < 0.1 then 0.5 else oracle.whole(seed, 'days ' || d.i, 1, 180) end);
			end if;
			if oracle.u(seed, 'expires ' || d.i) < 0.6 then
				sig := sig || jsonb_build_object('expires_after_days', oracle.whole(seed, 'expiry ' || d.i, 0, 120));
			end if;
		end if;

		-- the rule
		if d.kind = 'text' then
			-- without some of the words only where there is a score for others
			text_names := text_names || d.name;
			r := oracle.u(seed, 'otherwise ' || d.i);
			sig := sig || jsonb_build_object('values',
				(select jsonb_object_agg(w, oracle.random_score(seed, 'word ' || d.i || w)) from unnest(oracle.words()) w
				 where r < 0.6 or w = 'neutral' or oracle.u(seed, 'listed ' || d.i || w) < 0.5));
			if r >= 0.5 then
				sig := sig || jsonb_build_object('otherwise', oracle.random_score(seed, 'other word ' || d.i));
			end if;
		else
			numeric_names := numeric_names || d.i;
			a := oracle.whole(seed, 'a ' || d.i, d.lo, d.hi);
			b := oracle.whole(seed, 'b ' || d.i, d.lo, d.hi);
			if a = b then
				b := a + 1;
			end if;
			r := oracle.u(seed, 'rule ' || d.i);
			if by_points then
				p := (oracle.whole(seed, 'points ' || d.i, -500, 500)) * 0.01
					 * case when d.hi * d.tick > 100 then 0.01 else 1 end;
				sig := sig || jsonb_build_object('points', p);
				lo := oracle.whole(seed, 'min ' || d.i, -30, 10);
				if policy = 'worst' or r < 0.4 then
					sig := sig || jsonb_build_object('min', lo);
				end if;
				if r between 0.2 and 0.7 then
					sig := sig || jsonb_build_object('max', lo + oracle.whole(seed, 'max ' || d.i, 0, 40));
				end if;
			elsif r < 0.35 then
				sig := sig || jsonb_build_object('worst', a * d.tick, 'best', b * d.tick);
			else
				xs := '[]';
				x := least(a, b);
				for j in 1 .. oracle.whole(seed, 'length ' || d.i, 1, 6) loop
					xs := xs || jsonb_build_array(jsonb_build_array(x * d.tick, oracle.random_score(seed, 'y ' || d.i || ' ' || j)));
					x := x + oracle.whole(seed, 'gap ' || d.i || ' ' || j, 1, greatest(1, (d.hi - d.lo) / 4));
				end loop;
				sig := sig || jsonb_build_object(case when r < 0.7 then 'curve' else 'steps' end, xs);
			end if;
		end if;
		signals := signals || jsonb_build_array(sig);
	end loop;
	model := model || jsonb_build_object('signals', signals);

	if by_points then
		model := model || '{"method": "points"}';
		if oracle.u(seed, 'has base' || v) < 0.8 then
			model := model || jsonb_build_object('base', oracle.random_score(seed, 'base' || v));
		end if;
	elsif oracle.u(seed, 'says mean') < 0.2 then
		model := model || '{"method": "mean"}';
	end if;

	if grouped then
		for j in 1 .. group_count loop
			p := oracle.random_weight(seed, 'group weight ' || j || v);
			groups := groups || jsonb_build_object('g' || j,
				jsonb_build_object('weight', case when j = 1 and p = 0 then 3 else p end));
		end loop;
		model := model || jsonb_build_object('groups', groups);
	end if;

	if oracle.u(seed, 'has min_coverage' || v) < 0.5 then
		model := model || jsonb_build_object('min_coverage', oracle.random_percent(seed, 'min_coverage' || v)
			* case when oracle.u(seed, 'high min_coverage' || v) < 0.3 then 1 else 0.6 end);
		if model->'min_coverage' <= '1' and model->'min_coverage' > '0' then
			model := model || '{"min_coverage": 1.5}';
		end if;
	end if;

	-- caps and floors
	for g in select unnest('{caps,floors}'::text[]) loop
		limits := '[]';
		for j in 1 .. case when numeric_names = '{}' or oracle.u(seed, g || v) < 0.4 then 0 else oracle.whole(seed, g || ' n' || v, 1, 3) end loop
			tag := g || j || v;
			if text_names <> '{}' and oracle.u(seed, tag || ' text') < 0.3 then
				-- a text that every list has
				lim := jsonb_build_object('signal', text_names[oracle.whole(seed, tag || ' name', 1, cardinality(text_names))], 'is', 'neutral');
			else
				select * into d from oracle.domains
				where i = numeric_names[oracle.whole(seed, tag || ' signal', 1, cardinality(numeric_names))];
				lim := jsonb_build_object('signal', d.name,
					case when oracle.u(seed, tag || ' side') < 0.5 then 'above' else 'below' end,
					oracle.whole(seed, tag || ' at', d.lo, d.hi) * d.tick);
			end if;
			limits := limits || jsonb_build_array(lim || jsonb_build_object('score', oracle.random_percent(seed, tag || ' score'))
				|| case when oracle.u(seed, tag || ' reason') < 0.5 then jsonb_build_object('reason', 'because ' || tag) else '{}' end);
		end loop;
		if limits <> '[]' then
			model := model || jsonb_build_object(g, limits);
		end if;
	end loop;

	-- bands: 1 to 5, at quarters so that a score may lie on the line
	if oracle.u(seed, 'has bands' || v) < 0.5 then
		model := model || jsonb_build_object('bands', (
			select jsonb_agg(jsonb_build_object('name', 'band ' || f, 'from', f)
							 || case when oracle.u(seed, 'color ' || f) < 0.5 then '{"color": "blue"}'::jsonb else '{}' end order by f)
			from (select 0::numeric as f union
				  select oracle.whole(seed, 'band ' || j || v, 5, 400) * 0.25
				  from generate_series(2, oracle.whole(seed, 'bands' || v, 1, 5)) j) t));
	end if;
	if oracle.u(seed, 'has alerts' || v) < 0.5 then
		model := model || jsonb_build_object('alerts', '{}'::jsonb
			|| case when oracle.u(seed, 'has drop' || v) < 0.7
					then jsonb_build_object('drop', oracle.whole(seed, 'drop' || v, 1, 120) * 0.25) else '{}' end
			|| case when oracle.u(seed, 'has within' || v) < 0.7
					then jsonb_build_object('within_days', oracle.whole(seed, 'within' || v, 1, 90)) else '{}' end
			|| case when oracle.u(seed, 'has hysteresis' || v) < 0.7
					then jsonb_build_object('hysteresis', oracle.whole(seed, 'hysteresis' || v, 0, 40) * 0.25) else '{}' end);
	end if;
	if oracle.u(seed, 'title') < 0.3 then
		model := model || '{"title": "A model", "version": "1", "owner": "team", "note": "n", "id": "m", "label": "l"}';
	end if;
	return model;
end $$;

-- The numbers at which something changes in a model: for one signal the ends
-- of its line, the points of its curve or steps, where its points meet min and
-- max, and the thresholds of caps and floors.
create function oracle.turning_points(model jsonb, name text) returns numeric[]
language sql immutable as $$
	with s as (select s from jsonb_array_elements(model->'signals') s where s->>'name' = name)
	select coalesce(array_agg(x order by x), '{}') from (
		select (s->>'worst')::numeric from s union
		select (s->>'best')::numeric from s union
		select (xy->>0)::numeric from s, jsonb_array_elements(coalesce(s->'curve', s->'steps', '[]')) xy union
		select round((s->>e)::numeric / nullif((s->>'points')::numeric, 0), 3) from s, unnest('{min,max}'::text[]) e union
		select coalesce(l->>'above', l->>'below')::numeric
		from jsonb_array_elements(coalesce(model->'caps', '[]') || coalesce(model->'floors', '[]')) l where l->>'signal' = name
	) t(x) where x is not null
$$;

-- A row of signals for a model, as of a day: every signal the models know (so
-- also keys this model does not), with absent keys, nulls, values on and next
-- to the model's turning points, extremes, and dates before, on and after
-- as_of.  "tame" leaves out the extremes, which in a sum of points (unlike in a
-- mean) would drown 1e-9 in rounding.
create function oracle.random_signals(model jsonb, seed int, as_of date, tame boolean default false) returns jsonb
language plpgsql immutable as $$
declare
	row jsonb := '{}';
	d oracle.domains;
	r float8;
	sparse float8 := case when oracle.u(seed, 'sparse') < 0.15 then 0.75 when oracle.u(seed, 'sparse') < 0.5 then 0.25 else 0.04 end;
	turns numeric[];
	v numeric;
	expires int;
	age int;
begin
	for d in select * from oracle.domains order by i loop
		-- the value
		r := oracle.u(seed, 'has value ' || d.i);
		if r < sparse / 2 then
			null;									-- no such key
		elsif r < sparse then
			row := row || jsonb_build_object(d.name, null);
		elsif d.kind = 'text' then
			row := row || jsonb_build_object(d.name,
				(oracle.words())[oracle.whole(seed, 'word ' || d.i, 1, cardinality(oracle.words()))]);
		elsif d.kind = 'boolean' then
			row := row || jsonb_build_object(d.name, oracle.u(seed, 'truth ' || d.i) < 0.5);
		else
			r := oracle.u(seed, 'value ' || d.i);
			turns := case when r < 0.45 then oracle.turning_points(model, d.name) else '{}' end;
			if r < 0.45 and turns <> '{}' then
				v := turns[oracle.whole(seed, 'turn ' || d.i, 1, cardinality(turns))];
				-- in the column's own ticks, so that every type holds it; mostly on the point itself
				v := round(v / d.tick) * d.tick
					 + d.tick * case when r < 0.25 then 0 when r < 0.35 then 1 else -1 end;
			elsif r < 0.49 and not tame then
				v := d.huge * case when r < 0.47 then 1 else -1 end;
			else
				v := oracle.whole(seed, 'tick ' || d.i, d.lo - (d.hi - d.lo) / 5, d.hi + (d.hi - d.lo) / 5) * d.tick;
			end if;
			row := row || jsonb_build_object(d.name, v);
		end if;

		-- its date
		r := oracle.u(seed, 'date ' || d.i);
		if r between 0.25 and 0.38 then
			expires := coalesce((jsonb_path_query_first(model, '$.signals[*] ? (@.name == $n).expires_after_days',
														jsonb_build_object('n', d.name)))::int, 30);
		end if;
		age := case when r < 0.15 then 0 when r < 0.20 then -1 when r < 0.25 then -oracle.whole(seed, 'future ' || d.i, 1, 60)
					when r < 0.32 then expires when r < 0.38 then expires + 1
					when r < 0.85 then oracle.whole(seed, 'age ' || d.i, 0, 60)
					when r < 0.92 then oracle.whole(seed, 'old ' || d.i, 0, 400) end;
		if age is not null or r < 0.96 then
			row := row || jsonb_build_object('d' || d.i, to_char(as_of - age, 'YYYY-MM-DD'));
		end if;
	end loop;
	if oracle.u(seed, 'at') < 0.9 then
		row := row || jsonb_build_object('at', to_char(as_of - oracle.whole(seed, 'at age', -3, 90), 'YYYY-MM-DD'));
	end if;
	return row;
end $$;

-- A model and its row, then perhaps another model and another row: what one
-- comparison is made of.
create function oracle.triple(seed int, out m0 jsonb, out s0 jsonb, out d0 date, out m1 jsonb, out s1 jsonb, out d1 date)
language plpgsql immutable as $$
declare
	r float8 := oracle.u(seed, 'after');
	tame boolean;
begin
	m0 := oracle.random_model(seed);
	m1 := case when r < 0.4 then m0 when r < 0.75 then oracle.random_model(seed, 1)
			   else oracle.random_model(oracle.whole(seed, 'other', 1, 2000000000)) end;
	-- sums of points are compared to 1e-9 too
	tame := m0->>'method' = 'points' or m1->>'method' = 'points';
	d0 := date '2026-01-31' + oracle.whole(seed, 'as_of', 0, 300);
	d1 := d0 + oracle.whole(seed, 'later', -10, 60);
	s0 := oracle.random_signals(m0, seed, d0, coalesce(tame, false));
	s1 := oracle.random_signals(m1, oracle.whole(seed, 'row after', 1, 2000000000), d1, coalesce(tame, false));
	-- some signals stay as they are
	s1 := s1 || coalesce((select jsonb_object_agg(key, value) from jsonb_each(s0) where oracle.u(seed, 'same ' || key) < 0.3), '{}');
	-- models without dates need no as_of
	if not jsonb_path_exists(m0, '$.signals[*].at') and not jsonb_path_exists(m1, '$.signals[*].at')
		and oracle.u(seed, 'no as_of') < 0.5 then
		d0 := null;
		d1 := null;
	end if;
end $$;

-- The values of a model in model order, for the calls by position.
create function oracle.by_position(model jsonb, signals jsonb) returns float8[]
language sql immutable as $$
	select array_agg(oracle.num(signals->(s->>'name')) order by o)
	from jsonb_array_elements(model->'signals') with ordinality a(s, o)
$$;

-- A series of scores: a walk in quarters with jumps, zeros, hundreds, ties and
-- NULLs.  Quarters are exact in float8, so a drop of exactly "drop" is one.
create function oracle.random_scores(seed int, n int) returns float8[]
language plpgsql immutable as $$
declare
	s float8 := oracle.whole(seed, 'start', 0, 400) * 0.25;
	series float8[] := '{}';
	r float8;
begin
	for i in 1 .. n loop
		r := oracle.u(seed, 'kind ' || i);
		s := case when r < 0.06 then 0 when r < 0.10 then 100
				  when r < 0.25 then oracle.whole(seed, 'jump ' || i, 0, 400) * 0.25
				  when r < 0.40 then s
				  else greatest(0, least(100, s + oracle.whole(seed, 'step ' || i, -40, 40) * 0.25)) end;
		series := series || case when oracle.u(seed, 'null ' || i) < 0.12 then null else s end;
	end loop;
	return series;
end $$;

-- A model for each day: now and then another one takes over.
create function oracle.random_models(seed int, n int, a jsonb, b jsonb) returns jsonb[]
language sql immutable as $$
	select array_agg(case when turns % 2 = 0 then a else b end order by i)
	from (select i, sum((oracle.u(seed, 'turn ' || i) < 0.15)::int) over (order by i) as turns from generate_series(1, n) i) t
$$;

-- n days that strictly increase, some far apart; with_nulls: some are NULL.
create function oracle.random_days(seed int, n int, with_nulls boolean default false) returns date[]
language sql immutable as $$
	select array_agg(case when with_nulls and oracle.u(seed, 'no day ' || i) < 0.05 then null else day end order by i)
	from (select i, date '2025-01-01' + (sum(case when oracle.u(seed, 'far ' || i) < 0.1
						then oracle.whole(seed, 'gap ' || i, 20, 60) else oracle.whole(seed, 'gap ' || i, 1, 8) end)
					over (order by i))::int as day
		  from generate_series(1, n) i) t
$$;
