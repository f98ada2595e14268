-- contracts in one currency, with the segment of their customer
select s.customer_id, c.segment, s.started, s.ended, s.mrr * r.to_eur as mrr
from {{ source('saas', 'subscriptions') }} as s
join {{ source('saas', 'reporting_rates') }} as r using (currency)
join {{ source('saas', 'customers') }} as c on c.id = s.customer_id
