"""An exact, point-in-time database of SEC EDGAR, built with Dagster."""
