"""Schedules, off until switched on in the UI; times are New York's, where EDGAR's day is."""

import dagster as dg

from sec_assets.jobs import serving_job, universe_job

daily_universe = dg.ScheduleDefinition(
    name="daily_universe",
    job=universe_job,
    cron_schedule="0 5 * * 1-5",
    execution_timezone="America/New_York",
    description="Tickers change rarely; once before EDGAR opens at 06:00 is enough.",
)

nightly_serving = dg.ScheduleDefinition(
    name="nightly_serving",
    job=serving_job,
    cron_schedule="30 22 * * 1-5",
    execution_timezone="America/New_York",
    description="After EDGAR closes at 22:00: warehouse and report with the day's filings.",
)

ALL_SCHEDULES = [daily_universe, nightly_serving]
