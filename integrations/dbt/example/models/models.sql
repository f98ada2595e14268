-- the model of each stage that holds on the day
select stage, model
from saas_health.models_on({{ chs.day(var('as_of')) }})
