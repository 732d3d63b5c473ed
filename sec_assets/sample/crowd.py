"""Archives of a whole invented universe, as large as EDGAR's: input of benchmarks and tests, made on demand, never bundled.

Companies have filings by the hundreds and older pages; between them lie the many filers of a single ownership form. CIKs begin at
90,000,001, which EDGAR does not use. The same counts make the same bytes. The bundled companies' archives are `bulk.py`.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from sec_assets.sample.archive_writer import ArchiveWriter
from sec_assets.sample.submissions import dumps

FIRST_CIK = 90_000_001
_NEWEST = date(2026, 3, 20)
_RECENT = 1000
_PAGE = 2500
_MODELS = 31
_NOBODY = "NNNNNNNNNN"
_MEDIAN_FILINGS, _SPREAD = 450, 1.0
_FORMS = {
    "4": 45,
    "8-K": 18,
    "10-Q": 7,
    "424B2": 6,
    "SC 13G/A": 5,
    "DEF 14A": 3,
    "10-K": 3,
    "S-8": 3,
    "3": 4,
    "6-K": 4,
    "144": 2,
}
_PARTS = (
    "Asset",
    "Liability",
    "Income",
    "Expense",
    "Equity",
    "Cash",
    "Debt",
    "Lease",
    "Tax",
    "Revenue",
    "Share",
    "Goodwill",
)
_ENDS = ("Current", "Noncurrent", "Net", "Gross", "Total", "PerShare", "Paid", "Accrued", "Deferred", "Other")


def ciks_of(companies: int, members: int) -> list[str]:
    """Return the CIKs of the companies in an archive of so many members, spread evenly over it."""
    return [f"{FIRST_CIK + place:010d}" for place in sorted(_places(companies, members))]


def write_submissions(path: Path, *, members: int, companies: int) -> None:
    """Write a `submissions.zip` of exactly `members` members, `companies` of them companies' main files.

    Raises:
        ValueError: fewer members than the companies and their older pages need.
    """
    company_places = _places(companies, members)
    too_few = f"{members} members are too few for {companies} companies and their older pages"
    if len(company_places) < companies:
        raise ValueError(too_few)
    with ArchiveWriter(path) as archive:
        place = 0
        while archive.members < members:
            cik = f"{FIRST_CIK + place:010d}"
            parts = _company(cik) if place in company_places else [_person(cik)]
            for name, body in parts:
                archive.add(name, body)
            place += 1
        if archive.members > members or place <= max(company_places, default=-1):
            raise ValueError(too_few)


def write_companyfacts(path: Path, *, companies: int, members: int) -> None:
    """Write a `companyfacts.zip` of the companies that `write_submissions` made with the same counts."""
    with ArchiveWriter(path) as archive:
        for cik in ciks_of(companies, members):
            archive.add(f"CIK{cik}.json", _facts(cik))


def _places(companies: int, members: int) -> set[int]:
    # A fifth of the members is left for older pages, which do not use up a CIK.
    return {place * members * 4 // (5 * companies) for place in range(companies)}


def _person(cik: str) -> tuple[str, bytes]:
    rng = Random(int(cik))  # noqa: S311 - invented data, the same every time
    profile = _profile(cik, "other", f"Person {cik[-6:]} (fictitious)")
    return f"CIK{cik}.json", dumps(
        profile | {"filings": {"recent": _columns(rng, cik, 0, rng.randint(1, 6)), "files": []}}
    )


def _company(cik: str) -> list[tuple[str, bytes]]:
    rng = Random(int(cik))  # noqa: S311
    total = max(1, min(40_000, round(_MEDIAN_FILINGS * rng.lognormvariate(0, _SPREAD))))
    recent = min(total, _RECENT)
    pages, older = [], []
    for number, start in enumerate(range(recent, total, _PAGE), 1):
        name, count = f"CIK{cik}-submissions-{number:03d}.json", min(_PAGE, total - start)
        columns = _columns(rng, cik, start, count)
        dates = {"filingFrom": columns["filingDate"][-1], "filingTo": columns["filingDate"][0]}
        pages.append({"name": name, "filingCount": count, **dates})
        older.append((name, dumps(columns)))
    profile = _profile(cik, "operating", f"Company {cik[-6:]} (fictitious)")
    main = dumps(profile | {"filings": {"recent": _columns(rng, cik, 0, recent), "files": pages}})
    return [(f"CIK{cik}.json", main), *older]


def _profile(cik: str, kind: str, name: str) -> dict[str, object]:
    address = {
        "street1": f"{int(cik) % 9000} Example Street",
        "city": "Springfield",
        "stateOrCountry": "DE",
        "zipCode": "00000",
    }
    return {
        "cik": cik, "entityType": kind, "sic": "7372", "sicDescription": "Services-Prepackaged Software", "name": name,
        "tickers": [], "exchanges": [], "ein": "000000000", "category": "Non-accelerated filer", "fiscalYearEnd": "1231",
        "stateOfIncorporation": "DE", "addresses": {"mailing": address, "business": address}, "phone": "", "flags": "",
        "formerNames": [],
    }  # fmt: skip


@lru_cache(maxsize=1)
def _weekdays() -> list[date]:
    """Return the weekdays from the newest back to 1994."""
    days = (_NEWEST - timedelta(days=n) for n in range(32 * 365))
    return [day for day in days if day.weekday() < 5]


def _columns(rng: Random, cik: str, start: int, count: int) -> dict[str, list[Any]]:
    """Return columns of filings number `start` and older, newest first."""
    days, agent = _weekdays(), FIRST_CIK + int(cik) % 977
    forms = rng.choices(list(_FORMS), list(_FORMS.values()), k=count)
    filed = [days[min((start + n) * 5 // 2, len(days) - 1)] for n in range(count)]
    numbers = [f"{agent:010d}-{day:%y}-{900_000 - start - n:06d}" for n, day in enumerate(filed)]
    clock = [f"{rng.randrange(12, 21):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}" for _ in range(count)]
    periodic = [form in {"10-K", "10-Q"} for form in forms]
    return {
        "accessionNumber": numbers,
        "filingDate": [str(day) for day in filed],
        "reportDate": [str(day) if form != "424B2" else "" for day, form in zip(filed, forms, strict=True)],
        "acceptanceDateTime": [f"{day}T{time}.000Z" for day, time in zip(filed, clock, strict=True)],
        "act": ["34" if form != "4" else "" for form in forms],
        "form": forms,
        "fileNumber": ["001-09999" if form != "4" else "" for form in forms],
        "filmNumber": [str(rng.randrange(10**7, 10**8)) for _ in range(count)],
        "items": ["2.02,9.01" if form == "8-K" else "" for form in forms],
        "core_type": forms,
        "size": [rng.randrange(4_000, 9_000_000) for _ in range(count)],
        "isXBRL": [int(flag) for flag in periodic],
        "isInlineXBRL": [int(flag) for flag in periodic],
        "primaryDocument": [
            f"x{number[11:13]}{number[-6:]}_{form[:2].lower()}.htm" for number, form in zip(numbers, forms, strict=True)
        ],
        "primaryDocDescription": [f"FORM {form}" for form in forms],
    }


def _facts(cik: str) -> bytes:
    """Return facts like those of one of a few models, under the company's own number."""
    return (
        _model(int(cik) % _MODELS)
        .replace(_NOBODY.encode(), cik.encode())
        .replace(b'"cik":0', f'"cik":{int(cik)}'.encode())
    )


