-- What analysts ask for: facts by the version they want. "Known" means accepted by EDGAR, in New York's days; a filing
-- without an instant of acceptance was known by the end of its filing date, which is 03:00 UTC of the next day at the latest.

CREATE MACRO known_at(accepted_at, filed) AS coalesce(accepted_at, timezone('UTC', CAST(filed AS TIMESTAMP) + INTERVAL 27 HOURS));

CREATE MACRO known_day(accepted_at, filed) AS coalesce(CAST(timezone('America/New_York', accepted_at) AS DATE), filed);

CREATE VIEW facts_latest AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, concept, unit, period, dimensions, lang ORDER BY known_at(accepted_at, filed) DESC NULLS LAST, accession_number DESC
    ) AS version
    FROM xbrl_facts WHERE occurrence = 0
) WHERE version = 1;

CREATE VIEW facts_as_first_reported AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, concept, unit, period, dimensions, lang ORDER BY known_at(accepted_at, filed) ASC NULLS LAST, accession_number ASC
    ) AS version
    FROM xbrl_facts WHERE occurrence = 0
) WHERE version = 1;

CREATE MACRO facts_as_of(as_of) AS TABLE
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, concept, unit, period, dimensions, lang ORDER BY known_at(accepted_at, filed) DESC, accession_number DESC
    ) AS version
    FROM xbrl_facts
    WHERE occurrence = 0 AND known_day(accepted_at, filed) <= CAST(as_of AS DATE)
) WHERE version = 1;

CREATE VIEW signals_latest AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (PARTITION BY cik, name ORDER BY as_of DESC) AS version FROM signals
) WHERE version = 1;

CREATE VIEW failures AS
SELECT * FROM status WHERE state IN ('failed', 'partial') ORDER BY asset, cik;
