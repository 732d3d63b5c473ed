"""A small fault campaign: the same as `make faults`, over a few companies."""

import shutil
from pathlib import Path

import pytest

from sec_assets_tests.campaigns.certificate import make_certificate
from sec_assets_tests.campaigns.fault_campaign import Campaign
from sec_assets_tests.campaigns.faults import FAULTS, FaultPlan
from sec_assets_tests.campaigns.site import Site


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
def test_what_exists_is_stored_byte_exact_and_all_else_is_a_row_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = make_certificate(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate.certificate)
    campaign = Campaign(Site(companies=2, filings=25, document_bytes=5_000), 4, tmp_path, certificate).run()
    assert campaign.wrong == []
    assert campaign.documents == 150
    assert len({one.answer for one in campaign.arrivals} & {fault.name for fault in FAULTS}) >= 12


def test_a_plan_follows_from_its_seed_and_the_address() -> None:
    paths = [f"/www.sec.gov/Archives/edgar/data/9000001/000900000125000001/{number}.htm" for number in range(300)]
    first, second, other = FaultPlan(1), FaultPlan(1), FaultPlan(2)
    assert [first.of(path) for path in paths] == [second.of(path) for path in paths]
    assert [first.of(path) for path in paths] != [other.of(path) for path in paths]
    assert {fault.name for path in paths for fault in first.of(path)} > {"reset", "gzip cut in half", "rate page"}


def test_the_last_fault_of_an_address_that_is_gone_never_ends() -> None:
    plan = FaultPlan(1)
    paths = (f"/www.sec.gov/Archives/edgar/data/9000001/000900000125000001/{number}.htm" for number in range(1000))
    gone = next(path for path in paths if (faults := plan.of(path)) and faults[-1].effect == "absent")
    met = [plan.next(gone) for _ in range(10)]
    assert {fault.effect for fault in met[3:] if fault} == {"absent"}
