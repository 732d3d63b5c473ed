"""Polite access to sources other than EDGAR."""
