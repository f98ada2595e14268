{% macro nps(relation, answer='answer', by=[], where=none) -%}
select
    {%- for column in by %}
    {{ column }},
    {%- endfor %}
    nps({{ answer }}) as nps,
    nps_margin(survey_agg({{ answer }})) as margin,
    responses(survey_agg({{ answer }})) as responses
from {{ relation }}
{%- if where %}
where {{ where }}
{%- endif %}
{%- if by %}
group by {{ by | join(', ') }}
{%- endif %}
{%- endmacro %}
