# Everything sets itself up in .venv; nothing but Python 3.11+ and make is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLDEST_LITELLM := 1.94.3

# LiteLLM downloads its price map at import unless told to use the one it ships.
export LITELLM_LOCAL_MODEL_COST_MAP := True

.PHONY: help demo serve test check format contract-oldest bench agents programs faults soak soak-short features dashboard census media-memory replicas rolling outages fuzz guards eval-tasks upgrade-check package pythons docs recording lock clean

help:  ## what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/.installed: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) (the first time takes a minute) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' 2>/dev/null
	@$(BIN)/python -m pip install --quiet --editable '.[proxy]' 2>/dev/null || $(BIN)/python -m pip install --editable '.[proxy]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --group dev 2>/dev/null || $(BIN)/python -m pip install --group dev
	@touch $@

demo: $(VENV)/.installed  ## a simulated MiniMax, a real proxy and a few calls, shown live
	@$(BIN)/litellm-minimax demo

serve: $(VENV)/.installed  ## the proxy on proxy_config.yaml (simulated unless MINIMAX_API_KEY is set)
	@$(BIN)/litellm-minimax serve

test: $(VENV)/.installed-dev  ## the whole test suite (under 5 minutes on 2 cores)
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: $(VENV)/.installed-dev  ## lint, format, types, and the coverage of the pure ring
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2 tests/wire --cov=litellm_minimax.wire --cov-branch --cov-fail-under=100 --cov-report=term:skip-covered

format: $(VENV)/.installed-dev  ## put the code into the house's format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

contract-oldest:  ## the contract tests on the oldest supported LiteLLM
	@test -x .venvs/oldest/bin/python || $(PYTHON) -m venv .venvs/oldest
	@.venvs/oldest/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' 2>/dev/null
	@.venvs/oldest/bin/python -m pip install --quiet --editable '.[proxy]' 'litellm[proxy]==$(OLDEST_LITELLM)' 2>/dev/null
	@.venvs/oldest/bin/python -m pip install --quiet --group test 2>/dev/null
	.venvs/oldest/bin/python -m pytest -q -n 2 --dist loadfile tests/contract tests/doors tests/hybrid tests/test_registration.py tests/test_kept_chunks.py

bench: $(VENV)/.installed-dev  ## speed against LiteLLM's built-in provider, in one run
	$(BIN)/python -m bench
	$(BIN)/python tests/doc_tables.py

agents: $(VENV)/.installed-dev  ## Claude Code, Codex, opencode and qwen-code on simulated models (needs npm)
	@$(BIN)/python -m tests.agents

programs: $(VENV)/.installed-dev  ## aider, DSPy, CrewAI and others under `run`; figures into docs/programs.md (needs gigabytes)
	@$(BIN)/python -m tests.programs

faults: $(VENV)/.installed-dev  ## every fault through every door; figures into docs/reliability.md
	$(BIN)/python -m tests.faults

soak: $(VENV)/.installed-dev  ## 20 minutes of mixed traffic on a started proxy; figures into docs/reliability.md
	$(BIN)/python -m tests.load

soak-short: $(VENV)/.installed-dev  ## two minutes of it, as CI runs it
	$(BIN)/python -m pytest -q -m soak tests/load

features: $(VENV)/.installed-dev  ## LiteLLM's own features on our models, one started proxy (about a minute)
	@$(BIN)/python -m pip install --quiet --group features 2>/dev/null || $(BIN)/python -m pip install --group features
	$(BIN)/python -m pytest -q -m features tests/features

census: $(VENV)/.installed-dev  ## the proxy's live objects over 10,000 requests; figures into docs/reliability.md
	$(BIN)/python -m tests.load.census

media-memory: $(VENV)/.installed-dev  ## memory for a large picture and a long list of texts; figures into docs/reliability.md
	@$(BIN)/python -m tests.load.media_memory

stops: $(VENV)/.installed-dev  ## the longest stop of the event loop per kind of request; figures into docs/reliability.md
	$(BIN)/python -m tests.load.stops

replicas: $(VENV)/.installed-dev  ## two proxies and a Redis under load, each killed once; figures into docs/reliability.md
	$(BIN)/python -m tests.load.replicas

rolling: $(VENV)/.installed-dev  ## both replicas behind nginx replaced under load, ten times; figures into docs/reliability.md (needs nginx)
	$(BIN)/python -m tests.load.rolling

outages: $(VENV)/.installed-dev  ## a thousand hybrid requests for each way its reasoner can be down, a hundred in each other mode; figures into docs/reliability.md
	$(BIN)/python -m tests.load.outages

dashboard: $(VENV)/.installed-dev  ## a real Prometheus on two workers under load; figures and a picture into docs/operators.md
	$(BIN)/python -m tests.dashboard.grafana
	$(BIN)/python -m tests.dashboard

fuzz: $(VENV)/.installed-dev  ## a million hostile inputs per parser; figures into docs/reliability.md
	$(BIN)/python -m tests.fuzz

guards: $(VENV)/.installed-dev  ## whether each security test fails when its guard is removed
	$(BIN)/python scripts/check_guards.py

eval-tasks: $(VENV)/.installed-dev  ## eval's own tests, and whether the hidden tests of its 60 tasks tell right from wrong (a minute)
	$(BIN)/python -m pytest -q tests/eval
	$(BIN)/litellm-minimax eval --check

upgrade-check:  ## the contract tests on the newest LiteLLM that the index serves
	$(PYTHON) scripts/check_upgrade.py

package: $(VENV)/.installed-dev  ## wheel and sdist into dist/, checked, installed into an empty environment and used
	@rm -rf dist
	@$(BIN)/python -m build --outdir dist . >/dev/null
	DIST=dist $(BIN)/python -m pytest -q -m package tests/package

pythons: $(VENV)/.installed-dev  ## the fast parts of the suite on Python 3.11, 3.12 and 3.13; figures into docs/reliability.md
	@$(BIN)/python -m tests.pythons

docs: $(VENV)/.installed  ## the documentation as a site, in site/; a broken link fails
	@$(BIN)/python -m pip install --quiet --group docs 2>/dev/null || $(BIN)/python -m pip install --group docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "Built: site/index.html"

recording: $(VENV)/.installed  ## runs the demo and writes it as an animated picture, docs/demo.svg
	@$(BIN)/python -m pip install --quiet --group docs 2>/dev/null || $(BIN)/python -m pip install --group docs
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python scripts/record_demo.py

lock: $(VENV)/.installed-dev  ## pin the development environment with hashes
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@printf '%s\n' '# The development environment, pinned with hashes by `make lock`. To install exactly this:' \
	  '#   pip install --require-hashes -r requirements-dev.lock' > requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --extra proxy --group dev pyproject.toml >> requirements-dev.lock

clean:  ## remove what make made
	rm -rf $(VENV) .venvs site dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
