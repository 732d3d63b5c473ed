"""SEC's companyfacts API (`/api/xbrl/companyfacts/CIK##########.json`) as a frame: one row per fact and filing.

Values keep the digits that were served; nothing passes through binary floating point. The API's `fy` and `fp` are those
of the filing, not of the fact, and `frame` marks the last filed row of a calendar period: both are kept, neither
should be read as a period. `companyfacts_as_facts` gives them the shape of the facts read from documents; comparing with
the filings themselves is `reconcile.py`, putting both together `merge.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from sec_assets.errors import InputError, MalformedError
from sec_assets.identifiers import normalize_accession, normalize_cik
from sec_assets.tables import COMPANYFACTS, EXACT
from sec_assets.xbrl.values import exact_text

SOURCE = "companyfacts"
_AUTHORITIES = {"us-gaap": "http://fasb.org/", "srt": "http://fasb.org/", "ifrs-full": "http://xbrl.ifrs.org/taxonomy/"}
_SEC = "http://xbrl.sec.gov/"

SCHEMA = pl.Schema(
    {
        "cik": pl.String,
        "accession_number": pl.String,
        "taxonomy": pl.String,
        "tag": pl.String,
        "unit": pl.String,
        "start": pl.Date,
        "end": pl.Date,
        "value": pl.String,
        "numeric": EXACT,
        "fy": pl.Int32,
        "fp": pl.String,
        "form": pl.String,
        "filed": pl.Date,
        "frame": pl.String,
    }
)

_DAY = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TEXT = rb'(?:null|"([^"\\]*)")'
_FACT = re.compile(
    rb'\{(?:"start":"(%b)",)?"end":"(%b)","val":([-+.0-9eE]+),"accn":"([0-9]{10}-[0-9]{2}-[0-9]{6})"' % (_DAY, _DAY)
    + rb'(?:,"fy":(?:null|(-?[0-9]{1,9})))?(?:,"fp":%b)?(?:,"form":%b)?' % (_TEXT, _TEXT)
    + rb'(?:,"filed":(?:null|"(%b)"))?(?:,"frame":%b)?\}' % (_DAY, _TEXT)
)
"""One fact as SEC writes it. Cutting a text at it costs a third of parsing it as JSON."""

_COLUMNS = ("start", "end", "value", "accession_number", "fy", "fp", "form", "filed", "frame")
_STRIDE = 1 + len(_COLUMNS)
_PLAIN = r"^-?(?:0|[1-9][0-9]{0,25})(?:\.[0-9]{1,12})?$"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


class _Tag(msgspec.Struct):
    units: dict[str, msgspec.Raw]


class _File(msgspec.Struct):
    cik: int | str
    facts: dict[str, dict[str, _Tag]]


class _Fact(msgspec.Struct, kw_only=True, omit_defaults=True):
    start: str | None = None
    end: str
    val: msgspec.Raw
    accn: str
    fy: int | None = None
    fp: str | None = None
    form: str | None = None
    filed: str | None = None
    frame: str | None = None


_FILE = msgspec.json.Decoder(_File)
_FACTS = msgspec.json.Decoder(list[_Fact])


@dataclass(frozen=True, slots=True)
class _Outline:
    """A file taken apart: its lists of facts (JSON without the brackets), each with its taxonomy, tag and unit."""

    cik: str
    names: list[tuple[str, str, str]]
    lists: list[bytes]


def read_companyfacts(body: bytes) -> pl.DataFrame:
    """Return the facts of a companyfacts file in document order.

    Columns: cik (ten digits, whether the file has a number or a padded text); accession_number; taxonomy, e.g. us-gaap;
    tag; unit as the API names it; start (Date, null for instants); end (Date); value (text as served); numeric
    (Decimal(38,12), null where it does not fit); fy (Int32) and fp of the filing, null for some forms; form; filed
    (Date); frame.

    Raises:
        MalformedError: not JSON, or not of the shape of companyfacts.
    """
    return _rows([_outline(body)])


def read_many(bodies: Mapping[str, bytes | bytearray]) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the facts of many files as `read_companyfacts` does, and why the others could not be read.

    Args:
        bodies: the files by the company (ten digits) that each must describe.
    """
    outlines: list[_Outline] = []
    failed: dict[str, str] = {}
    for cik, body in bodies.items():
        try:
            outlines.append(_outline(body, cik))
        except InputError as error:
            failed[cik] = str(error)
    try:
        return _rows(outlines), failed
    except MalformedError:
        return _one_by_one(outlines, failed)


def _one_by_one(outlines: list[_Outline], failed: dict[str, str]) -> tuple[pl.DataFrame, dict[str, str]]:
    frames = [SCHEMA.to_frame()]
    for outline in outlines:
        try:
            frames.append(_rows([outline]))
        except MalformedError as error:
            failed[outline.cik] = str(error)
    return pl.concat(frames), failed


def _outline(body: bytes | bytearray, expected: str | None = None) -> _Outline:
    try:
        file = _FILE.decode(body)
        cik = normalize_cik(file.cik)
    except (msgspec.MsgspecError, ValueError, InputError) as error:
        raise _malformed(error) from error
    if expected not in {None, cik}:
        raise MalformedError(f"CIK{expected}.json describes company {cik}")
    names, lists = [], []
    for taxonomy, tags in file.facts.items():
        for tag, described in tags.items():
            for unit, facts in described.units.items():
                text = bytes(facts).strip()
                if text[:1] != b"[":
                    raise _malformed(ValueError(f"unit {unit!r} of {taxonomy}:{tag} holds no list"))
                if inner := text[1:-1].strip():
                    names.append((taxonomy, tag, unit))
                    lists.append(inner)
    return _Outline(cik, names, lists)


