"""Campaigns against a loopback EDGAR: long, seeded and bounded; `make soak`, `make faults`, `make two-hosts`."""
