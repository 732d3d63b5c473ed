import pytest

from sec_assets.xbrl.names import Prefixes, is_extension, standard_prefix
from sec_assets_tests.xbrl.instances import context, instance, only, parse


@pytest.mark.parametrize(
    ("namespace", "prefix"),
    [
        ("http://fasb.org/us-gaap/2024", "us-gaap"),
        ("http://fasb.org/us-gaap/2014-01-31", "us-gaap"),
        ("http://xbrl.us/us-gaap/2009-01-31", "us-gaap"),
        ("http://xbrl.us/dei/2009-01-31", "dei"),
        ("http://fasb.org/srt/2018-01-31", "srt"),
        ("http://xbrl.sec.gov/dei/2019-01-31", "dei"),
        ("https://xbrl.sec.gov/ecd/2023", "ecd"),
        ("http://xbrl.sec.gov/cyd/2024", "cyd"),
        ("http://xbrl.sec.gov/country/2023", "country"),
        ("http://xbrl.ifrs.org/taxonomy/2023-03-23/ifrs-full", "ifrs-full"),
    ],
)
def test_standard_taxonomies_have_their_usual_prefix_without_the_year(namespace: str, prefix: str) -> None:
    assert standard_prefix(namespace) == prefix
    assert not is_extension(namespace)


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.apple.com/20240928",
        "http://evil.example/fasb.org/us-gaap/2024",
        "http://fasb.org.example/us-gaap/2024",
        "http://notfasb.org/us-gaap/2024",
        "",
    ],
)
def test_other_namespaces_are_extensions(namespace: str) -> None:
    assert is_extension(namespace)


def test_an_extension_cannot_take_a_standard_prefix() -> None:
    body = instance('<us-gaap:Assets contextRef="y" unitRef="usd">1</us-gaap:Assets>').replace(
        b"http://fasb.org/us-gaap/2024", b"http://evil.example/2024"
    )
    fact = only(parse(body))
    assert fact["concept"] == "us-gaap-2:Assets"
    assert fact["is_extension"] is True


def test_two_namespaces_never_share_a_prefix() -> None:
    prefixes = Prefixes()
    assert prefixes.of("http://a.example", "acme") == "acme"
    assert prefixes.of("http://b.example", "acme") == "acme-2"
    assert prefixes.of("http://a.example", "other") == "acme"
    assert prefixes.of("http://c.example", None) == "ext"


def test_the_prefix_of_the_document_does_not_matter_for_standard_taxonomies() -> None:
    body = instance('<gaap:Assets contextRef="y" unitRef="usd">1</gaap:Assets>').replace(
        b"xmlns:us-gaap", b"xmlns:gaap"
    )
    assert only(parse(body))["concept"] == "us-gaap:Assets"


def test_names_in_content_are_resolved_in_the_scope_of_their_element() -> None:
    member = (
        '<xbrldi:explicitMember dimension="a:Axis" xmlns:a="http://fasb.org/us-gaap/2024" '
        'xmlns:acme="http://other.example">acme:OneMember</xbrldi:explicitMember>'
    )
    fact = only(
        parse(
            instance('<acme:X contextRef="d">x</acme:X>', parts_before=context("d", segment=member)),
        )
    )
    assert fact["concept"] == "acme:X"
    assert fact["dimensions"] == "us-gaap:Axis=acme-2:OneMember"


def test_a_default_namespace_serves_names_without_prefix() -> None:
    unit = '<unit id="s" xmlns="http://www.xbrl.org/2003/instance"><measure>shares</measure></unit>'
    fact = only(parse(instance(unit, '<acme:X contextRef="y" unitRef="s">1</acme:X>')))
    assert fact["unit"] == "shares"


def test_an_undeclared_prefix_is_a_failure_of_the_facts_concerned() -> None:
    member = '<xbrldi:explicitMember dimension="us-gaap:Axis">nobody:OneMember</xbrldi:explicitMember>'
    parsed = parse(
        instance(
            '<acme:X contextRef="d">x</acme:X><acme:X contextRef="y">y</acme:X>',
            parts_before=context("d", segment=member) + context(),
        )
    )
    assert parsed.frame["value"].to_list() == ["y"]
    assert len(parsed.failures) == 1
    assert "no namespace is declared for the prefix 'nobody'" in parsed.failures[0][2]
