"""Items of filings, news, sentiment."""
