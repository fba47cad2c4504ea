# Everything a person does with this project.  Needs python3 (3.11 to 3.13) and make; fetches the rest into .venv.

PYTHON ?= python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

.PHONY: help run test check format bench bench-forms bench-joint evaluate ablation bench-network chaos soak fleet train train-best lock clean run-set-up dev-set-up evaluate-set-up

help: ## Print these lines
	@awk -F ':.*## ' '/^[a-z.-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run: run-set-up ## Start formdigits, read the samples, stay up until Ctrl-C (ONCE=1: end after the samples)
	@$(BIN)/formdigits up --samples $(if $(ONCE),--once)

test: dev-set-up ## Check and test everything, as CI does
	@.ci/system-packages
	@$(MAKE) --no-print-directory check
	$(BIN)/coverage run -m pytest $(TESTS)
	@$(BIN)/coverage report --skip-covered

check: dev-set-up ## Check format, lint, types and layers, in a few seconds
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: dev-set-up ## Put the code in the project's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: run-set-up ## Measure the speed, beside the bare loop and the tutorial's way
	$(BIN)/python -m bench

bench-forms: dev-set-up ## Read 3,000 simulated scans of forms and of what is none, beside their truth (PAGES=200: fewer)
	$(BIN)/python -m bench.forms $(if $(PAGES),--pages $(PAGES) --strangers $(PAGES))

bench-joint: dev-set-up ## Read drawn fields with and without constraints, beside their truth (FIELDS=1000: fewer)
	$(BIN)/python -m bench.joint_decoding $(if $(FIELDS),--fields $(FIELDS))

evaluate: evaluate-set-up ## Measure the network that ships and write its card, docs/model-card.md (ONLY="mnist scans": these parts anew)
	@.ci/system-packages evaluate
	$(BIN)/python -m bench.digits $(if $(ONLY),--only $(ONLY))

ablation: evaluate-set-up ## Measure what each part of the training recipe brings: docs/ablation.md (an hour or two)
	$(BIN)/python -m bench.ablation

bench-network: evaluate-set-up ## Measure the ways to compute the network, from the same weights: docs/network-runtimes.md
	$(BIN)/python -m bench.network

chaos: dev-set-up ## Prove with every fault of docs/faults.md that nothing is lost and nothing counts twice (20 minutes)
	@.ci/system-packages
	$(BIN)/python -m pytest -m 'not soak' $(or $(TESTS),tests/chaos)

soak: dev-set-up ## Random faults for half an hour, then the audit (MINUTES=5: shorter)
	CHAOS_MINUTES=$(or $(MINUTES),30) $(BIN)/python -m pytest -m soak --capture=no tests/chaos

fleet: dev-set-up ## Prove on several hosts made of namespaces, as root, that one may lose its power and another its network
	@.ci/system-packages
	$(BIN)/python -m pytest -m fleet $(or $(TESTS),tests/fleet)

train: run-set-up ## Train a network by the short recipe, in ten to fifteen minutes, and publish it
	$(BIN)/formdigits train

train-best: run-set-up ## Train the model that ships by the long recipe, in about an hour, and put it in its place
	$(BIN)/formdigits train --epochs 45 --save-as-default

lock: dev-set-up ## Lock the packages of pyproject.toml into requirements/ (UPGRADE=1: take newer ones)
	$(COMPILE) pyproject.toml --all-extras --group dev --output-file requirements/dev.txt
	$(COMPILE) pyproject.toml --extra all --group build --constraint requirements/dev.txt --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --extra web --extra postgresql --extra s3 --group build --constraint requirements/dev.txt --output-file requirements/web.txt
	$(COMPILE) pyproject.toml --extra second-opinion --constraint requirements/dev.txt --output-file requirements/second-opinion.txt
	$(COMPILE) pyproject.toml --all-extras --group evaluate --constraint requirements/dev.txt --output-file requirements/evaluate.txt
	$(COMPILE) --group bootstrap --output-file requirements/bootstrap.txt

clean: ## Remove what was made here, but no data: .venv, caches, reports
	rm -rf .venv .venv-bootstrap .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.env: ## Write the settings of docker-compose.yml, with fresh secrets
	@$(PYTHON) -c "import re, secrets; print(re.sub(r'(?m)=$$', lambda _: '=' + secrets.token_hex(24), open('.env.example').read()), end='')" >$@
	@chmod 600 $@

run-set-up:
	@$(PYTHON) .ci/set_up.py run

dev-set-up:
	@$(PYTHON) .ci/set_up.py dev

evaluate-set-up:
	@$(PYTHON) .ci/set_up.py evaluate
