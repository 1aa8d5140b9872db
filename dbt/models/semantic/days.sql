{{ config(materialized='view') }}

with clock as (

    select * from {{ ref('pipeline_clock') }}

)

select cast(item as date) as calendar_date
from clock, {{ date_series('clock.first_date', 'clock.as_of_date') }}
