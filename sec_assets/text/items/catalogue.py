"""The items each form has: code, number as written in headings, and the words their titles begin with.

Only facts about the forms belong here; finding headings is `headings`, choosing among them is `choose`. Sources: SEC
Forms 10-K, 10-KSB, 10-Q, 8-K (numbers before and after release 33-8400, 23 August 2004) and 20-F with their general
instructions.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One item: `code` as stored, `number` as in a heading (`7A`), `part` of a 10-Q, `title` a pattern."""

    code: str
    number: str
    title: re.Pattern[str]
    part: int = 0
    is_section: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The items of a form in their order; `ordered` is false where filers may use any order (8-K).

    `statements` are the items that own financial statements printed behind the signatures.
    """

    items: tuple[Item, ...]
    ordered: bool = True
    statements: tuple[str, ...] = ()


def _items(lines: str, *, part: int = 0) -> tuple[Item, ...]:
    made: list[Item] = []
    for line in lines.strip().splitlines():
        number, _, words = line.strip().partition(" ")
        prefix = f"part{part}." if part else ""
        pattern = re.compile(rf"(?:{words})", re.IGNORECASE)
        # `3.D` is a lettered section of item 3 of Form 20-F, `2.02` is an item of its own.
        made.append(Item(prefix + number, number, pattern, part, bool(re.fullmatch(r"\d{1,2}\.[A-J]", number))))
    return tuple(made)


_ANNUAL = _items(r"""
1 (?:description of |our |the |general |narrative )*business|company|general
1A (?:certain )?risk\s*factors|factors
1B unresolved\s*staff
1C cyber\s*security
1D executive officers
2 (?:description of )?propert|real estate
3 legal|litigation
4 mine safety|submission|reserved|\[?\s*removed|executive officers|no matters
5 (?:the )?market|common (?:stock|equity)
6 (?:consolidated )?selected|\W*reserved|\W*removed
7 (?:the )?management|md&a|discussion
7A (?:qualitative|quantitative|disclosures? about|market risk)
8 (?:consolidated |audited |index to )*financial\s*statements|supplementary
9 (?:changes? in|disagreements|change of)
9A (?:t\)?\W*)?(?:disclosure )?controls|evaluation
9B other
9C disclosures? regarding
10 (?:our )?directors|executive officers|corporate governance
11 (?:executive|management|director)\S* (?:and director )?(?:compensation|remuneration)|compensation
12 security|stock ownership|beneficial|ownership
13 certain|transactions|related
14 principal|exhibits|controls
15 exhibits?|financial statement|principal
16 (?:form )?10-?k summary|summary|principal
""")
_SMALL_ANNUAL = _items(r"""
1 (?:description of |our |the )*business
1A risk
1B unresolved
2 (?:description of )?propert
3 legal
4 submission|reserved|removed
5 market|common
6 management|plan of operation|discussion|selected
7 (?:consolidated )?financial statements|management
7A quantitative
8 changes in|disagreements|financial statements
8A (?:t\)?\W*)?(?:disclosure )?controls
8B other
9 directors|changes in
9A controls
9B other
10 executive|directors
11 security|executive
12 certain|security
13 exhibits|certain
14 principal|controls|exhibits
15 principal|exhibits
""")
_QUARTERLY_1 = _items(
    r"""
1 (?:condensed |consolidated |interim |unaudited |index to |\(unaudited\) )*financial\s*(?:statements|information)
2 (?:the )?management|discussion|md&a
3 (?:qualitative|quantitative|disclosures? about|market risk)
4 (?:disclosure )?controls|evaluation
4T (?:disclosure )?controls
""",
    part=1,
)
_QUARTERLY_2 = _items(
    r"""
