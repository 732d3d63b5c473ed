"""What rows stand for on their way from facts to `financials`: the keys that all steps share."""

FILING = ("cik", "accession_number")

SLOT = (*FILING, "line_item", "period_start", "period_end")
"""What one row of the result stands for."""

PERIOD = ("cik", "line_item", "period_start", "period_end")
"""What rows are versions of."""
