{% macro retention_timeline(relation, from_day, to_day, as_of, started='started', ended='ended', bucket='month', by=[], where=none) -%}
{{ chs.ask('retention_timeline', 'flow_agg(' ~ started ~ ', ' ~ ended ~ ', ' ~ chs.bucket(bucket) ~ ')', relation,
           [chs.day(from_day), chs.day(to_day), chs.day(as_of)], by, where) }}
{%- endmacro %}
