with totals as (

    select 'days' as mart, sum(net_revenue) as net_revenue from {{ ref('daily_revenue') }}
    union all
    select 'product days', sum(net_revenue) from {{ ref('daily_product_kpis') }}
    union all
    select 'products', sum(lifetime_net_revenue) from {{ ref('product_kpis') }}
    union all
    select 'customers', sum(net_revenue) - coalesce((
        select sum(case when lines.is_refund then lines.amount else 0 end)
        from {{ ref('int_sale_lines') }} as lines
        left join {{ ref('customers') }} as customers using (user_id)
        where customers.user_id is null
    ), 0) from {{ ref('customers') }}

)

select min(net_revenue), max(net_revenue) from totals
having min(net_revenue) <> max(net_revenue)
