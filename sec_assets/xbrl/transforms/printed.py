"""What every transformation does first: take XML's white space off, and refuse what is too long to be one value."""

from sec_assets.errors import MalformedError

_SPACE = " \t\r\n"
_LONGEST = 400


def printed(text: str) -> str:
    """Return the text without XML white space around it; a non-breaking space is not white space of XML.

    Raises:
        MalformedError: longer than any printed number, date or name.
    """
    stripped = text.strip(_SPACE)
    if len(stripped) > _LONGEST:
        raise MalformedError(f"{stripped[:60]!r}… is {len(stripped):,} characters long, too many for one value")
    return stripped
