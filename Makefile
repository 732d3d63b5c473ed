# One-line targets; the commands behind them are the documentation.
PYTHON ?= python3
DATA ?= $(or $(SEC_ASSETS_DATA),data)
LOCAL := $(if $(filter s3://%,$(DATA)),$(or $(SEC_ASSETS_LOCAL),data),$(DATA))# what stays on this machine
override LOCAL := $(if $(filter /%,$(LOCAL)),$(LOCAL),$(CURDIR)/$(LOCAL))# Dagster's home must be absolute
override DATA := $(if $(filter s3://%,$(DATA)),$(DATA),$(LOCAL))
BIN := .venv/bin
export SEC_ASSETS_DATA := $(DATA)
export SEC_ASSETS_LOCAL := $(if $(filter s3://%,$(DATA)),$(LOCAL))
export DAGSTER_HOME := $(LOCAL)/dagster
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: setup setup-dev demo test check dev backfill-fast backfill-turbo db-stats diagnose bench bench-bulk bench-http soak faults executor-table deploy-check bench-xbrl fuzz-xbrl scale kills bench-workers clean clean-data

setup: .venv/.runtime ## .venv with the pinned runtime dependencies
setup-dev: .venv/.dev ## and the development tools

.venv/.runtime: requirements/runtime.txt requirements/build.txt pyproject.toml setup.py $(wildcard sec_assets/xbrl/walk/*.p[xy][xd])
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/runtime.txt -r requirements/build.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements/runtime.txt -r requirements/dev.txt
	touch $@

demo: setup ## every asset for the bundled sample, through the Dask executor
	$(BIN)/sec-assets demo

test: setup-dev ## the test suite, a file at a time in three processes; `pytest` alone runs it in one
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

check: setup-dev ## lint, format, types, import contract, definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/sec-assets init
	$(BIN)/dg check defs

# A script's `make dev &` starts with SIGINT ignored, and Dagster, which treats SIGTERM as SIGINT, could not be stopped.
HEED_SIGINT := import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])
dev: export SEC_ASSETS_PARTITIONS_PER_RUN := $(or $(SEC_ASSETS_PARTITIONS_PER_RUN),250)
dev: setup ## Dagster UI and daemon on http://127.0.0.1:3000
	$(BIN)/sec-assets init
	exec $(BIN)/python -c '$(HEED_SIGINT)' $(BIN)/dagster dev -w workspace.yaml -h 127.0.0.1 -p $(or $(PORT),3000)

backfill-fast: setup ## filings and documents of the universe: 10 companies at once, 5 downloads (more options: ARGS="--exchange NYSE")
	$(BIN)/sec-assets backfill --max-concurrent-companies 10 --max-concurrent-downloads 5 $(ARGS)

backfill-turbo: setup ## 20 companies at once, 10 downloads
	$(BIN)/sec-assets backfill --max-concurrent-companies 20 --max-concurrent-downloads 10 $(ARGS)

db-stats: setup ## coverage by exchange and form
	$(BIN)/sec-assets db-stats

diagnose: setup ## what is wrong, and what to do about it
	$(BIN)/sec-assets diagnose

bench: setup-dev ## benchmarks; ratios within one run
	for name in xbrl technicals text executor bookkeeping statements; do $(BIN)/python -m sec_assets_tests.benchmarks.bench_$$name || exit 1; done

bench-http: setup-dev ## files a minute against a loopback EDGAR that allows 10 a second, beside other programs; 20 minutes
	$(BIN)/python -m sec_assets_tests.benchmarks.bench_http

bench-bulk: setup-dev ## nightly archives of EDGAR's size (0.9 GB below /tmp, made once) into the lake
	$(BIN)/python -m sec_assets_tests.benchmarks.bench_bulk

bench-xbrl: setup-dev ## reading XBRL, against libxml2's bare trees and the peers at hand (PEERS=python of a venv with them)
	POLARS_MAX_THREADS=1 $(BIN)/python -m sec_assets_tests.benchmarks.bench_xbrl $(if $(PEERS),--peers $(PEERS))

fuzz-xbrl: setup-dev ## a million mutated documents (INPUTS, SEED)
	$(BIN)/python -m sec_assets_tests.campaigns.xbrl_fuzz $(or $(INPUTS),1000000) $(or $(SEED),1)

soak: setup-dev ## an hour at the limit against a loopback EDGAR; in the background: nohup make soak > soak.log 2>&1 &
	$(BIN)/python -m sec_assets_tests.campaigns.soak

faults: setup-dev ## a seeded campaign of everything that can go wrong between us and EDGAR, on the loopback
	$(BIN)/python -m sec_assets_tests.campaigns.fault_campaign
	$(BIN)/python -m sec_assets_tests.campaigns.ban_campaign

two-hosts: setup-dev ## two network namespaces share one budget through a Redis that dies; as root, with redis-server
	$(BIN)/python -m sec_assets_tests.campaigns.two_hosts

many-hosts: setup-dev ## three hosts, one lake in an object store, one budget; as root, with redis-server and postgresql; ten minutes
	$(BIN)/python -m sec_assets_tests.campaigns.many_hosts

executor-table: setup-dev ## dagster-dask's executor beside ours, behaviour by behaviour; about ten minutes
	$(BIN)/python -m sec_assets_tests.benchmarks.executor_table

deploy-check: setup-dev ## every process of deploy/compose.yaml started by hand on the loopback, and a range run through them
	$(BIN)/python -m sec_assets_tests.campaigns.deploy_check

scale: setup-dev ## invented universes end to end: what each asset costs and how it grows (COMPANIES="50 100 300", SCALE_FOLDER)
	$(BIN)/python -m sec_assets_tests.campaigns.scale $(or $(COMPANIES),50 100 300)

bench-workers: setup-dev ## one worker against two, and what more would bring (COMPANIES=60); on a quiet machine
	$(BIN)/python -m sec_assets_tests.benchmarks.bench_workers $(or $(COMPANIES),60)

kills: setup-dev ## runs killed at random moments and resumed: the same lake (KILLS=20, COMPANIES=30, SEED=1); about two hours
	$(BIN)/python -m sec_assets_tests.campaigns.kills $(or $(KILLS),20) $(or $(COMPANIES),30) $(or $(SEED),1)

clean: ## caches and build leftovers
	rm -rf build dist .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

clean-data: ## everything on this machine that can be made again, downloads included; portfolio and request budget stay
	rm -rf $(LOCAL)/lake $(LOCAL)/documents $(LOCAL)/reports $(LOCAL)/dagster $(LOCAL)/warehouse.duckdb $(LOCAL)/state/http_cache* $(LOCAL)/state/origin