1 legal|litigation
1A risk
2 unregistered|changes? in|recent sales|sales? of|issuer purchases|repurchase|purchases? of|share|market for
3 defaults?
4 mine safety|submission|\W*reserved|\W*removed|\W*omitted
5 other
6 exhibits?
""",
    part=2,
)
_CURRENT = _items(r"""
1.01 entry
1.02 termination
1.03 bankruptcy
1.04 mine
1.05 material
2.01 completion|acquisition
2.02 results?
2.03 creation
2.04 triggering
2.05 costs?
2.06 material
3.01 notice
3.02 unregistered
3.03 material
4.01 changes? in
4.02 non-?\s?reliance
5.01 changes? in
5.02 departure|election|appointment|compensat
5.03 amendments?|change
5.04 temporary
5.05 amendments?
5.06 change
5.07 submission
5.08 shareholder
6.01 abs
6.02 change
6.03 change
6.04 failure
6.05 securities
6.06 static
6.10 alternative
7.01 regulation|reg
8.01 other
9.01 financial|exhibits|statements
1 changes? in
2 acquisition|disposition
3 bankruptcy
4 changes? in
5 other
6 resignations?
7 (?:consolidated )?financial|exhibits
8 changes? in
9 regulation|sales? of|reg
10 amendments?
11 temporary
12 results?|disclosure
""")
_FOREIGN_ANNUAL = _items(r"""
1 identity|directors
2 offer
3 key
3.A selected|\W*reserved
3.B capitali[sz]ation
3.C reasons?
3.D risk
4 information
4.A history
4.B business
4.C organi[sz]ation
4.D propert
4A unresolved
5 operating
5.A operating
5.B liquidity
5.C research
5.D trend
5.E off[ -]?balance|critical
5.F tabular|contractual
5.G safe
6 directors
6.A directors
6.B compensation
6.C board
6.D employees
6.E share
6.F disclosure
7 major
7.A major
7.B related
7.C interests
8 financial
8.A (?:consolidated |audited )*(?:financial )?statements|consolidated
8.B significant
9 (?:the )?offer
9.A (?:offer|listing|price)
9.B plan
9.C markets
9.D selling
9.E dilution
9.F expenses
10 additional
10.A share
10.B memorandum|articles
10.C material
10.D exchange
10.E taxation
10.F dividends?
10.G statements?
10.H documents?
10.I subsidiar
10.J annual
11 (?:qualitative|quantitative)
12 description
12.A debt
12.B warrants
12.C other
12.D american
13 defaults?
14 material
15 (?:disclosure )?controls
16 \W*reserved
16A audit
16B code
16C principal
16D exemptions?
16E purchases
16F change
16G corporate
16H mine
16I disclosure
16J insider
16K cyber
17 (?:consolidated )?financial
18 (?:consolidated )?financial
19 exhibits?
""")

_CATALOGUES = {
    "10-K": Catalogue(_ANNUAL, statements=("15", "14")),
    "10-KT": Catalogue(_ANNUAL, statements=("15", "14")),
    "10-K405": Catalogue(_ANNUAL, statements=("15", "14")),
    "10-KT405": Catalogue(_ANNUAL, statements=("15", "14")),
    "10-KSB": Catalogue(_SMALL_ANNUAL, statements=("7",)),
    "10-KSB40": Catalogue(_SMALL_ANNUAL, statements=("7",)),
    "10KSB": Catalogue(_SMALL_ANNUAL, statements=("7",)),
    "10KSB40": Catalogue(_SMALL_ANNUAL, statements=("7",)),
    "10-Q": Catalogue(_QUARTERLY_1 + _QUARTERLY_2),
    "10-QT": Catalogue(_QUARTERLY_1 + _QUARTERLY_2),
    "10-QSB": Catalogue(_QUARTERLY_1 + _QUARTERLY_2),
    "8-K": Catalogue(_CURRENT, ordered=False),
    "8-K12B": Catalogue(_CURRENT, ordered=False),
    "8-K12G3": Catalogue(_CURRENT, ordered=False),
    "8-K15D5": Catalogue(_CURRENT, ordered=False),
    "20-F": Catalogue(_FOREIGN_ANNUAL, statements=("18", "17")),
}


def catalogue_of(form: str) -> Catalogue | None:
    """Return the catalogue of a form or of its amendment (`/A`); None for forms without items."""
    return _CATALOGUES.get(form.strip().upper().removesuffix("/A"))
