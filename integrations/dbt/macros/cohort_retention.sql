{% macro cohort_retention(relation, from_day, to_day, as_of, customer='customer_id', day='day', zone=none, bucket='month', mode='on',
                          entry=none, entry_customer='customer_id', entry_day='day', by=[], where=none) -%}
    {%- set arguments = [chs.bucket(bucket), chs.day(from_day), chs.day(to_day), chs.day(as_of)] -%}
    {%- if mode != 'on' -%}
        {%- do arguments.append(chs.text(mode)) -%}
    {%- endif -%}
    {%- if entry is none -%}
{{ chs.ask('cohort_retention', chs.activity(customer, day, zone), relation, arguments, by, where) }}
    {%- elif by -%}
        {{ exceptions.raise_compiler_error("cohort_retention takes entry or by, not both") }}
    {%- else -%}
select *
from cohort_retention((
    select {{ chs.activity(entry_customer, entry_day, none) }}
    from {{ entry }}
), (
    select {{ chs.activity(customer, day, zone) }}
    from {{ relation }}
    {%- if where %}
    where {{ where }}
    {%- endif %}
), {{ arguments | join(', ') }})
    {%- endif -%}
{%- endmacro %}
