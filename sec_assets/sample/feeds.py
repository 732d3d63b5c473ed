"""Lists of filings by time: the feed of current filings, the daily and the quarterly master index.

The feed shows the newest filings of the sample first, one entry per party of a filing, as EDGAR's does. The day it
claims to be is the sample's last day.
"""

import struct
import zlib
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from xml.sax.saxutils import escape

from sec_assets.sample.calendars import utc_of
from sec_assets.sample.filings import Filing, by_accession
from sec_assets.sample.folder import parties
from sec_assets.sample.headers import ITEMS

_NOW = datetime(2026, 3, 20, 17, 45, 0)  # noqa: DTZ001 - New York wall-clock time
_LINE = "-" * 80
_FIRST_YEAR = 1993


@lru_cache(maxsize=1)
def _newest_first() -> tuple[Filing, ...]:
    return tuple(sorted(by_accession().values(), key=lambda f: (f.accepted, f.accession), reverse=True))


def current(query: dict[str, list[str]]) -> bytes | None:
    """Return one page of the getcurrent feed; None for other actions of the same address."""
    if query.get("action") != ["getcurrent"] or query.get("output") != ["atom"]:
        return None
    start, count = _whole(query, "start", 0), _whole(query, "count", 40)
    wanted = (query.get("type") or [""])[0]
    entries = [
        _entry(filing, cik, name, role)
        for filing in _newest_first()
        if filing.form.startswith(wanted)
        for cik, name, role in parties(filing)
    ]
    page = "".join(entries[start : start + min(count, 100)])
    return (
        _FEED_HEAD.format(day=f"{_NOW:%a, %d %b %Y %H:%M:%S} EDT", updated=_zoned(_NOW)) + page + "</feed>\n"
    ).encode("latin-1", "xmlcharrefreplace")


def _whole(query: dict[str, list[str]], name: str, default: int) -> int:
    """A number of the query, or EDGAR's default where it is none."""
    text = (query.get(name) or [""])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default


_FEED_HEAD = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom">
<title>Latest Filings - {day}</title>
<link rel="alternate" href="/cgi-bin/browse-edgar?action=getcurrent"/>
<link rel="self" href="/cgi-bin/browse-edgar?action=getcurrent"/>
<id>https://www.sec.gov/cgi-bin/browse-edgar?action=getcurrent</id>
<author><name>Webmaster</name><email>webmaster@sec.gov</email></author>
<updated>{updated}</updated>
"""


def _zoned(moment: datetime) -> str:
    hours = round((utc_of(moment).replace(tzinfo=None) - moment).total_seconds() / 3600)
    return f"{moment:%Y-%m-%dT%H:%M:%S}-{hours:02d}:00"


def _entry(filing: Filing, cik: str, name: str, role: str) -> str:
    link = f"https://www.sec.gov/Archives/edgar/data/{int(cik)}/{filing.folder}/{filing.accession}-index.htm"
    size = f"{filing.size // 1_000_000} MB" if filing.size >= 1_000_000 else f"{filing.size // 1000} KB"
    items = "".join(f"\n&lt;br&gt;Item {item}: {ITEMS[item]}" for item in filing.items.split(",") if item)
    return (
        f"<entry>\n<title>{escape(filing.form)} - {escape(name)} ({cik}) ({role})</title>\n"
        f'<link rel="alternate" type="text/html" href="{link}"/>\n<summary type="html">\n'
        f" &lt;b&gt;Filed:&lt;/b&gt; {filing.filed} &lt;b&gt;AccNo:&lt;/b&gt; {filing.accession} "
        f"&lt;b&gt;Size:&lt;/b&gt; {size}{items}\n</summary>\n<updated>{_zoned(filing.accepted)}</updated>\n"
        f'<category scheme="https://www.sec.gov/" label="form type" term="{escape(filing.form)}"/>\n'
        f"<id>urn:tag:sec.gov,2008:accession-number={filing.accession}</id>\n</entry>\n"
    )


def daily(year: str, quarter: str, name: str) -> bytes | None:
    """Return the master index of one day, None where no filing of the sample falls on it."""
    stem, packed = _unpacked(name)
    try:
        day = date.fromisoformat(stem.removeprefix("master.").removesuffix(".idx"))
    except ValueError:
        return None
    rows = _index_rows(day, day, "%Y%m%d")
    if not rows or str(day.year) != year or (day.month + 2) // 3 != int(quarter):
        return None
    head = _index_head("Daily Index of EDGAR Dissemination Feed", day, "File Name")
    return packed((head + "".join(rows)).encode("latin-1", "replace"))


def quarterly(year: str, quarter: str, name: str) -> bytes | None:
    """Return the master index of one quarter, None for a quarter without filings of the sample."""
    stem, packed = _unpacked(name)
    if int(year) < _FIRST_YEAR:
        return None
    first_month = 3 * int(quarter) - 2
    last = date(int(year) + first_month // 10, (first_month + 2) % 12 + 1, 1).toordinal() - 1
    rows = _index_rows(date(int(year), first_month, 1), date.fromordinal(last), "%Y-%m-%d")
    if not rows or stem != "master.idx":
        return None
    head = _index_head("Master Index of EDGAR Dissemination Feed", date.fromordinal(last), "Filename")
    return packed((head + "".join(rows)).encode("latin-1", "replace"))


def _unpacked(name: str) -> tuple[str, Callable[[bytes], bytes]]:
    """The plain name, and what to do with the bytes: EDGAR has every index plain and as .gz."""
    return (name.removesuffix(".gz"), _gzip) if name.endswith(".gz") else (name, bytes)


def _gzip(body: bytes) -> bytes:
    """A gzip member with stored blocks: equal bytes whatever zlib made them."""
    packer = zlib.compressobj(0, zlib.DEFLATED, -15)
    packed = packer.compress(body) + packer.flush()
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + packed + struct.pack("<II", zlib.crc32(body), len(body))


def _index_head(title: str, day: date, last_column: str) -> str:
    return (
        f"Description:           {title}\nLast Data Received:    {day:%b %d, %Y}\n"
        "Comments:              webmaster@sec.gov\nAnonymous FTP:         ftp://ftp.sec.gov/edgar/\n \n"
        f"CIK|Company Name|Form Type|Date Filed|{last_column}\n{_LINE}\n"
    )


def _index_rows(first: date, last: date, form: str) -> list[str]:
    rows = [
        (
            int(cik),
            f"{int(cik)}|{name}|{filing.form}|{filing.filed:{form}}|edgar/data/{int(cik)}/{filing.accession}.txt\n",
        )
        for filing in by_accession().values()
        if first <= filing.filed <= last
        for cik, name, _ in parties(filing)
    ]
    return [text for _, text in sorted(rows)]
