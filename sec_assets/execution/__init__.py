"""Dask executor and fan-out."""
