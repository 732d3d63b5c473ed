"""Which filings the companies of the sample made, when, and under which accession number.

Real companies: rows of `filings.csv`, as EDGAR has them. Invented ones: reports follow their fiscal calendar, current
reports follow `events.csv`. What a document of a filing says is not decided here (`documents.py`).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from sec_assets.sample import packaged
from sec_assets.sample.calendars import LAST_YEAR, Quarter, business_day, utc_of
from sec_assets.sample.packaged import noise, pick
from sec_assets.sample.universe import Company, companies

Kind = Literal["report", "current", "part3", "proxy", "ownership", "prospectus", "notice", "legacy"]
FIRST_REPORT_YEAR = 2023
LAST_DAY = date(2026, 3, 20)


@dataclass(frozen=True)
class Filing:
    """One filing. `accepted` is New York wall-clock time; `fiscal` is set for periodic reports."""

    cik: str
    accession: str
    form: str
    kind: Kind
    filed: date
    accepted: datetime
    report_date: date | None
    items: str = ""
    primary: str = ""
    description: str = ""
    fiscal_year: int | None = None
    fiscal_period: str = ""
    topic: str = ""
    person: str = ""
    title: str = ""
    is_xbrl: bool = False
    size: int = 0
    film_number: str = ""

    @property
    def folder(self) -> str:
        """The accession number without dashes: the name of the filing's folder."""
        return self.accession.replace("-", "")

    @property
    def instance(self) -> str:
        """Name of the extracted XBRL instance."""
        return self.primary.rsplit(".", 1)[0] + "_htm.xml"


@lru_cache(maxsize=32)
def filings_of(cik: str) -> tuple[Filing, ...]:
    """Return the filings of a company, oldest first."""
    company = companies()[cik]
    found = _recorded(company) if company.real else _numbered(company, _invented(company))
    return tuple(sorted(found, key=lambda filing: (filing.accepted, filing.accession)))


@lru_cache(maxsize=1)
def by_accession() -> dict[str, Filing]:
    """Return all filings of the sample by accession number."""
    return {filing.accession: filing for cik in companies() for filing in filings_of(cik)}


def _recorded(company: Company) -> list[Filing]:
    found = []
    for row in packaged.table("filings.csv"):
        if row["cik"] != company.cik:
            continue
        filed = date.fromisoformat(row["filed"])
        kind: Kind = {"8-K": "current", "DEF 14A": "proxy"}.get(row["form"], "report")  # pyright: ignore[reportAssignmentType]
        found.append(
            Filing(
                cik=company.cik,
                accession=row["accession"],
                form=row["form"],
                kind=kind,
                filed=filed,
                accepted=_recorded_time(company, row["accepted"], filed),
                report_date=date.fromisoformat(row["report_date"]),
                items=row["items"],
                primary=row["primary"],
                description=row["description"],
                fiscal_year=int(row["fy"]) if row["fy"] else None,
                fiscal_period=row["fp"],
                topic="results" if "2.02" in row["items"] else "recorded",
                is_xbrl=kind == "report",
                size=int(row["size"] or 0) or _size(row["accession"], kind),
                film_number=row["film_number"],
            )
        )
    return found


def _recorded_time(company: Company, raw: str, filed: date) -> datetime:
    """The acceptance in New York time; where it is not known, the last moment that still gives this filing date."""
    if not raw:
        return datetime.combine(filed, time(17, 30))
    shown = datetime.fromisoformat(raw[:19])
    if company.clock == "new_york":
        return shown
    return min(
        shown - timedelta(hours=hours) for hours in (4, 5) if utc_of(shown - timedelta(hours=hours)).hour == shown.hour
    )


def _invented(company: Company) -> list[Filing]:
    since = date.fromisoformat(company.given.get("since", "2022-10-01"))
    found = [] if company.model == "ifrs" else [_report(company, quarter) for quarter in company.quarters()]
    if company.model == "ifrs":
        found = [_foreign(company, quarter) for quarter in company.quarters() if quarter.number in (2, 4)]
    wanted = [filing for filing in found if (filing.fiscal_year or 0) >= FIRST_REPORT_YEAR and filing.filed >= since]
    wanted += [_results(company, filing) for filing in wanted if _has_release(company, filing)]
    wanted += [*_events(company), *_extra(company), *_people(company)]
    if company.given.get("legacy"):
        wanted += _legacy(company)
    return wanted


def _has_release(company: Company, report: Filing) -> bool:
    """True where a press release with the results comes before the report: those of the last fiscal year."""
    if not company.has_xbrl or company.model == "ifrs" or report.fiscal_year != LAST_YEAR:
        return False
    return report.fiscal_period == "FY" or not company.given.get("yearly_release")


def _report(company: Company, quarter: Quarter) -> Filing:
    annual = quarter.number == 4
    days = (45 if company.calendar == "retail" else 52) if annual else 33
    if annual and quarter.year == LAST_YEAR:
        days = int(company.given.get("late", days))
    filed = business_day(quarter.end + timedelta(days=days + round(3 * noise(company.cik, quarter.end, "delay"))))
    form = "10-K" if annual else "10-Q"
    return _filing(company, form, "report", filed, quarter.end, quarter=quarter)


def _foreign(company: Company, quarter: Quarter) -> Filing:
    annual = quarter.number == 4
    filed = business_day(quarter.end + timedelta(days=74 if annual else 40))
    made = _filing(company, "20-F" if annual else "6-K", "report", filed, quarter.end, quarter=quarter)
    return made if annual else replace(made, fiscal_period="")


