"""A feed of newest filings on the loopback, in the shape of EDGAR's `getcurrent` Atom pages, that grows on demand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from sec_assets_tests.edgar.http_server import FakeEdgar, Handler, fake_edgar

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
_NEW_YORK = ZoneInfo("America/New_York")


@dataclass(frozen=True)
class Entry:
    """One filing as the feed lists it."""

    cik: str
    accession: str
    minute: int
    form: str = "8-K"

    @property
    def accepted_at(self) -> datetime:
        return START + timedelta(minutes=self.minute)

    def atom(self) -> str:
        folder = f"/Archives/edgar/data/{int(self.cik)}/{self.accession.replace('-', '')}"
        local = self.accepted_at.astimezone(_NEW_YORK)
        summary = (
            f" <b>Filed:</b> {local:%Y-%m-%d} <b>AccNo:</b> {self.accession} <b>Size:</b> 203 KB\n"
            "<br>Item 2.02: Results of Operations and Financial Condition"
        )
        return (
            f"<entry>\n<title>{self.form} - SOME COMPANY &amp; SONS ({self.cik}) (Filer)</title>\n"
            f'<link rel="alternate" type="text/html" href="https://www.sec.gov{folder}/{self.accession}-index.htm"/>\n'
            f'<summary type="html">{escape(summary)}</summary>\n'
            f"<updated>{local.isoformat(timespec='seconds')}</updated>\n"
            f'<category scheme="https://www.sec.gov/" label="form type" term="{self.form}"/>\n'
            f"<id>urn:tag:sec.gov,2008:accession-number={self.accession}</id>\n</entry>\n"
        )


@dataclass
class Feed:
    """What the server answers: its entries in pages, newest first, or `outage` (status and body) instead."""

    server: FakeEdgar
    entries: list[Entry] = field(default_factory=list)
    outage: tuple[int, bytes] | None = None

    def file(self, *entries: Entry) -> None:
        self.entries += entries

    def pages_asked(self) -> int:
        return len(self.server.arrivals)

    def answer(self, handler: Handler, _: int) -> None:
        if self.outage is not None:
            handler.reply(*self.outage, None, Content_Type="text/html")
            return
        query = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        if (
            not urlsplit(handler.path).path.endswith("/www.sec.gov/cgi-bin/browse-edgar")
            or query["action"] != "getcurrent"
        ):
            handler.reply(404, b"no such page")
            return
        start, count = int(query.get("start", 0)), int(query["count"])
        newest_first = sorted(self.entries, key=lambda entry: (entry.minute, entry.accession), reverse=True)
        handler.reply(200, atom_page(newest_first[start : start + count]), None, Content_Type="application/atom+xml")


def atom_page(entries: Sequence[Entry]) -> bytes:
    head = (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>Latest Filings - {START:%a, %d %b %Y}</title>\n<id>https://www.sec.gov/cgi-bin/browse-edgar</id>\n"
        f"<author><name>Webmaster</name><email>webmaster@sec.gov</email></author>\n<updated>{START.isoformat()}</updated>\n"
    )
    return (head + "".join(entry.atom() for entry in entries) + "</feed>\n").encode("iso-8859-1")


@contextmanager
def feed() -> Iterator[Feed]:
    with fake_edgar() as server:
        served = Feed(server)
        server.default = served.answer
        yield served
