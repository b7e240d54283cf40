# Everything here builds its own virtual environment from python3, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# One more than there are cores: many tests wait for programs, terminals and time limits.
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
	@$(BIN)/python -m compileall -q src # an installed wheel is compiled, too
	@touch $(READY)

$(WHEELS): $(READY)
	@rm -rf $(VENV)/wheels
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check \
		--constraint tests/constraints.txt --wheel-dir $(VENV)/wheels hatchling .
	@rm $(VENV)/wheels/assay_ami-*.whl
	@touch $(WHEELS)

wheels: $(WHEELS) ## What pre-commit installs in the tests, which need no network then.

$(NODE): tests/node/package.json
	@rm -rf .node
	@if command -v npm > /dev/null; then mkdir .node && cp tests/node/package.json .node/ && \
		npm install --prefix .node --no-package-lock --no-audit --no-fund --silent && touch $(NODE); \
	else echo "npm is not on PATH: tests that need its packages skip"; fi

$(CHECKOV): tests/checkov/constraints.txt | $(READY)
	@$(BIN)/python -m tests.checkov.environment > /dev/null || \
		echo "checkov cannot be had here: tests that need it skip"

judges: $(CHECKOV) $(WHEELS) $(NODE) ## What others made and tests hold ours against; what takes longest first.

checkov: $(READY) ## checkov, in an environment of its own, for the tests.
	@$(BIN)/python -m tests.checkov.environment

checkov-orders: $(READY) ## What becomes of hcl2 where checkov and assay share an environment; some minutes.
	$(BIN)/python -Im pytest -q tests/checkov/install_orders.py

checks-ref: ## Print a commit that holds checks/ alone: checkov runs every file of the tree it clones.
	@git commit-tree -m "checks of $$(git describe --always)" \
		"$$(printf '040000 tree %s\tchecks\n' "$$(git rev-parse HEAD:checks)" | git mktree)"

node: $(NODE) ## Validators of reports that tests use, from npm.

DEMO := --as-of 2026-11-22 --policy

demo: $(READY) ## Judge recorded plans: no AWS account; one good image and one that only looks good.
	@$(BIN)/assay check fixtures/demo/plan.json \
		--catalog fixtures/demo/catalog.json $(DEMO) fixtures/demo/policy.yaml; \
		code=$$?; echo; echo "exit code $$code: the gate stays closed"; test $$code -eq 1
	@echo; echo "A local and a dynamic block lead to one of two images: the plan's code tells to which."; echo
	@$(BIN)/assay check fixtures/with-code/plan.json --source-root fixtures/with-code \
		--catalog fixtures/with-code/catalog.json $(DEMO) fixtures/with-code/policy.yaml; \
		code=$$?; echo; echo "exit code $$code"; test $$code -eq 1

test: ## Everything a change must pass: first what takes one core, beside one another.
	@$(MAKE) --no-print-directory --jobs=2 judges types lint
	@$(MAKE) --no-print-directory unit

lint: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: $(READY)
	$(BIN)/mypy

unit: $(READY) $(WHEELS) $(NODE)
	$(BIN)/python -Im pytest $(PYTEST_ARGS)

coverage: $(READY) $(WHEELS) $(NODE) ## What the tests run of the code; two to three times as long.
	$(BIN)/python -Im pytest --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

fuzz: $(READY) ## Ten thousand damaged plans, about three minutes.
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -Im pytest tests/inputs/test_fuzz.py $(PYTEST_ARGS)

apply-oracle: $(READY) ## What is said before apply against what apply did, for all configurations; half an hour, most of it waiting.
	$(BIN)/python -Im pytest tests/apply/every_configuration.py -n 4 --dist worksteal

fleet-oracle: $(READY) ## An inventory of 200 accounts in six Regions against what is known of every image; some minutes.
	$(BIN)/python -Im pytest tests/fleet/whole_organization.py -s

mutation: $(READY) ## Break what decides, and Terraform's language, in every small way: the tests must notice. Hours; MUTANTS='assay.policy.rules.*' is a part.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint tests/constraints.txt mutmut
	$(BIN)/mutmut run $(MUTANTS) > mutants.log; tail -c 200 mutants.log | tr '\r' '\n' | tail -1
	@$(BIN)/mutmut results | grep -v ': not checked$$'
	@$(BIN)/mutmut results --all true | grep -v ': not checked$$' | \
		sed -E 's/^ *(.*)\.x.*: /\1 /' | awk ' \
		{ all[$$1]++; all["total"]++ } $$2 == "killed" { killed[$$1]++; killed["total"]++ } END { \
		for (name in all) printf "%s: %d of %d killed, %.1f %%\n", \
			name, killed[name], all[name], 100 * killed[name] / all[name] }' | sort

benchmark: $(READY) ## Medians and ratios, measured in one run.
	$(BIN)/python -m compileall -q src
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/plan.py
	$(BIN)/python benchmarks/live.py
	$(BIN)/python benchmarks/code.py
	$(BIN)/python benchmarks/reports.py
	$(BIN)/python benchmarks/function.py

benchmark-store: $(READY) ## Questions to 2.4 million stored images, by wall, CPU and memory, and an audit of 20,000 instances; about three minutes.
	$(BIN)/python benchmarks/store.py
	$(BIN)/python benchmarks/audit.py

fleet-benchmark: $(READY) ## A night of 1,200 emulated places, and one of ten times the images; some minutes.
	$(BIN)/python -m compileall -q src
	$(BIN)/python benchmarks/fleet.py

dist: $(READY) ## The wheel and the source archive that a release publishes, in dist/.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint tests/constraints.txt hatchling
	@rm -f dist/assay_ami-*
	$(BIN)/python -m hatchling build -d dist

PINS := .github/action/requirements.txt

pins: $(READY) ## What the GitHub Action installs, with the hashes of every platform's files.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@echo "# What the action installs beside its own commit, as tested; \`make pins\` writes this." > $(PINS)
	@echo hatchling | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-header --constraint tests/constraints.txt pyproject.toml - >> $(PINS)

LAMBDA_PYTHON ?= 3.13
LAMBDA_ARCH ?= x86_64

lambda: $(READY) ## dist/assay-lambda.zip, for the functions inside AWS; LAMBDA_PYTHON=3.14, LAMBDA_ARCH=aarch64 for others.
	@rm -rf dist/lambda
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint tests/constraints.txt \
		--no-deps --only-binary=:all: --platform manylinux2014_$(LAMBDA_ARCH) \
		--python-version $(LAMBDA_PYTHON) --target dist/lambda \
		$$($(BIN)/python .github/lambda/bundle.py --distributions)
	@$(BIN)/python .github/lambda/bundle.py dist/assay-lambda.zip dist/lambda
	@rm -rf dist/lambda
	@ls -l dist/assay-lambda.zip

rules: $(READY) ## Write the rules' lists again: in the policy's schema, and on the page about policies.
	$(BIN)/python -m tests.policy.rule_lists

fixtures: $(READY) ## Make the fixtures' plans and catalogues again (needs terraform).
	$(BIN)/python -m fixtures.generate

clean:
	rm -rf $(VENV) .venv-checkov .node dist mutants mutants.log .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
