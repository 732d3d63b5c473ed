"""EDGAR's nightly archives `submissions.zip` and `companyfacts.zip`: about 950,000 members in one file.

`directory` reads what is in an archive, `members` reads members out of it, `submissions` turns members into the filings
index, `ledger` remembers which members were read, `choice` decides between an archive and many requests. Fetching the
archives is `EdgarClient.archive`; company facts need XBRL and are in `pipeline.bulk_facts`.
"""
