select v.answer, v.answered_on, c.segment
from {{ source('saas', 'surveys') }} as v
join {{ source('saas', 'customers') }} as c on c.id = v.customer_id
where v.kind = 'nps'
