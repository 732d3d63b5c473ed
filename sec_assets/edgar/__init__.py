"""EDGAR: addresses, shapes, transport."""
