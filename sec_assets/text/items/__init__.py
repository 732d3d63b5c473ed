"""Items of 10-K, 10-Q, 8-K and 20-F filings: which there are, where they begin, what they say."""

from sec_assets.text.items.split import FilingDocument, SplitFailure, SplitText, split_filings, split_text

__all__ = ["FilingDocument", "SplitFailure", "SplitText", "split_filings", "split_text"]
