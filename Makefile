# Every target builds the virtual environment that it needs from python3, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# One more than the number of cores: many tests wait for programs, terminals and time limits.
WORKERS = $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")
PYTEST_ARGS ?= -n $(WORKERS) --dist worksteal

WHEELS := $(VENV)/wheels/ready
NODE := .node/ready
CHECKOV := .venv-checkov/ready

.PHONY: demo test lint types unit coverage judges wheels node checkov checkov-orders checks-ref pins dist lambda fuzz apply-oracle fleet-oracle mutation benchmark benchmark-store fleet-benchmark rules fixtures clean

$(READY): pyproject.toml tests/constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--constraint tests/constraints.txt --editable '.[dev]'
	@$(BIN)/python -m compileall -q src # an installed wheel is also compiled
	@touch $(READY)

$(WHEELS): $(READY)
	@rm -rf $(VENV)/wheels
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check \
		--constraint tests/constraints.txt --wheel-dir $(VENV)/wheels hatchling .
	@rm $(VENV)/wheels/assay_ami-*.whl
	@touch $(WHEELS)

wheels: $(WHEELS) ## Build the wheels that pre-commit installs in the tests, which then need no network.

$(NODE): tests/node/package.json
	@rm -rf .node
	@if command -v npm > /dev/null; then mkdir .node && cp tests/node/package.json .node/ && \
		npm install --prefix .node --no-package-lock --no-audit --no-fund --silent && touch $(NODE); \
	else echo "npm is not on PATH: tests that need its packages are skipped"; fi

$(CHECKOV): tests/checkov/constraints.txt | $(READY)
	@$(BIN)/python -m tests.checkov.environment > /dev/null || \
		echo "checkov could not be installed: tests that need it are skipped"

judges: $(CHECKOV) $(WHEELS) $(NODE) ## Install the programs of others that tests compare ours with; the slowest first.

checkov: $(READY) ## Install checkov for the tests, in a separate environment.
	@$(BIN)/python -m tests.checkov.environment

checkov-orders: $(READY) ## Test which hcl2 results if checkov and assay share an environment; takes some minutes.
	$(BIN)/python -Im pytest -q tests/checkov/install_orders.py

checks-ref: ## Print a commit that contains only checks/: checkov runs every file of the tree that it clones.
	@git commit-tree -m "checks of $$(git describe --always)" \
		"$$(printf '040000 tree %s\tchecks\n' "$$(git rev-parse HEAD:checks)" | git mktree)"

node: $(NODE) ## Install the validators of reports that tests use, from npm.

DEMO := --as-of 2026-11-22 --policy

demo: $(READY) ## Judge recorded plans without an AWS account: a good image and one that only looks good.
	@$(BIN)/assay check fixtures/demo/plan.json \
		--catalog fixtures/demo/catalog.json $(DEMO) fixtures/demo/policy.yaml; \
		code=$$?; echo; echo "exit code $$code: the gate stays closed"; test $$code -eq 1
	@echo; echo "A local and a dynamic block each lead to one of two images. The plan's code says which."; echo
	@$(BIN)/assay check fixtures/with-code/plan.json --source-root fixtures/with-code \
		--catalog fixtures/with-code/catalog.json $(DEMO) fixtures/with-code/policy.yaml; \
		code=$$?; echo; echo "exit code $$code"; test $$code -eq 1

test: ## Everything that a change must pass. What uses only one core runs first, in parallel.
	@$(MAKE) --no-print-directory --jobs=2 judges types lint
	@$(MAKE) --no-print-directory unit

lint: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: $(READY)
	$(BIN)/mypy

unit: $(READY) $(WHEELS) $(NODE)
	$(BIN)/python -Im pytest $(PYTEST_ARGS)

coverage: $(READY) $(WHEELS) $(NODE) ## Measure which code the tests run; takes two to three times as long.
	$(BIN)/python -Im pytest --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

