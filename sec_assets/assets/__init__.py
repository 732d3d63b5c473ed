"""Dagster assets: thin functions over the library."""
