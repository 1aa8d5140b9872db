with slices as (

    select
        funnel_date,
        max(case when category = 'All' and discount_state = 'All' then sessions_viewed end)
            as whole,
        max(case when category <> 'All' or discount_state <> 'All' then sessions_viewed end)
            as part,
        sum(case when category <> 'All' and discount_state <> 'All' then sessions_viewed end)
            as parts
    from {{ ref('sales_funnel') }}
    group by 1

)

select * from slices
where whole is null or part > whole or parts < whole
