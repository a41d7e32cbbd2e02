# Two commands are enough: `make run` and `make test`. The others are for those who work on the engine.

SWIFT_FLAGS := -c release -Xswiftc -enable-testing
BINARY      := .build/release/ledgerflow
DATA_DIR    ?= data
PORT        ?= 8080
SEEDS       ?= 20000
KILLS       ?= 300

.PHONY: run test build dependencies simulate soak bench coverage lint format demo clean help

help: ## Show what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

run: build ## Install what is missing, build, and run the engine on its embedded store
	@$(BINARY) serve --data-dir $(DATA_DIR) --port $(PORT) --allow-target 127.0.0.0/8 --sample-source --welcome

test: dependencies lint ## Install what is missing and run everything: lint, all tests, coverage
	@scripts/test

build: dependencies ## Build the binary
	@swift build $(SWIFT_FLAGS) --product ledgerflow

dependencies: ## Install what is missing
	@scripts/dependencies

demo: build ## Watch the engine at work for a few seconds
	@$(BINARY) demo

simulate: dependencies ## Run SEEDS histories of the simulation, or the one history SEED with its trace
	@swift build $(SWIFT_FLAGS) --build-tests
	@SEEDS=$(SEEDS) SEED=$(SEED) swift test $(SWIFT_FLAGS) --skip-build --filter SimulationTests

soak: dependencies ## Hours of trouble: a million histories, KILLS kills of the binary, ten million pending calls
	@swift build $(SWIFT_FLAGS) --build-tests
	@SEEDS=1000000 swift test $(SWIFT_FLAGS) --skip-build --filter SimulationTests
	@KILLS=$(KILLS) swift test $(SWIFT_FLAGS) --skip-build --no-parallel --filter KillTests/killedAgainAndAgainUnderLoad
	@NUMBERS=1000000 NUMBER_KILLS=200 swift test $(SWIFT_FLAGS) --skip-build --no-parallel --filter NumberKillTests
	@LEDGERFLOW_ORACLE_COUNT=10000000 swift test $(SWIFT_FLAGS) --skip-build --no-parallel --filter Oracle
	@cd Benchmarks && swift build -c release
	@cd Benchmarks && LEDGERFLOW_BINARY=$(CURDIR)/$(BINARY) .build/release/ledgerflow-bench run --rounds 1 --seconds 3 --pending 10000000 \
		$(foreach part,p1 p2 p3 p4 p5 p10 p15 books grdb,--skip $(part))

bench: build ## Measure, beside the limits of this machine; writes Benchmarks/report.json
	@cd Benchmarks && swift build -c release
	@cd Benchmarks && LEDGERFLOW_BINARY=$(CURDIR)/$(BINARY) .build/release/ledgerflow-bench --json report.json $(BENCH)

.PHONY: run-postgres bench-postgres

run-postgres: build ## The same on PostgreSQL: LEDGERFLOW_DATABASE_URL, or a private server in the data directory
	@DATA_DIR=$(DATA_DIR) PORT=$(PORT) scripts/run-postgres

bench-postgres: build ## Measure on PostgreSQL, beside bare connections and the peers; writes Benchmarks/report-postgres.json
	@LEDGERFLOW_BINARY=$(CURDIR)/$(BINARY) scripts/bench-postgres $(BENCH)

.PHONY: bench-ingest

bench-ingest: build ## Measure SOAP batches, splitting and whole path, beside their limits; writes Benchmarks/report-ingest.json
	@cd Benchmarks && swift build -c release
	@cd Benchmarks && LEDGERFLOW_BINARY=$(CURDIR)/$(BINARY) .build/release/ledgerflow-bench ingest --json report-ingest.json $(BENCH)

coverage: dependencies ## Print the line coverage of Domain and Actors; fails under 90 %
	@scripts/coverage

lint: ## Check the formatting
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks/Sources Benchmarks/Package.swift

format: ## Format the sources
	@swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks/Sources Benchmarks/Package.swift

clean: ## Remove what was built
	@rm -rf .build Benchmarks/.build
