{{ config(materialized='ephemeral') }}

{%- set rows = adapter.quote('rows') %}

with ages as (

    select * from {{ source('raw', 'arrival_ages') }}

)

select
    event_date,
    sum({{ rows }}) as rows_streamed,
    sum(case when age_class <> 'under_1_minute' then {{ rows }} else 0 end) as rows_late,
    sum(case when age_class = 'under_1_hour' then {{ rows }} else 0 end) as late_under_1_hour,
    sum(case when age_class = 'under_1_day' then {{ rows }} else 0 end) as late_under_1_day,
    sum(case when age_class = 'under_7_days' then {{ rows }} else 0 end) as late_under_7_days,
    sum(case when age_class = '7_days_and_more' then {{ rows }} else 0 end) as late_7_days_and_more
from ages
group by 1
