"""Signals, declared one by one."""
