-- Rules that every object of chs keeps, read from the catalogs: whoever adds
-- an object is judged here without a line of test.  Each query lists those
-- that break its rule, so each must return no rows.
CREATE TEMP VIEW own AS
  SELECT classid, objid, pg_describe_object(classid, objid, 0) AS object
    FROM pg_depend
   WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
     AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs');
CREATE TEMP VIEW routine AS
  SELECT own.object, p.*, l.lanname
    FROM own JOIN pg_proc p ON own.classid = 'pg_proc'::regclass AND p.oid = own.objid
    JOIN pg_language l ON l.oid = p.prolang;
CREATE TEMP VIEW aggregate AS
  SELECT routine.object, routine.proparallel, a.*
    FROM routine JOIN pg_aggregate a ON a.aggfnoid = routine.oid;

-- every object that a user can see has a comment of one line
SELECT object FROM own
 WHERE coalesce(obj_description(objid, classid::regclass::name), '') !~ '^[^\n]+$'
   AND NOT (classid = 'pg_type'::regclass
            AND (SELECT typelem <> 0 AND typlen = -1 FROM pg_type WHERE oid = objid))
 ORDER BY 1;

-- C symbols begin with chs_; no function has the rights or settings of its owner
SELECT object, prosrc FROM routine
 WHERE lanname = 'c' AND prosrc !~ '^chs_' ORDER BY 1;
SELECT object FROM routine
 WHERE prosecdef OR proconfig IS NOT NULL OR proleakproof ORDER BY 1;

-- nothing reads tables, clocks or settings: immutable and safe in parallel
SELECT object, provolatile, proparallel FROM routine
 WHERE provolatile <> 'i' OR proparallel <> 's' ORDER BY 1;

-- languages: C, aggregates, and SQL whose body is parsed when it is created
SELECT object, lanname FROM routine
 WHERE NOT (lanname = 'c' OR prokind = 'a' OR lanname = 'sql' AND prosqlbody IS NOT NULL)
 ORDER BY 1;

-- aggregates work in parallel; a state of type internal could not be stored
SELECT object FROM aggregate
 WHERE aggkind = 'n' AND aggcombinefn = 0 ORDER BY 1;
SELECT object FROM aggregate
 WHERE aggtranstype = 'internal'::regtype AND (aggserialfn = 0 OR aggdeserialfn = 0)
 ORDER BY 1;

-- types: no underscore in a name, text and binary forms both ways
SELECT own.object FROM own JOIN pg_type t ON classid = 'pg_type'::regclass AND t.oid = objid
 WHERE typelem = 0 AND (typname ~ '_' OR typtype = 'b' AND (typreceive = 0 OR typsend = 0))
 ORDER BY 1;

-- no relation: chs stores nothing of its own
SELECT own.object FROM own JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
 WHERE relkind <> 'c' ORDER BY 1;

-- comparison operators tell the planner how selective they are
SELECT own.object FROM own JOIN pg_operator o ON classid = 'pg_operator'::regclass AND o.oid = objid
 WHERE oprresult = 'bool'::regtype AND (oprrest = 0 OR oprjoin = 0) ORDER BY 1;
