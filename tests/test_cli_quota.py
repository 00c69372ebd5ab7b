"""``litellm-minimax quota``, the doctor's line about it, and the one warning in the log."""

import importlib
import json
import logging

import pytest
from click.testing import CliRunner

from litellm_minimax.cli import checks_upstream, main, plan
from litellm_minimax.cli.finding import Setting
from litellm_minimax.simulator import Quirks, Simulator
from litellm_minimax.upstream import addresses
from litellm_minimax.upstream.addresses import REGION_ROOTS

serve = importlib.import_module("litellm_minimax.cli.serve")  # the module; its command has the same name
KEY = "sk-cp-0123456789abcdefghijklmnop"


@pytest.fixture
def sim(monkeypatch):
    for name in ("MINIMAX_REGION", "MINIMAX_API_BASE"):
        monkeypatch.delenv(name, raising=False)
    with Simulator() as simulator:
        monkeypatch.setenv("MINIMAX_API_KEY", KEY)
        monkeypatch.setenv("MINIMAX_API_BASE", f"{simulator.base_url}/v1")
        yield simulator


def run(*arguments):
    return CliRunner().invoke(main, ["quota", *arguments])


def lines(output):
    return [" ".join(line.split()) for line in output.splitlines()]


def test_what_is_left_for_each_group_and_window(sim):
    result = run()
    assert result.exit_code == 0, result.output
    told = lines(result.output)
    assert any(line.startswith("general 5 hours 89 % – ") and line.endswith("in 3 h 59 min") for line in told), told
    assert any(line.startswith("video 5 hours 100 % 0 of 5 ") for line in told), told
    assert "general week no limit – –" in told
    assert "Nearly used up" not in result.output
    assert sim.last.path == "/v1/token_plan/remains"
    assert KEY not in result.output


def test_the_older_schema_and_the_older_address(sim):
    sim.quirks = Quirks(quota="counts")
    assert any("85 % 228 of 1500" in line for line in lines(run().output))
    [bucket] = json.loads(run("--json").output)["models"]
    assert bucket["windows"][0] | {"resets_at": None} == {
        "window": "interval", "limited": True, "left_percent": 84.8, "used": 228, "total": 1500, "resets_at": None,
        "nearly_used_up": False,
    }  # fmt: skip
    with Simulator(path_prefix="/llm") as elsewhere:  # not one of its paths is there: both names were tried
        with pytest.raises(plan.UpstreamFault):
            plan.ask(addresses.parse(elsewhere.base_url.removesuffix("/llm")), KEY)
        assert [request.path for request in elsewhere.requests] == ["/v1/token_plan/remains", "/v1/coding_plan/remains"]


def test_a_key_that_is_paid_as_it_goes_is_told_so_and_is_no_error(sim):
    sim.quirks = Quirks(quota="none")
    result = run()
    assert result.exit_code == 0
    assert "pay-as-you-go" in result.output
    assert json.loads(run("--json").output) == {"host": "127.0.0.1", "plan": False, "models": []}


def test_what_is_nearly_used_up_is_marked(sim):
    sim.quirks = Quirks(quota_left=4)
    assert "! Nearly used up: general: 4 % of the 5 hours left; resets" in " ".join(run().output.split())


def test_who_can_not_be_asked_is_told_with_the_next_step(sim, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "wrong-key")
    result = run()
    assert (result.exit_code, "Check MINIMAX_API_KEY" in result.output) == (1, True)
    monkeypatch.setenv("MINIMAX_API_BASE", "http://127.0.0.1:9")
    assert "can't be reached" in run().output
    monkeypatch.setenv("MINIMAX_API_BASE", "ftp://x")
    assert "api_base" in run().output
    monkeypatch.delenv("MINIMAX_API_KEY")
    assert "MINIMAX_API_KEY is not set" in run().output


def test_each_region_has_its_host(sim, monkeypatch):
    asked = []

    def refuse(address, key):
        asked.append(address.root)
        raise plan.UpstreamFault("login fail", code=1004)

    monkeypatch.setattr(plan, "ask", refuse)
    for region, other in (("global", "api.minimaxi.com"), ("cn", "api.minimax.io")):
        result = run("--region", region)
        assert asked[-1] == REGION_ROOTS[region]
        assert f"may be for {other}: try --region" in result.output


def test_the_key_is_not_carried_to_another_address(sim):
    with Simulator() as elsewhere:
        sim.service.reply_to = _redirecting(sim, elsewhere)
        with pytest.raises(plan.UpstreamFault):
            plan.ask(addresses.parse(sim.base_url), KEY)
        assert not elsewhere.requests


def _redirecting(sim, elsewhere):
    from litellm_minimax.simulator.reply import Reply

    return lambda record: Reply(302, {"Location": elsewhere.base_url + record.path}, b"")


def finding(sim, key=KEY, **more):
    environment = {"MINIMAX_API_KEY": key, "MINIMAX_API_BASE": sim.base_url}
    return checks_upstream.plan_quota(Setting(environment, **more))


def test_the_doctors_line(sim):
    told = finding(sim)
    assert (told.status, "general: 89 % of the 5 hours left" in told.detail) == ("ok", True)
    sim.quirks = Quirks(quota_left=3)
    told = finding(sim)
    assert (told.status, "3 %" in told.detail, bool(told.fix)) == ("warning", True, True)
    assert finding(sim, offline=True).status == "skipped"
    assert finding(sim, key="sk-api-0123456789").status == "skipped"
    sim.quirks = Quirks(quota="none")
    assert finding(sim).status == "warning"


def test_serve_watches_the_plan_of_a_plans_key_only(sim, monkeypatch):
    asked = []
    monkeypatch.setattr(plan.Watch, "start", lambda watch: watch.look())
    monkeypatch.setattr(plan, "ask", lambda address, key: asked.append((address.root, key)) or ())
    serve._watch_the_plan()
    monkeypatch.setenv("MINIMAX_API_BASE", "ftp://x")
    serve._watch_the_plan()
    monkeypatch.setenv("MINIMAX_API_KEY", "sk-api-0123456789")
    serve._watch_the_plan()
    assert asked == [(sim.base_url, KEY)]


def test_a_quota_that_is_about_to_end_is_one_warning(sim, caplog):
    caplog.set_level(logging.DEBUG, logger="litellm_minimax")
    watch = plan.Watch(lambda: plan.ask(addresses.parse(sim.base_url), KEY))
    watch.look()
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    sim.quirks = Quirks(quota_left=5)
    for _ in range(3):
        watch.look()
    [warning] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "general: 5 % of the 5 hours left" in warning.getMessage()
    sim.stop()
    watch.look()  # nobody answers: nothing happens
    assert KEY not in caplog.text