fuzz: $(READY) ## Check ten thousand damaged plans; takes about three minutes.
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -Im pytest tests/inputs/test_fuzz.py $(PYTEST_ARGS)

apply-oracle: $(READY) ## Compare verdicts before apply with what apply did, for all configurations; takes half an hour, mostly waiting.
	$(BIN)/python -Im pytest tests/apply/every_configuration.py -n 4 --dist worksteal

fleet-oracle: $(READY) ## Compare an inventory of 200 accounts in six Regions with what is known of every image; takes some minutes.
	$(BIN)/python -Im pytest tests/fleet/whole_organization.py -s

mutation: $(READY) ## Make every small change to the code that decides and to Terraform's language; the tests must fail. Takes hours; MUTANTS='assay.policy.rules.*' runs a part.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint tests/constraints.txt mutmut
	$(BIN)/mutmut run $(MUTANTS) > mutants.log; tail -c 200 mutants.log | tr '\r' '\n' | tail -1
	@$(BIN)/mutmut results | grep -v ': not checked$$'
	@$(BIN)/mutmut results --all true | grep -v ': not checked$$' | \
		sed -E 's/^ *(.*)\.x.*: /\1 /' | awk ' \
		{ all[$$1]++; all["total"]++ } $$2 == "killed" { killed[$$1]++; killed["total"]++ } END { \
		for (name in all) printf "%s: %d of %d killed, %.1f %%\n", \
			name, killed[name], all[name], 100 * killed[name] / all[name] }' | sort

benchmark: $(READY) ## Measure medians and ratios in one run.
	$(BIN)/python -m compileall -q src
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/plan.py
	$(BIN)/python benchmarks/live.py
	$(BIN)/python benchmarks/code.py
	$(BIN)/python benchmarks/reports.py
	$(BIN)/python benchmarks/function.py

benchmark-store: $(READY) ## Measure time, CPU and memory of queries over 2.4 million stored images, and of an audit of 20,000 instances; takes about three minutes.
	$(BIN)/python benchmarks/store.py
	$(BIN)/python benchmarks/audit.py

fleet-benchmark: $(READY) ## Measure a night of 1,200 emulated places, and one with ten times the images; takes some minutes.
	$(BIN)/python -m compileall -q src
	$(BIN)/python benchmarks/fleet.py

dist: $(READY) ## Build the wheel and the source archive that a release publishes, in dist/.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint tests/constraints.txt hatchling
	@rm -f dist/assay_ami-*
	$(BIN)/python -m hatchling build -d dist

PINS := .github/action/requirements.txt

pins: $(READY) ## Pin what the GitHub Action installs, with the hashes of the files for every platform.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@echo "# What the action installs beside its own commit, as tested; \`make pins\` writes this." > $(PINS)
	@echo hatchling | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --constraint tests/constraints.txt pyproject.toml - >> $(PINS)

LAMBDA_PYTHON ?= 3.13
LAMBDA_ARCH ?= x86_64

lambda: $(READY) ## Build dist/assay-lambda.zip for the functions inside AWS; LAMBDA_PYTHON=3.14 and LAMBDA_ARCH=aarch64 choose others.
	@rm -rf dist/lambda
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint tests/constraints.txt \
		--no-deps --only-binary=:all: --platform manylinux2014_$(LAMBDA_ARCH) \
		--python-version $(LAMBDA_PYTHON) --target dist/lambda \
		$$($(BIN)/python .github/lambda/bundle.py --distributions)
	@$(BIN)/python .github/lambda/bundle.py dist/assay-lambda.zip dist/lambda
	@rm -rf dist/lambda
	@ls -l dist/assay-lambda.zip

rules: $(READY) ## Write the lists of rules again, in the policy's schema and on the page about policies.
	$(BIN)/python -m tests.policy.rule_lists

fixtures: $(READY) ## Make the fixtures' plans and catalogues again (needs terraform).
	$(BIN)/python -m fixtures.generate

clean:
	rm -rf $(VENV) .venv-checkov .node dist mutants mutants.log .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
