-- one row for each time a customer stayed: contracts that touch or overlap are one
select customer_id, segment, lower(life) as started, upper(life) as ended
from (
    select customer_id, segment, unnest(range_agg(daterange(started, ended))) as life
    from {{ ref('contracts') }}
    where mrr > 0
    group by customer_id, segment
) as l
