"""The dashboard and the alerts ask for metrics that exist, by labels that they have, in a language that Prometheus reads."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from litellm_minimax.observability.definitions import METRICS
from tests.dashboard import grafana
from tests.dashboard.panels import PANELS, RATE

ROOT = Path(__file__).resolve().parents[2]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
ASKED = [query.promql for panel in PANELS for query in panel.queries] + [rule["expr"] for rule in RULES]
SAMPLES = {
    name: metric
    for metric in METRICS
    for name in (
        [f"{metric.name}{part}" for part in ("_bucket", "_sum", "_count")]
        if metric.kind == "histogram"
        else [metric.sample]
    )
}


@pytest.fixture
def promtool():
    found = shutil.which("promtool")
    if not found and os.environ.get("CI"):
        pytest.fail("no promtool on this machine, and CI must not skip this")
    if not found:
        pytest.skip("no promtool on this machine (Debian: apt install prometheus)")
    return lambda *words: subprocess.run(
        [found, *words], capture_output=True, text=True, check=False, cwd=Path(__file__).parent
    )


@pytest.mark.parametrize("promql", ASKED)
def test_a_query_asks_for_what_exists(promql):
    names = re.findall(r"litellm_minimax_\w+", promql)
    assert names
    assert set(names) <= set(SAMPLES)
    labels = {label for name in names for label in SAMPLES[name].labels} | {"le"}
    by = {label.strip() for found in re.findall(r"by \(([^)]*)\)", promql) for label in found.split(",")}
    assert by <= labels
    for name, matchers in re.findall(r"(litellm_minimax_\w+)\{([^}]*)\}", promql):
        for label, how, value in re.findall(r'(\w+)(=~?)"([^"]*)"', matchers):
            known = SAMPLES[name].labels[label]
            for word in value.split("|") if how == "=~" else [value]:
                assert any(re.fullmatch(word, each) for each in known), f"{label} is never {word}"


def test_every_metric_is_looked_at():
    looked_at = {metric.name for name, metric in SAMPLES.items() if any(name in promql for promql in ASKED)}
    assert looked_at == {metric.name for metric in METRICS}


def test_the_file_is_made_from_the_panels():
    assert grafana.FILE.read_text() == grafana.text(), "run: python -m tests.dashboard.grafana"


def test_prometheus_reads_every_query(promtool, tmp_path):
    queries = [query.promql.replace(RATE, "1m") for panel in PANELS for query in panel.queries]
    rules = [{"record": f"panel:query:{number}", "expr": promql} for number, promql in enumerate(queries)]
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    read = promtool("check", "rules", str(tmp_path / "rules.yml"))
    assert f"{len(rules)} rules found" in read.stdout, read.stderr
    shipped = promtool("check", "config", "--syntax-only", str(ALERTS.with_name("prometheus.yml")))
    assert "SUCCESS" in shipped.stdout, shipped.stderr


def test_every_alert_fires_when_it_should_and_only_then(promtool):
    tested = yaml.safe_load((Path(__file__).parent / "alerts_test.yml").read_text())["tests"]
    cases = [case for test in tested for case in test["alert_rule_test"]]
    for alert in (rule["alert"] for rule in RULES):
        assert {bool(case["exp_alerts"]) for case in cases if case["alertname"] == alert} == {True, False}
    done = promtool("test", "rules", "alerts_test.yml")
    assert done.returncode == 0, done.stdout
