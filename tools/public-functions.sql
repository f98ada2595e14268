-- The functions and aggregates of chs that a user calls: not what types,
-- operators, casts and aggregates are made of, or the planner asks.  (`combine` and finals such as
-- `nps` are both.)
CREATE TEMP VIEW public_function AS
WITH member AS (
	SELECT d.classid, d.objid AS oid FROM pg_depend AS d
	JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
	WHERE e.extname = 'chs' AND d.deptype = 'e'),
part AS (
	SELECT unnest(ARRAY[typinput, typoutput, typreceive, typsend]) AS oid FROM pg_type
	UNION SELECT oprcode FROM pg_operator
	UNION SELECT amproc FROM pg_amproc
	UNION SELECT castfunc FROM pg_cast
	UNION SELECT prosupport FROM pg_proc
	UNION SELECT unnest(ARRAY[aggtransfn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn]) FROM pg_aggregate)
SELECT p.* FROM member JOIN pg_proc AS p USING (oid)
WHERE member.classid = 'pg_proc'::regclass
	AND (proname = 'combine' OR p.oid NOT IN (SELECT oid FROM part))
	AND NOT (proname ~ '_final$' AND p.oid IN (SELECT unnest(ARRAY[aggfinalfn, aggmfinalfn]) FROM pg_aggregate));
