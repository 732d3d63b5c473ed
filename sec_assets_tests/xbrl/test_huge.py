"""Instances of 40 MB, whole and broken, in a process of their own: bounded time and memory, facts or a reason with its line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MOST_MEGABYTES = 700
MOST_CPU_SECONDS = 60
_ROOT = Path(__file__).resolve().parents[2]

_CHILD = """
import json, sys, time
from pathlib import Path
from sec_assets.xbrl.instance import InstanceDocument, parse_instances
from sec_assets_tests.memory import peak_megabytes
body = Path(sys.argv[1]).read_bytes()
parsed = parse_instances([InstanceDocument("0000000042", "0000000042-25-000001", "a.xml", body)])
print(json.dumps({
    "facts": parsed.frame.height, "problems": parsed.problems.select("line", "reason", "facts").rows(),
    "megabytes": peak_megabytes(), "seconds": time.process_time(),
}))
"""


def huge(fact: str, closing: str = "</xbrli:xbrl>") -> str:
    opening = (
        '<xbrli:xbrl xmlns:xbrli="http://www.xbrl.org/2003/instance" xmlns:us-gaap="http://fasb.org/us-gaap/2024">\n'
        '<xbrli:unit id="u"><xbrli:measure>xbrli:pure</xbrli:measure></xbrli:unit>\n<xbrli:context id="c"><xbrli:entity>'
        '<xbrli:identifier scheme="s">42</xbrli:identifier></xbrli:entity><xbrli:period><xbrli:instant>2024-12-31'
        "</xbrli:instant></xbrli:period></xbrli:context>\n"
    )
    lines = [fact.format(number) for number in range(40_000_000 // len(fact.format(100_000)))]
    return opening + "\n".join(lines) + closing


FACT = (
    '<us-gaap:Assets id="fact-with-a-long-name-{0:06}" contextRef="c" unitRef="u" decimals="0">{0}</us-gaap:Assets>'
    + " " * 60
)


@pytest.mark.parametrize(
    ("fact", "closing", "reason"),
    [
        (FACT, "</xbrli:xbrl>", None),
        (FACT.replace('"c"', '"c{0}"'), "</xbrli:xbrl>", "context 'c0' is not defined"),
        (FACT, "</xbrl>", "not well-formed XML"),
    ],
    ids=["whole", "undefined contexts", "cut short"],
)
def test_a_huge_instance_is_read_in_bounded_time_and_memory(
    tmp_path: Path, fact: str, closing: str, reason: str | None
) -> None:
    path = tmp_path / "huge.xml"
    path.write_text(huge(fact, closing))
    assert path.stat().st_size >= 40_000_000
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(path)], cwd=_ROOT, capture_output=True, text=True, timeout=600, check=True
    )
    said = json.loads(done.stdout)
    assert said["megabytes"] < MOST_MEGABYTES
    assert said["seconds"] < MOST_CPU_SECONDS
    if reason is None:
        assert (said["facts"], said["problems"]) == (path.read_text().count("<us-gaap:Assets"), [])
    else:
        assert said["facts"] == 0
        line, text, _ = said["problems"][0]
        assert line > 1
        assert reason in text
