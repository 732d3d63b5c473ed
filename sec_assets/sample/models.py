"""The invented companies as models of any number of others: the same papers under another name, CIK and ticker.

A copy differs from its model in who it is, not in what it reports; prices are on a level of their own. Copies have CIKs
from 0009100001 on, which EDGAR does not use. Where copies are written to is `mirror.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase

import polars as pl

from sec_assets.sample import companyfacts, folder, market, submissions
from sec_assets.sample.filings import Filing, filings_of
from sec_assets.sample.packaged import noise
from sec_assets.sample.universe import Company, companies

FIRST_CIK = 9_100_001
MOST_COMPANIES = 100_000
"""Tickers of five letters begin with an X; those of companies with two classes leave three letters to tell them apart."""

_WORD = "Example"  # every invented name begins with it, and its copies' with as many characters


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a copy is: what takes the place of what in its model's papers, always as many bytes."""

    cik: str
    name: str
    tickers: tuple[tuple[str, str | None], ...]
    changes: tuple[tuple[bytes, bytes], ...]

    def apply(self, body: bytes) -> bytes:
        """Return a paper of the model as the copy's own."""
        for old, new in self.changes:
            body = body.replace(old, new)
        return body

    def apply_to_text(self, text: str) -> str:
        """Return an address or a name of the model as the copy's own."""
        return self.apply(text.encode()).decode()


@dataclass(frozen=True, slots=True)
class Model:
    """A company with its papers rendered: bytes by address (HOST/PATH), bars by ticker."""

    company: Company
    submissions: dict[str, bytes]
    facts: bytes
    documents: dict[str, bytes]
    bars: dict[str, pl.DataFrame]

    def copy(self, place: int) -> Identity:
        """Return who the copy at this place of the universe is, from 0."""
        cik = f"{FIRST_CIK + place:010d}"
        prefix = self.company.prefix
        # one of two classes has a shorter prefix: counted among its own kind it lasts for as many companies
        number = place // len(models()) if len(prefix) < 5 else place
        other = "x" + _letters(number, len(prefix) - 1)
        word = f"E{place + 1:0{len(_WORD) - 1}d}"
        changes = {
            self.company.cik[3:]: cik[3:], _WORD: word, _WORD.upper(): word, prefix: other, prefix.upper(): other.upper(),
        }  # fmt: skip
        tickers = tuple(
            (share.ticker.replace(prefix.upper(), other.upper()), share.exchange) for share in self.company.classes
        )
        return Identity(
            cik,
            self.company.name.replace(_WORD, word),
            tickers,
            tuple((old.encode(), new.encode()) for old, new in changes.items()),
        )

    def bars_of(self, copy: Identity) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield ticker and bars of the copy: its model's, on another level; columns as in a CSV file of Yahoo's."""
        level = round(2.0 ** (1.5 * noise(copy.cik, "level")), 4)
        priced = ("Open", "High", "Low", "Close", "Adj Close")
        for (ticker, _), bars in zip(copy.tickers, self.bars.values(), strict=True):
            yield ticker, bars.with_columns((pl.col(priced) * level).round(4))


@lru_cache(maxsize=1)
def models() -> tuple[Model, ...]:
    """Return the models: invented companies with XBRL and prices, and nothing broken. About 25 MB."""
    chosen = [
        company
        for company in companies().values()
        if not company.real and company.has_xbrl and not company.given.keys() & {"broken", "quiet", "since"}
    ]
    return tuple(_rendered(company) for company in chosen)


def model_of(place: int) -> Model:
    """Return the model of the company at this place of a universe."""
    return models()[place % len(models())]


def _letters(number: int, length: int) -> str:
    found = ""
    for _ in range(length):
        number, letter = divmod(number, len(ascii_lowercase))
        found = ascii_lowercase[letter] + found
    return found


def _rendered(company: Company) -> Model:
    name = f"CIK{company.cik}"
    main, older = submissions.submissions(company), submissions.older_page(company)
    lists = {f"{name}.json": main} | ({f"{name}-submissions-001.json": older} if older else {})
    documents = {address: body for filing in filings_of(company.cik) for address, body in _papers(company, filing)}
    return Model(
        company=company,
        submissions=lists,
        facts=companyfacts.companyfacts(company) or b"",
        documents=documents,
        bars={share.ticker: _bars(share.ticker) for share in company.classes},
    )


def _papers(company: Company, filing: Filing) -> Iterator[tuple[str, bytes]]:
    above = f"www.sec.gov/Archives/edgar/data/{int(company.cik)}"
    base = f"{above}/{filing.folder}"
    yield f"{base}/index.json", folder.index_json(company.cik, filing)
    if filing.form in {"8-K", "6-K"}:  # their exhibits can be told by the index page only
        yield f"{above}/{filing.accession}-index.html", folder.index_html(company.cik, filing)
    for listed in folder.documents_of(filing):
        body = folder.body_of(filing, listed)
        if body is not None:
            yield f"{base}/{listed.name}", body


def _bars(ticker: str) -> pl.DataFrame:
    """The bars of a ticker as Yahoo tells them: prices after splits, and the close after dividends as well."""
    raw = market.prices(ticker)
    if raw is None:
        raise ValueError(f"the sample has no prices of {ticker}")
    step = pl.col("split_factor").shift(-1).fill_null(1.0).cum_prod(reverse=True)
    kept = 1 - pl.col("dividend") * pl.col("split_factor") / pl.col("close").shift(1)
    after_dividends = kept.shift(-1).fill_null(1.0).cum_prod(reverse=True)
    return raw.select(
        pl.col("date").alias("Date"),
        *[(pl.col(name) / step).round(4).alias(name.title()) for name in ("open", "high", "low", "close")],
        (pl.col("close") / step * after_dividends).round(4).alias("Adj Close"),
        (pl.col("volume") * step).round(0).cast(pl.Int64).alias("Volume"),
    )
