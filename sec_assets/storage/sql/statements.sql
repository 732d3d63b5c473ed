-- Statements by the version, the company and the period one wants; after views.sql, whose known_at and known_day are used.
-- The same in Python: sec_assets/xbrl/standardize/versions.py and trailing.py.

CREATE VIEW financials_latest AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, line_item, period_start, period_end
        ORDER BY (value IS NULL), known_at(accepted_at, filed) DESC NULLS LAST, accession_number DESC
    ) AS version
    FROM financials
) WHERE version = 1;

CREATE VIEW financials_as_first_reported AS
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, line_item, period_start, period_end
        ORDER BY (value IS NULL), known_at(accepted_at, filed) ASC NULLS LAST, accession_number ASC
    ) AS version
    FROM financials
) WHERE version = 1;

CREATE MACRO financials_as_of(as_of) AS TABLE
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY cik, line_item, period_start, period_end
        ORDER BY (value IS NULL), known_at(accepted_at, filed) DESC, accession_number DESC
    ) AS version
    FROM financials
    WHERE known_day(accepted_at, filed) <= CAST(as_of AS DATE)
) WHERE version = 1;

-- The size of the last known place: 1000000 for −6; 0 where exact; null where unknown.
CREATE MACRO last_place(places) AS CASE WHEN places >= 12 THEN 0 ELSE CAST(power(10, -places) AS DECIMAL(38, 12)) END;

CREATE VIEW financials_restatements AS
SELECT cik, line_item, statement, period_start, period_end, unit, old_value, value AS new_value, value - old_value AS difference,
       old_concept, concept AS new_concept, old_accession_number, accession_number, form, filed, accepted_at,
       2 * abs(value - old_value) <= last_place(least(decimals, CASE WHEN decimals IS NOT NULL THEN old_decimals END)) AS is_rounding_only,
       is_derived OR old_derived AS is_derived
FROM (
    SELECT *, lag(value) OVER versions AS old_value, lag(concept) OVER versions AS old_concept, lag(unit) OVER versions AS old_unit,
        lag(accession_number) OVER versions AS old_accession_number, lag(decimals) OVER versions AS old_decimals,
        lag(is_derived) OVER versions AS old_derived
    FROM financials WHERE value IS NOT NULL
    WINDOW versions AS (
        PARTITION BY cik, line_item, period_start, period_end ORDER BY known_at(accepted_at, filed) NULLS FIRST, accession_number
    )
) WHERE unit = old_unit AND value <> old_value;

CREATE VIEW facts_restatements AS
SELECT cik, concept, unit, period, period_start, period_end, dimensions, old_numeric AS old_value, numeric AS new_value,
       numeric - old_numeric AS difference, old_accession_number, accession_number, form, filed, accepted_at,
       2 * abs(numeric - old_numeric) <= last_place(least(places, CASE WHEN places IS NOT NULL THEN old_places END)) AS is_rounding_only
FROM (
    SELECT *, lag(numeric) OVER versions AS old_numeric, lag(accession_number) OVER versions AS old_accession_number,
        lag(places) OVER versions AS old_places
    FROM (
        SELECT *, CASE WHEN upper(trim(decimals)) = 'INF' THEN 12 ELSE TRY_CAST(decimals AS INTEGER) END AS places
        FROM xbrl_facts WHERE occurrence = 0 AND numeric IS NOT NULL
    )
    WINDOW versions AS (
        PARTITION BY cik, concept, unit, period, dimensions ORDER BY known_at(accepted_at, filed) NULLS FIRST, accession_number
    )
) WHERE numeric <> old_numeric;

-- Trailing twelve months of one version per period: the fiscal year itself, else four quarters that chain day by day.
CREATE MACRO trailing_years_as_of(as_of) AS TABLE
WITH flows AS (
    SELECT *, known_at(accepted_at, filed) AS known FROM financials_as_of(as_of)
    WHERE value IS NOT NULL AND statement IN ('income', 'cash_flow') AND regexp_matches(unit, '^[A-Z]{3}$')
), chained AS (
    SELECT cik, line_item, statement, unit, period_end, fiscal_year, lag(period_start, 3) OVER item AS first_start,
        value + lag(value, 1) OVER item + lag(value, 2) OVER item + lag(value, 3) OVER item AS total,
        period_start = lag(period_end, 1) OVER item + 1 AND lag(period_start, 1) OVER item = lag(period_end, 2) OVER item + 1
            AND lag(period_start, 2) OVER item = lag(period_end, 3) OVER item + 1 AS chains,
        greatest(known, lag(known, 1) OVER item, lag(known, 2) OVER item, lag(known, 3) OVER item) AS known
    FROM flows WHERE period_type = 'quarter'
    WINDOW item AS (PARTITION BY cik, line_item, unit ORDER BY period_end, period_start)
), years AS (
    SELECT cik, line_item, statement, unit, period_start, period_end, fiscal_year, value, known, 'the fiscal year itself' AS rule
    FROM flows WHERE period_type = 'year' AND fiscal_period = 'FY'
)
SELECT * FROM years
UNION ALL
SELECT cik, line_item, statement, unit, first_start, period_end, fiscal_year, total, known, 'sum of four quarters'
FROM chained WHERE chains AND first_start IS NOT NULL
    AND (cik, line_item, period_end) NOT IN (SELECT (cik, line_item, period_end) FROM years);

CREATE VIEW financials_trailing_years AS SELECT * FROM trailing_years_as_of(DATE '9999-12-31');

-- What one types: a ticker or a CIK, a concept with or without its prefix, and the day one wants to stand on.
CREATE MACRO cik_of(company) AS coalesce(
    (SELECT min(cik) FROM ticker_map WHERE ticker = upper(company)), CASE WHEN regexp_matches(company, '^[0-9]{1,10}$') THEN lpad(company, 10, '0') END
);

CREATE MACRO company_facts(company, name, as_of := DATE '9999-12-31') AS TABLE
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY concept, unit, period, dimensions, lang ORDER BY known_at(accepted_at, filed) DESC NULLS LAST, accession_number DESC
    ) AS version
    FROM xbrl_facts
    WHERE cik = cik_of(company) AND (concept = name OR split_part(concept, ':', 2) = name) AND dimensions = '' AND occurrence = 0
        AND known_day(accepted_at, filed) <= CAST(as_of AS DATE)
) WHERE version = 1
ORDER BY concept, period_end, period_start, unit;

CREATE MACRO company_statements(company, periods := 'year', as_of := DATE '9999-12-31') AS TABLE
SELECT * EXCLUDE (version) FROM (
    SELECT *, row_number() OVER (
        PARTITION BY line_item, period_start, period_end
        ORDER BY (value IS NULL), known_at(accepted_at, filed) DESC, accession_number DESC
    ) AS version
    FROM financials
    WHERE cik = cik_of(company) AND known_day(accepted_at, filed) <= CAST(as_of AS DATE)
) WHERE version = 1 AND CASE periods
    WHEN 'year' THEN fiscal_period = 'FY'
    ELSE fiscal_period IN ('Q1', 'Q2', 'Q3', 'Q4') OR fiscal_period = 'FY' AND period_type = 'instant' END
ORDER BY statement, line_item, period_end;
