{% macro mrr_movements(relation, from_day, to_day, as_of, customer='customer_id', started='started', ended='ended', mrr='mrr',
                       bucket='month', definition='boundary', reactivation_days=none, by=[], where=none) -%}
    {%- set arguments = [chs.bucket(bucket), chs.day(from_day), chs.day(to_day), chs.day(as_of)] -%}
    {%- if definition != 'boundary' or reactivation_days is not none -%}
        {%- do arguments.append(chs.text(definition)) -%}
    {%- endif -%}
    {%- if reactivation_days is not none -%}
        {%- do arguments.append(reactivation_days) -%}
    {%- endif -%}
{{ chs.ask('mrr_movements', 'subscription_agg(' ~ [customer, started, ended, mrr] | join(', ') ~ ')', relation, arguments, by, where) }}
{%- endmacro %}