def _rows(outlines: Sequence[_Outline]) -> pl.DataFrame:
    """Return the rows of files, cut as one text, as most of the cost of a small file does not depend on its rows."""
    lists = [text for outline in outlines for text in outline.lists]
    if not lists:
        return SCHEMA.to_frame()
    try:
        pieces = _cut(lists) or _cut([_in_plain_layout(part) for part in lists])
        if pieces is None:
            raise ValueError("a fact is not one as SEC writes them")
        return _typed(pieces, [(outline.cik, *name) for outline in outlines for name in outline.names])
    except (msgspec.MsgspecError, pl.exceptions.InvalidOperationError, ValueError, InputError) as error:
        raise _malformed(error) from error


def _cut(lists: Sequence[bytes]) -> list[bytes | None] | None:
    """Return what is between two facts and the fields of a fact, in turn; None if anything else is in the lists.

    A comma is between two facts of a list, a semicolon between two lists.
    """
    pieces = _FACT.split(b";".join(lists))
    between = pieces[::_STRIDE]
    whole = between[0] == between[-1] == b"" and set(between[1:-1]) <= {b",", b";"}
    return pieces if whole and between.count(b";") == len(lists) - 1 else None


def _in_plain_layout(facts: bytes) -> bytes:
    """Return a list of facts without white space, fields in SEC's order, accession numbers with dashes."""
    read = _FACTS.decode(b"[" + facts + b"]")
    for fact in read:
        fact.accn = normalize_accession(fact.accn)
    return msgspec.json.encode(read)[1:-1]


def _typed(pieces: list[bytes | None], names: list[tuple[str, str, str, str]]) -> pl.DataFrame:
    """Return the columns of `SCHEMA`.

    Raises:
        MalformedError: a value that is no number.
        polars.exceptions.PolarsError: a date that is none, or text that is not UTF-8.
    """
    texts = {
        name: pl.Series(pieces[place::_STRIDE], dtype=pl.Binary).cast(pl.String)
        for place, name in enumerate(_COLUMNS, 1)
    }
    value = texts["value"]
    days = {name: texts[name].str.to_date("%Y-%m-%d") for name in ("start", "end", "filed")}
    next_list = pl.Series(pieces[:-1:_STRIDE], dtype=pl.Binary).cast(pl.String) == ";"
    origin = pl.DataFrame(names, schema=["cik", "taxonomy", "tag", "unit"], orient="row")[next_list.cum_sum()]
    facts = pl.DataFrame(texts | days | {"numeric": numeric_of(value), "fy": texts["fy"].cast(pl.Int32)})
    return pl.concat([origin, facts], how="horizontal").select(list(SCHEMA))


def numeric_of(values: pl.Series) -> pl.Series:
    """Return numbers, given as text, as Decimal(38,12), null where they do not fit.

    Raises:
        MalformedError: a value that is no number in the sense of JSON.
    """
    odd = values.filter(~values.str.contains(_PLAIN)).unique().to_list()
    if wrong := [text for text in odd if not _NUMBER.fullmatch(text)]:
        raise MalformedError(f"{wrong[0][:80]!r} is not a number")
    plain = values.replace(odd, [exact_text(text) for text in odd]) if odd else values
    return plain.cast(EXACT)


def namespace_of(taxonomy: str) -> str:
    """Return the namespace of a taxonomy without the year, which the API does not tell."""
    return _AUTHORITIES.get(taxonomy, _SEC) + taxonomy


def _malformed(error: Exception) -> MalformedError:
    return MalformedError(f"not a companyfacts file: {type(error).__name__}: {error}")


def companyfacts_as_facts(companyfacts: pl.DataFrame) -> pl.DataFrame:
    """Return facts of `read_companyfacts` or `read_many` in table `companyfacts`, which has the columns of `xbrl_facts`.

    The namespace has no year, since the API does not tell it; `decimals`, `accepted_at` and the entity are null for the
    same reason, and `ordinal` is the position in the file. Rows the API gives twice for one filing stay, counted by
    `occurrence`.
    """
    taxonomies = companyfacts["taxonomy"].unique().to_list()
    namespaces = {taxonomy: namespace_of(taxonomy) for taxonomy in taxonomies}
    taxonomy = pl.col("taxonomy")
    instant = pl.col("start").is_null()
    first, day = pl.col("start").dt.to_string("%Y-%m-%d"), pl.col("end").dt.to_string("%Y-%m-%d")
    facts = companyfacts.select(
        "cik",
        "accession_number",
        "value",
        "numeric",
        "unit",
        "form",
        "filed",
        ordinal=pl.int_range(pl.len(), dtype=pl.Int32).over("cik"),
        concept=pl.concat_str(taxonomy, "tag", separator=":"),
        namespace=taxonomy.replace_strict(namespaces, return_dtype=pl.String),
        is_extension=pl.lit(value=False),
        period=pl.concat_str(first, day, separator="/", ignore_nulls=True),
        period_start="start",
        period_end="end",
        is_instant=instant,
        dimensions=pl.lit(""),
        is_nil=pl.lit(value=False),
        source=pl.lit(SOURCE),
    )
    key = ["cik", "concept", "unit", "period", "accession_number"]  # the others of the table's key are constant here
    ordered = facts.sort(key, maintain_order=True)
    position = pl.int_range(pl.len(), dtype=pl.Int32)
    another = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in key) | (position == 0)
    first_of_its_key = pl.when(another).then(position).forward_fill()
    return COMPANYFACTS.conform(ordered.with_columns(occurrence=position - first_of_its_key))
