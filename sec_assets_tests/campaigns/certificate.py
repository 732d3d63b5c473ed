"""A certificate for the loopback EDGAR, made with openssl and good for a few days; clients trust it by its path."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

NAMES = ("DNS:localhost", "DNS:www.sec.gov", "DNS:data.sec.gov", "DNS:efts.sec.gov", "IP:127.0.0.1")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a certificate and of its key."""

    certificate: str
    key: str


def make_certificate(folder: Path) -> Certificate:
    """Make a certificate that signs itself for the loopback address and EDGAR's names, and return its files."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "3", "-subj", "/CN=loopback"]
    subprocess.run([*command, "-addext", f"subjectAltName={','.join(NAMES)}"], check=True, capture_output=True)
    return Certificate(str(certificate), str(key))
