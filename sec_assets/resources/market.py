"""Prices and headlines as a resource: which sources are asked, in which order, comes from the settings."""
