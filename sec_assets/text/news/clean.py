"""Text and links of strangers made harmless: no markup, no control characters, bounded length, http(s) only.

What a reader of a terminal, a report or a log could be tricked by is removed here once, so that nobody downstream has
to think of it; escaping for HTML remains the duty of whoever writes HTML.
"""

import re
from urllib.parse import urlsplit

from sec_assets.text.html_text import visible_text, without_code

TITLE_LENGTH = 500
SUMMARY_LENGTH = 2000
_LINK_LENGTH = 2048
_RAW_LENGTH = 200_000
_UNCLOSED_CODE = re.compile(r"<(?:script|style|iframe)\b.*", re.IGNORECASE | re.DOTALL)
_HARMFUL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def plain(text: str, length: int) -> str:
    """Return `text` as one line without markup, control or direction-override characters, cut to `length`."""
    text = text[:_RAW_LENGTH]
    for _ in range(3):  # feeds escape once too often: markup may appear only after the first decoding
        read = visible_text(_UNCLOSED_CODE.sub("", without_code(text)))
        if read == text:
            break
        text = read
    line = " ".join(_HARMFUL.sub("", text).split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def web_address(link: str) -> str | None:
    """Return the link if it is an absolute http or https address without spaces and control characters, else None."""
    link = link.strip()
    if not 0 < len(link) <= _LINK_LENGTH or re.search(r"[\s\\<>\"]", link) or _HARMFUL.search(link):
        return None
    try:
        parts = urlsplit(link)
        known = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return None
    return link if known else None
