-- What analysts ask for: facts by the version they want. "Known" means accepted by EDGAR, in New York's days.

CREATE VIEW facts_latest AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, concept, unit, period, dimensions, lang ORDER BY accepted_at DESC NULLS LAST, accession_number DESC
    ) AS version
    FROM xbrl_facts WHERE occurrence = 0
) WHERE version = 1;

CREATE VIEW facts_as_first_reported AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, concept, unit, period, dimensions, lang ORDER BY accepted_at ASC NULLS LAST, accession_number ASC
    ) AS version
    FROM xbrl_facts WHERE occurrence = 0
) WHERE version = 1;

CREATE MACRO facts_as_of(as_of) AS TABLE
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, concept, unit, period, dimensions, lang ORDER BY accepted_at DESC, accession_number DESC
    ) AS version
    FROM xbrl_facts
    WHERE occurrence = 0 AND CAST(timezone('America/New_York', accepted_at) AS DATE) <= CAST(as_of AS DATE)
) WHERE version = 1;

CREATE VIEW financials_latest AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, line_item, period_start, period_end ORDER BY accepted_at DESC NULLS LAST, accession_number DESC
    ) AS version
    FROM financials
) WHERE version = 1;

CREATE MACRO financials_as_of(as_of) AS TABLE
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, line_item, period_start, period_end ORDER BY accepted_at DESC, accession_number DESC
    ) AS version
    FROM financials
    WHERE CAST(timezone('America/New_York', accepted_at) AS DATE) <= CAST(as_of AS DATE)
) WHERE version = 1;

CREATE VIEW signals_latest AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (PARTITION BY cik, name ORDER BY as_of DESC) AS version FROM signals
) WHERE version = 1;

CREATE VIEW failures AS
SELECT * FROM status WHERE state IN ('failed', 'partial') ORDER BY asset, cik;
