{% macro activity_rolling(relation, from_day, to_day, as_of, windows=[1, 7, 30], step_days=1, customer='customer_id', day='day', zone=none,
                          by=[], where=none) -%}
    {%- set arguments = ['array[' ~ windows | join(', ') ~ ']', chs.day(from_day), chs.day(to_day), chs.day(as_of)] -%}
    {%- if step_days != 1 -%}
        {%- do arguments.append(step_days) -%}
    {%- endif -%}
{{ chs.ask('activity_rolling', chs.activity(customer, day, zone), relation, arguments, by, where) }}
{%- endmacro %}