def _filing(
    company: Company, form: str, kind: Kind, day: date, report_date: date | None, *, quarter: Quarter | None = None,
    topic: str = "", items: str = "", person: str = "", title: str = "",
) -> Filing:  # fmt: skip
    """A filing of this day, accepted at a time of day that fits; the accession number comes last (`_numbered`)."""
    accepted = datetime.combine(day, pick(_TIMES, company.cik, form, day, topic))
    filed = day if accepted.time() <= time(17, 30) else business_day(day + timedelta(days=1))
    stem = f"{company.prefix}-{(report_date or day):%Y%m%d}"
    suffix = ".htm" if company.has_xbrl else ".txt"
    is_xbrl = kind == "report" and company.has_xbrl
    return Filing(
        cik=company.cik, accession="", form=form, kind=kind, filed=filed, accepted=accepted, report_date=report_date,
        items=items, primary=stem + _STEMS.get(form, "") + suffix, description=form,
        fiscal_year=quarter.year if quarter else None, fiscal_period=quarter.label if quarter else "",
        topic=topic, person=person, title=title, is_xbrl=is_xbrl, size=_size(f"{company.cik}{form}{day}", kind),
    )  # fmt: skip


_TIMES = tuple(
    time.fromisoformat(text)
    for text in ("06:31:07", "08:02:44", "16:06:18", "16:17:52", "16:45:29", "17:12:03", "17:41:36")
)
_STEMS = {
    "10-K/A": "x10ka",
    "8-K": "x8k",
    "6-K": "x6k",
    "DEF 14A": "xdef14a",
    "S-1": "xs1",
    "424B4": "x424b4",
    "NT 10-K": "xnt10k",
}


def _results(company: Company, report: Filing) -> Filing:
    """The current report with the press release of the quarter, five days before the periodic report."""
    day = business_day(report.accepted.date() - timedelta(days=5))
    made = _filing(company, "8-K", "current", day, day, topic="results", items="2.02,9.01")
    made = replace(made, accepted=datetime.combine(day, time(16, 5, 11)), filed=day)
    return replace(made, fiscal_year=report.fiscal_year, fiscal_period=report.fiscal_period)


def _events(company: Company) -> list[Filing]:
    found = []
    for row in packaged.table("events.csv"):
        if row["ticker"] == company.classes[0].ticker:
            day = date.fromisoformat(row["date"])
            made = _filing(
                company, "8-K", "current", business_day(day + timedelta(days=1)), day, topic=row["topic"],
                items=row["items"], person=row["person"], title=row["title"],
            )  # fmt: skip
            found.append(made)
    return found


def _extra(company: Company) -> list[Filing]:
    """Amendments, registration statements and notices named in companies.json."""
    found = []
    for name, text in company.given.get("extra", []):
        form, _, what = name.partition(" part ")
        day = date.fromisoformat(text)
        last = max(quarter for quarter in _ended(company, day))
        if form == "10-K/A":
            quarter = next(q for q in company.quarters() if q.end == last)
            kind: Kind = "part3" if what else "report"
            found.append(_filing(company, form, kind, day, last, quarter=quarter))
        elif form == "NT 10-K":
            found.append(_filing(company, form, "notice", day, last))
        else:
            found.append(_filing(company, form, "prospectus", day, None))
    return found


def _ended(company: Company, day: date) -> list[date]:
    return [quarter.end for quarter in company.quarters() if quarter.number == 4 and quarter.end < day]


def _people(company: Company) -> list[Filing]:
    """A proxy statement and two ownership reports, which the default forms leave out."""
    if company.model == "ifrs" or company.given.get("since"):
        return []
    day = business_day(date(2025, 4, 14))
    proxy = _filing(company, "DEF 14A", "proxy", day, date(2025, 5, 29))
    found = [proxy]
    for month in (5, 11):
        day = business_day(date(2025, month, 18))
        made = _filing(company, "4", "ownership", day, day - timedelta(days=2))
        found.append(replace(made, primary="xslF345X05/form4.xml", description="FORM 4"))
    return found


def _legacy(company: Company) -> list[Filing]:
    """Reports of 2006 to 2021, which EDGAR would list on an older page."""
    found = []
    for year in range(2006, 2022):
        day = business_day(date(year, 2, 25))
        found.append(_filing(company, "10-K", "legacy", day, date(year - 1, 12, 31)))
        found[-1] = replace(found[-1], primary=f"{company.prefix}10k{year - 1}.txt")
    return found


def _numbered(company: Company, unnumbered: list[Filing]) -> list[Filing]:
    """Give accession numbers in the order of acceptance, and drop what would be later than the sample's last day."""
    found: list[Filing] = []
    count: dict[int, int] = {}
    for filing in sorted(unnumbered, key=lambda filing: (filing.accepted, filing.form, filing.topic)):
        if filing.filed > LAST_DAY:
            continue
        year = filing.accepted.year
        count[year] = count.get(year, 0) + 1
        accession = f"{company.cik}-{year % 100:02d}-{count[year]:06d}"
        film = f"{year % 100:02d}{900000 + round(90000 * abs(noise(accession)))}"
        found.append(replace(filing, accession=accession, film_number=film))
    return found


def _size(key: str, kind: Kind) -> int:
    """A plausible size of the whole submission, which EDGAR gives with images and viewer files included."""
    base = {"report": 6_000_000, "current": 420_000, "proxy": 9_000_000, "ownership": 5_600}.get(kind, 900_000)
    return round(base * (1 + 0.3 * noise(key, "size")))
