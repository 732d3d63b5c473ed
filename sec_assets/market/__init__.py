"""Prices and indicators."""
