"""Pipeline: rows and builds by day, reasons of the quarantine."""

PIPELINE_DAYS = """
select health_date, rows_received, rows_backfill, rows_live, rows_import, duplicates, quarantined,
    rows_staged, dead_letters, rows_streamed, rows_late, builds, green_builds, last_green_build_at,
    tests_passed, tests_warned, tests_failed, failed_nodes, warned_tests, marts_age_seconds
from pipeline_health
order by health_date"""

QUARANTINE_REASONS = """
select reason, count(*) as events, max(event_timestamp) as newest
from quarantined_events
group by reason
order by events desc, reason"""
