"""The SGML header of a submission, the only place where EDGAR states the acceptance time beyond doubt (New York)."""

from sec_assets.sample.filings import Filing
from sec_assets.sample.universe import companies

_NAMES = {
    "10-K": "Annual report [Section 13 and 15(d), not S-K Item 405]", "10-K/A": "Annual report amendment",
    "10-Q": "Quarterly report [Sections 13 or 15(d)]", "8-K": "Current report",
    "20-F": "Annual and transition report of foreign private issuers", "6-K": "Report of foreign issuer",
    "DEF 14A": "Other definitive proxy statements", "4": "Statement of changes in beneficial ownership of securities",
    "S-1": "General form for registration of securities", "424B4": "Prospectus [Rule 424(b)(4)]",
    "NT 10-K": "Notification of inability to timely file Form 10-K",
}  # fmt: skip
ITEMS = {
    "1.01": "Entry into a Material Definitive Agreement", "1.05": "Material Cybersecurity Incidents",
    "2.01": "Completion of Acquisition or Disposition of Assets",
    "2.02": "Results of Operations and Financial Condition",
    "2.03": "Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement of a "
    "Registrant",
    "2.06": "Material Impairments",
    "3.01": "Notice of Delisting or Failure to Satisfy a Continued Listing Rule or Standard; Transfer of Listing",
    "4.01": "Changes in Registrant's Certifying Accountant",
    "4.02": "Non-Reliance on Previously Issued Financial Statements or a Related Audit Report or Completed Interim Review",
    "5.02": "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers; "
    "Compensatory Arrangements of Certain Officers",
    "5.03": "Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year",
    "5.07": "Submission of Matters to a Vote of Security Holders", "7.01": "Regulation FD Disclosure",
    "8.01": "Other Events", "9.01": "Financial Statements and Exhibits",
}  # fmt: skip


def form_name(form: str) -> str:
    """Return what EDGAR calls a form."""
    return _NAMES.get(form, form)


def submission_header(filing: Filing, documents: int, parties: list[tuple[str, str, str]]) -> str:
    """Return the header, from `<SEC-DOCUMENT>` to `</SEC-HEADER>`."""
    filed = f"{filing.filed:%Y%m%d}"
    lines = [
        f"<SEC-DOCUMENT>{filing.accession}.txt : {filed}",
        f"<SEC-HEADER>{filing.accession}.hdr.sgml : {filed}",
        f"<ACCEPTANCE-DATETIME>{filing.accepted:%Y%m%d%H%M%S}",
        f"ACCESSION NUMBER:\t\t{filing.accession}",
        f"CONFORMED SUBMISSION TYPE:\t{filing.form}",
        f"PUBLIC DOCUMENT COUNT:\t\t{documents}",
    ]
    if filing.report_date:
        lines.append(f"CONFORMED PERIOD OF REPORT:\t{filing.report_date:%Y%m%d}")
    lines += [f"ITEM INFORMATION:\t\t{ITEMS[item]}" for item in filing.items.split(",") if item in ITEMS]
    lines += [f"FILED AS OF DATE:\t\t{filed}", f"DATE AS OF CHANGE:\t\t{filed}"]
    for cik, name, role in parties:
        lines += _party(filing, cik, name, role)
    return "\n".join([*lines, "</SEC-HEADER>", ""])


def _party(filing: Filing, cik: str, name: str, role: str) -> list[str]:
    head = {"Filer": "FILER", "Issuer": "ISSUER", "Reporting": "REPORTING-OWNER"}[role]
    lines = ["", f"{head}:", ""]
    if role == "Reporting":
        return [
            *lines,
            "\tOWNER DATA:\t",
            f"\t\tCOMPANY CONFORMED NAME:\t\t\t{name}",
            f"\t\tCENTRAL INDEX KEY:\t\t\t{cik}",
        ]
    given = companies()[cik].given
    address = given["address"]
    lines += [
        "\tCOMPANY DATA:\t",
        f"\t\tCOMPANY CONFORMED NAME:\t\t\t{name}",
        f"\t\tCENTRAL INDEX KEY:\t\t\t{cik}",
        f"\t\tSTANDARD INDUSTRIAL CLASSIFICATION:\t{given['sic_description'].upper()} [{given['sic']}]",
        f"\t\tIRS NUMBER:\t\t\t\t{given['ein']}",
        f"\t\tSTATE OF INCORPORATION:\t\t\t{given['state']}",
        f"\t\tFISCAL YEAR END:\t\t\t{given['fye']}",
        "",
        "\tFILING VALUES:",
        f"\t\tFORM TYPE:\t\t{filing.form}",
        f"\t\tSEC ACT:\t\t{'1933' if filing.kind == 'prospectus' else '1934'} Act",
        f"\t\tSEC FILE NUMBER:\t{given['file_number']}",
        f"\t\tFILM NUMBER:\t\t{filing.film_number}",
    ]
    for kind in ("BUSINESS", "MAIL"):
        lines += [
            "",
            f"\t{kind} ADDRESS:\t",
            f"\t\tSTREET 1:\t\t{address['street']}",
            f"\t\tCITY:\t\t\t{address['city']}",
        ]
        lines += [f"\t\tSTATE:\t\t\t{address['state']}", f"\t\tZIP:\t\t\t{address['zip']}"]
    for former, _, until in given.get("former", []):
        lines += ["", "\tFORMER COMPANY:\t", f"\t\tFORMER CONFORMED NAME:\t{former}"]
        lines.append(f"\t\tDATE OF NAME CHANGE:\t{until[:10].replace('-', '')}")
    return lines
