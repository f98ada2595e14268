{% macro health_score(relation, as_of, models=none, using=[], model=none) -%}
    {%- if (models is none) == (model is none) -%}
        {{ exceptions.raise_compiler_error("health_score takes models, a relation with a column model, or model, its JSON") }}
    {%- endif -%}
select
    v.*,
    h.score,
    health_band(m.model, h.score) as band,
    health_color(m.model, h.score) as color,
    health_coverage(m.model, v, {{ chs.day(as_of) }}) as coverage,
    health_drivers(m.model, v, {{ chs.day(as_of) }}) as drivers
from {{ relation }} as v
    {%- if model is not none %}
cross join (select cast({{ chs.text(model) }} as healthmodel) as model) as m
    {%- elif using %}
join {{ models }} as m using ({{ using | join(', ') }})
    {%- else %}
cross join {{ models }} as m
    {%- endif %}
cross join lateral health_score(m.model, v, {{ chs.day(as_of) }}) as h(score)
{%- endmacro %}
