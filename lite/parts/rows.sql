--
-- rows: the summaries that are rows of customers
--

CREATE TYPE subscriptionrow AS (customer text, started date, ended date, mrr numeric);
COMMENT ON TYPE subscriptionrow IS 'a subscription: MRR from started to before ended (NULL: open)';

CREATE TYPE subscriptionsummary AS (rows subscriptionrow[]);
COMMENT ON TYPE subscriptionsummary IS 'subscriptions of customers, as rows';

CREATE TYPE activityrow AS (customer text, day date);
COMMENT ON TYPE activityrow IS 'an active day of a customer';

CREATE TYPE activitysummary AS (rows activityrow[]);
COMMENT ON TYPE activitysummary IS 'active days of customers, as rows';

CREATE TYPE purchaserow AS (customer text, day date, amount numeric);
COMMENT ON TYPE purchaserow IS 'an order, or a refund with a negative amount';

CREATE TYPE purchasesummary AS (rows purchaserow[]);
COMMENT ON TYPE purchasesummary IS 'orders and refunds of customers, as rows';

--@each summary row: subscriptionsummary subscriptionrow, activitysummary activityrow, purchasesummary purchaserow
CREATE FUNCTION @summary@_final(rows @row@[]) RETURNS @summary@
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	RETURN ROW(rows)::@summary@;
COMMENT ON FUNCTION @summary@_final(@row@[]) IS 'end of an aggregate: the summary; NULL for NULL';

CREATE FUNCTION combine(a @summary@, b @summary@) RETURNS @summary@
	LANGUAGE sql IMMUTABLE PARALLEL SAFE
	RETURN CASE WHEN a IS NULL THEN b WHEN b IS NULL THEN a ELSE ROW((a).rows || (b).rows)::@summary@ END;
COMMENT ON FUNCTION combine(@summary@, @summary@) IS 'both summaries together; a NULL side counts nothing, NULL for two NULLs';

CREATE FUNCTION @summary@_rollup(summaries @summary@[]) RETURNS @summary@
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
	SELECT ROW(ARRAY(SELECT r FROM unnest(summaries) AS s, unnest(s.rows) AS r))::@summary@
	FROM unnest(summaries) AS s
	HAVING count(s.rows) > 0;
END;
COMMENT ON FUNCTION @summary@_rollup(@summary@[]) IS 'end of rollup: all summaries together; NULL when there was none';

CREATE AGGREGATE rollup(@summary@) (
	SFUNC = array_append, STYPE = @summary@[], INITCOND = '{}',
	FINALFUNC = @summary@_rollup, COMBINEFUNC = array_cat,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE rollup(@summary@) IS 'all summaries together; skips NULL, NULL when there was none';
--@end
