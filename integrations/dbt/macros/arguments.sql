{#- What the other macros write arguments with; they may be called, too. -#}

{#- A day: '2026-06-30' becomes a date, anything else is SQL and goes into brackets. -#}
{% macro day(value) -%}
    {%- if modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', value | string) -%}
        date '{{ value }}'
    {%- else -%}
        ({{ value }})
    {%- endif -%}
{%- endmacro %}

{#- A bucket: the name of one, or a list of days between which the buckets lie. -#}
{% macro bucket(value) -%}
    {%- if value is string -%}
        {%- if value not in ['day', 'week', 'month', 'quarter', 'year'] -%}
            {{ exceptions.raise_compiler_error("a bucket is 'day', 'week', 'month', 'quarter', 'year' or a list of days, not '" ~ value ~ "'") }}
        {%- endif -%}
        '{{ value }}'
    {%- else -%}
        array[
        {%- for boundary in value -%}
            {{ chs.day(boundary) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
        ]
    {%- endif -%}
{%- endmacro %}

{#- A text, with its quotes doubled. -#}
{% macro text(value) -%}
    '{{ value | replace("'", "''") }}'
{%- endmacro %}

{#- A column of days; with a zone, of moments whose day is that of the zone. -#}
{% macro activity(customer, day, zone) -%}
    activity_agg({{ customer }}, {{ day }}{{ ', ' ~ chs.text(zone) if zone }})
{%- endmacro %}

{#- The function over the summary of all rows, or of each group of the columns "by". -#}
{% macro ask(function, aggregate, relation, arguments, by, where) -%}
    {%- if by -%}
select g.{{ by | join(', g.') }}, t.*
from (
    select {{ by | join(', ') }}, {{ aggregate }} as s
    from {{ relation }}
    {%- if where %}
    where {{ where }}
    {%- endif %}
    group by {{ by | join(', ') }}
) as g
cross join lateral {{ function }}(g.s, {{ arguments | join(', ') }}) as t
    {%- else -%}
select *
from {{ function }}((
    select {{ aggregate }}
    from {{ relation }}
    {%- if where %}
    where {{ where }}
    {%- endif %}
), {{ arguments | join(', ') }})
    {%- endif -%}
{%- endmacro %}
