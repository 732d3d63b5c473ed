"""From XBRL facts to comparable financials: one pass over many companies, exact, and every version kept.

`standardize(facts)` takes table `xbrl_facts` and returns table `financials`. Six steps, one module each:

1. `select.py` – a filing may tag one idea with one of many concepts. Each line item lists its candidates, best first,
   in one table (`line_items.toml`). Per filing and period the first candidate wins that is not stale, and `rule` says which
   choice it was and why. Totals only; where one is reported by dimensions alone, `dimensioned.py` recovers it if the
   filing proves how.
2. `fiscal.py` – the kind of period by its length, and the fiscal year and quarter by the company's own calendar.
3. `formulas.py` – items a filing leaves out but implies: gross profit, total liabilities, free cash flow, …
4. `withheld.py` – values that the filing's own numbers prove wrong: the row stays, without value, with the reason.
5. `quarters.py` – quarters no report gives: Q4 = FY − 9M, and likewise Q2 and Q3 of cumulative cash flows.
6. `gaps.py` – fourth quarters that stay unknown: a row without value, with the reason.

Rows of steps 3 and 5 have `is_derived` true and their arithmetic in `rule`. A derived row belongs to the filing that
completed its inputs, so nothing is known before it was public. Values are Decimal(38, 12) throughout.

Every filing's value is a row: a year is reported three times, as itself and as a comparative, and a restatement shows
as a changed value. `latest` gives the newest version of each, `as_of` the newest that was public at an instant.

Signs are the taxonomies': expenses and payments are positive, so free cash flow = operating cash flow − capex.
Amounts stay in the currency reported, in `unit`; figures per share stay on the basis of shares at filing (splits
are not undone here).
"""

from sec_assets.xbrl.standardize.line_items import items_frame, line_items
from sec_assets.xbrl.standardize.pipeline import standardize
from sec_assets.xbrl.standardize.versions import as_of, latest

__all__ = ["as_of", "items_frame", "latest", "line_items", "standardize"]