@lru_cache(maxsize=_MODELS)
def _model(number: int) -> bytes:
    cik, rng = _NOBODY, Random(number)  # noqa: S311
    quarters = max(4, min(64, round(26 * rng.lognormvariate(0, 0.5))))
    names = [f"{part}{end}{other}" for part in _PARTS for end in _ENDS for other in _PARTS[::2]]
    concepts = rng.sample(names, rng.randint(90, 300))
    found = {name: _concept(rng, cik, name, quarters) for name in sorted(concepts)}
    return dumps({"cik": 0, "entityName": f"Company {cik} (fictitious)", "facts": {"us-gaap": found}})


def _concept(rng: Random, cik: str, name: str, quarters: int) -> dict[str, object]:
    text = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    rows = list(
        _rows(rng, cik, quarters, instant=name.startswith(("Asset", "Liability", "Equity", "Debt", "Goodwill")))
    )
    words = (
        f"Amount of {text}, as reported by the filer, including what it holds through others and after adjustments. "
    )
    return {"label": text.capitalize(), "description": words * rng.randint(1, 3), "units": {"USD": rows}}


def _rows(rng: Random, cik: str, quarters: int, *, instant: bool) -> Iterator[dict[str, object]]:
    first = rng.randrange(0, quarters // 2)
    steps = (rng.randint(-(10**9), 10**9) for _ in range(quarters))
    for number, value in list(enumerate(accumulate(steps, initial=rng.randrange(10**9, 10**10))))[first:quarters]:
        year, quarter = 2010 + number // 4, number % 4
        end = date(year, 3 * quarter + 3, 30)
        for version in range(2):  # reported for its own quarter, and again a year later beside the new one
            row: dict[str, object] = {} if instant else {"start": str(date(year, 3 * quarter + 1, 1))}
            filed = end + timedelta(days=35 + 365 * version)
            row |= {
                "end": str(end),
                "val": value,
                "accn": f"{cik}-{filed:%y}-{1000 + number + 4 * version:06d}",
            }
            row |= {"fy": year + version, "fp": "FY" if quarter == 3 else f"Q{quarter + 1}"}
            row |= {"form": "10-K" if quarter == 3 else "10-Q", "filed": str(filed)}
            if version:
                row["frame"] = f"CY{year}Q{quarter + 1}{'I' if instant else ''}"
            yield row
