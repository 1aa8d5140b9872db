{#-
dbt's own asks the warehouse whether the table is there. Without introspection (dbt compile
--no-introspect) nothing may be asked: then the variable `compile_incremental` says what to compile.
-#}
{% macro is_incremental() -%}
    {%- if execute and not flags.INTROSPECT -%}
        {{ return(model.config.materialized == 'incremental' and var('compile_incremental', false)) }}
    {%- endif -%}
    {{ return(dbt.is_incremental()) }}
{%- endmacro %}
