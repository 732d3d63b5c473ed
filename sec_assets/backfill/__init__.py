"""The backfill command: which companies are next (`plan`), who works on them (`drive`, `lane`), what is shown (`progress`, `board`).

It drives Dagster: every batch is a run of the job `backfill` over a range of partitions. What is done for a company is
in `assets` and `pipeline`; the command line is `cli_backfill`.
"""
