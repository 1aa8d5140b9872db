{#- No row stands twice, nulls being equal: the key of a model is all of its columns. -#}
{% test distinct_rows(model) %}

select count(*) as repeated_rows
from (select * from {{ model }}) as every_row
having count(*) > (select count(*) from (select distinct * from {{ model }}) as distinct_row)

{% endtest %}
