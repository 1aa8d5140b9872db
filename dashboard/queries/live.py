"""Live: raw events, and the names of their products."""

LIVE_EVENTS = """
select event_id, event_timestamp, event_type, user_id, session_id, product_id, sale_price, quantity,
    on_sale
from live_events
where event_timestamp > $begin and event_timestamp <= $until"""

PRODUCT_NAMES = """
select product_id, product_name
from product_kpis"""
