{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

{{ chs.health_score(source('saas', 'customer_signals'), as_of=var('as_of'), models=ref('models'), using=['stage']) }}
