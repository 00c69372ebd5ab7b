"""The commands that need no proxy: models, simulate, doctor; and the parts that serve and demo are made of."""

import io
import json
import socket

import pytest
import yaml
from click.testing import CliRunner

from litellm_minimax import catalog
from litellm_minimax.cli import checks, checks_installed, checks_upstream, main, proxy_config
from litellm_minimax.cli.finding import Finding, Setting
from litellm_minimax.cli.own_name import own_name
from litellm_minimax.cli.recipes import recipes
from litellm_minimax.cli.serve import banner
from litellm_minimax.cli.terminal import Screen, width_of
from litellm_minimax.hybrid.asking.spec import EXAMPLE
from litellm_minimax.simulator import Fault, Simulator

KEY = "sk-api-0123456789abcdefghijklmnop"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch):
    for name in (
        "MINIMAX_API_KEY", "MINIMAX_API_BASE", "MINIMAX_REGION", "MINIMAX_CLAIM", "LITELLM_MASTER_KEY", "REDIS_URL",
        "REDIS_HOST", "DASHSCOPE_API_KEY",
    ):  # fmt: skip
        monkeypatch.delenv(name, raising=False)


def run(*arguments: str):
    return CliRunner().invoke(main, arguments)


# -- models -----------------------------------------------------------------------------------------------------------


def test_models_shows_every_model_with_its_price():
    lines = run("models").output.splitlines()
    for facts in catalog.MODELS:
        line = next(line for line in lines if line.startswith(facts.id + " "))
        assert f"{facts.context:,}" in line
        assert line.rstrip().endswith(facts.status)
        if facts.price:
            assert f"{facts.price.output:.2f}" in line
    assert "abab6.5s → abab6.5s-chat" in lines
    told = [line.split() for line in lines]
    assert ["embo-01", "4,096", "1,536", "0.07"] in told
    assert ["image-01", "9", "1", "1,500", "0.0035", "–", "–", "–"] in told
    assert ["MiniMax-H3-Image", "10", "16", "32,000", "–", "2.30", "1.50", "3.80"] in told


def test_models_as_json_has_every_fact():
    records = {record["id"]: record for record in json.loads(run("models", "--json").output)}
    assert list(records) == [facts.id for facts in (*catalog.MODELS, *catalog.EMBEDDINGS, *catalog.IMAGES)]
    assert records["MiniMax-H3-Image"]["price"]["image_out"] == 3.8
    assert records["image-01"]["ratios"]["16:9"] == [1280, 720]
    m3 = records["MiniMax-M3"]
    assert (m3["inputs"], m3["thinking"], m3["long_context_from"]) == (["text", "image", "video"], "switch", 512_000)
    assert m3["price"] == {"input": 0.3, "output": 1.2, "cache_read": 0.06, "cache_write": None}
    assert m3["source"]
    assert m3["as_of"]


# -- simulate ---------------------------------------------------------------------------------------------------------


def test_simulate_refuses_what_it_does_not_know(monkeypatch):
    assert "there is no quirk 'nonsense'" in run("simulate", "--quirk", "nonsense").output
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("simulate", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "can't be used" in result.output
    assert run("simulate", "--host", "0.0.0.0").exit_code == 2


def test_simulate_passes_quirks_on(monkeypatch):
    seen = {}

    def fake_serve(host, port, quirks, replay):
        seen.update(host=host, port=port, quirks=quirks, replay=replay)

    monkeypatch.setattr("litellm_minimax.cli.simulate.serve", fake_serve)
    assert run("simulate", "--port", "0", "--quirk", "done_marker", "--quirk", "tags:mm:think").exit_code == 0
    assert (seen["quirks"].done_marker, seen["quirks"].tags, seen["port"]) == (True, "mm:think", 0)


# -- the configuration ------------------------------------------------------------------------------------------------


def routes(config):
    return {entry["model_name"]: entry["litellm_params"]["model"] for entry in config["model_list"]}


def test_shipped_configuration_answers_to_every_listed_model():
    config = proxy_config.load(proxy_config.shipped())
    found = routes(config)
    for facts in catalog.MODELS:
        if facts.id != "MiniMax-M3.1-Flash-Preview":  # sold in plans only; MiniMax-* matches it
            assert found[facts.id] == f"minimax/{facts.id}"
    for nickname in ("abab6.5s", "abab6.5t", "abab6.5g"):
        assert found[nickname] == f"minimax/{nickname}-chat"
    assert found["*"] == "minimax/MiniMax-M2"
    assert found["hybrid:*"] == "hybrid/*"
    assert config["general_settings"]["master_key"] == "os.environ/LITELLM_MASTER_KEY"
    assert [entry["custom_handler"] for entry in config["litellm_settings"]["custom_provider_map"]] == [
        "litellm_minimax.minimax_llm", "litellm_minimax.minimax_llm", "litellm_minimax.hybrid_llm",
    ]  # fmt: skip


def test_default_backend_is_added_and_taken_away():
    own = {"model_list": [{"model_name": "a", "litellm_params": {"model": "openai/a"}}]}
    assert routes(proxy_config.with_default_backend(own, "minimax")) == {"a": "openai/a", "*": "minimax/MiniMax-M2"}
    without = proxy_config.with_default_backend(proxy_config.with_default_backend(own, "minimax"), "none")
    assert without == own
    assert "*" not in routes(proxy_config.with_default_backend(proxy_config.load(proxy_config.shipped()), "none"))


def test_forced_model_serves_every_name():
    shipped = proxy_config.load(proxy_config.shipped())
    forced = routes(proxy_config.with_forced_model(shipped, "MiniMax-M3"))
    assert set(forced.values()) == {"minimax/MiniMax-M3"}
    assert set(forced) == set(routes(shipped))
    assert set(routes(proxy_config.with_forced_model(shipped, "openai/gpt-5")).values()) == {"openai/gpt-5"}
    assert set(routes(proxy_config.with_forced_model({}, "M2-her")).values()) == {"minimax/M2-her"}


def test_forced_hybrid_keeps_its_members():
    forced = routes(proxy_config.with_forced_model(proxy_config.load(proxy_config.shipped()), "hybrid-coder"))
    members = {"MiniMax-M2": "minimax/MiniMax-M2", "qwen3-coder-plus": "dashscope/qwen3-coder-plus"}
    assert {name: model for name, model in forced.items() if model != "hybrid/hybrid-coder"} == members


def test_deriving_changes_nothing_in_place(tmp_path):
    shipped = proxy_config.load(proxy_config.shipped())
    before = yaml.safe_dump(shipped)
    derived = proxy_config.with_forced_model(shipped, "MiniMax-M3")
    assert yaml.safe_dump(shipped) == before
    assert proxy_config.load(proxy_config.write(derived, tmp_path)) == derived


@pytest.mark.parametrize(
    ("text", "said"), [("- a\n", "not a mapping"), ("a: [", "not valid YAML"), (None, "can't be read")]
)
def test_unusable_configuration_is_a_sentence(tmp_path, text, said):
    path = tmp_path / "own.yaml"
    if text is not None:
        path.write_text(text)
    result = run("serve", "--config", str(path), "--port", str(_free_port()))
    assert result.exit_code == 1
    assert said in result.output
    assert "Traceback" not in result.output


# -- serve: what is refused, and the banner ---------------------------------------------------------------------------


def test_serve_refuses_a_taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert result.exit_code == 1
    assert f"Port {port} is taken" in result.output


def test_serve_without_the_proxy_extra_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("litellm_minimax.cli.serve.find_spec", lambda _name: None)
    result = run("serve")
    assert result.exit_code == 1
    assert "pip install 'litellm-minimax[proxy]'" in result.output


def test_serve_does_not_simulate_in_place_of_a_configured_server(monkeypatch):
    monkeypatch.setenv("MINIMAX_API_BASE", "http://gpu-7:8000/v1")
    result = run("serve", "--port", str(_free_port()))
    assert result.exit_code == 1
    assert "MINIMAX_API_KEY is not" in result.output


def test_banner_says_that_it_is_simulated_and_gives_every_client_its_lines(tmp_path):
    told = banner("http://127.0.0.1:4000", "MiniMax-M2", "sk-made", tmp_path, simulated=True)
    assert "SIMULATED" in told
    for recipe in recipes("http://127.0.0.1:4000", "MiniMax-M2", "sk-made"):
        assert recipe.text in told
    for client in ("curl", "OpenAI SDK", "Claude Code", "Codex", "opencode", "qwen-code", "hybrid"):
        assert f"── {client} (" in told
    assert f'"model": "{EXAMPLE}"' in told
    assert "hybrid-coder" in told


def test_banner_names_no_hybrid_that_may_not_be_served(tmp_path):
    told = banner("http://127.0.0.1:4000", "MiniMax-M3", None, tmp_path, simulated=False, hybrid=False)
    assert "hybrid" not in told.replace(str(tmp_path), "")


def test_banner_does_not_repeat_a_key_that_the_user_has_set(tmp_path, monkeypatch):
    monkeypatch.setenv("LITELLM_MASTER_KEY", "sk-the-users-own")
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    told = banner("http://127.0.0.1:4000", "MiniMax-M2", None, tmp_path, simulated=False)
    assert "SIMULATED" not in told
    assert "sk-the-users-own" not in told
    assert KEY not in told
    assert "$LITELLM_MASTER_KEY" in told
    assert "needs DASHSCOPE_API_KEY" in told


# -- doctor -----------------------------------------------------------------------------------------------------------


def test_doctor_runs_every_check_and_names_the_fix_of_each_failure(monkeypatch):
    monkeypatch.setattr(checks_installed, "_refused_by_litellm", lambda *_: None)
    result = run("doctor", "--offline", "--json")
    report = json.loads(result.output)
    found = {check["name"]: check for check in report["checks"]}
    assert list(found) == [
        "Python", "LiteLLM", "Provider name", "Proxy", "Configuration", "Master key", "MiniMax key",
        "Hybrid coder", "Address", "Reachability", "Plan quota", "Redis", "Live call",
    ]  # fmt: skip
    assert found["Provider name"]["status"] == "ok"
    assert found["Configuration"]["status"] == "ok"
    assert found["MiniMax key"]["status"] == "failed"
    assert found["Reachability"]["status"] == "skipped"
    assert all(check["fix"] for check in found.values() if check["status"] in {"failed", "warning"})
    assert (result.exit_code, report["ok"]) == (1, False)


def test_doctor_is_content_and_never_shows_the_key(monkeypatch):
    with Simulator() as simulator:
        monkeypatch.setenv("MINIMAX_API_KEY", KEY)
        monkeypatch.setenv("MINIMAX_API_BASE", simulator.base_url)
        monkeypatch.setenv("LITELLM_MASTER_KEY", "sk-something-of-our-own")
        monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-of-the-coder")
        result = run("doctor", "--live")
        assert simulator.last.headers["authorization"] == f"Bearer {KEY}"
    assert result.exit_code == 0, result.output
    assert "✗" not in result.output
    assert KEY not in result.output
    assert "sk-of-the-coder" not in result.output
    assert "sk-api-… (pay as you go, 33 characters)" in result.output
    assert "All is well." in result.output
    assert "tokens answered, $0.0" in result.output


def test_doctor_counts_warnings_and_is_not_content_with_them(monkeypatch):
    monkeypatch.setattr(checks_installed, "_refused_by_litellm", lambda *_: None)
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    monkeypatch.setenv("LITELLM_MASTER_KEY", "sk-something-of-our-own")
    result = run("doctor", "--offline")
    assert result.exit_code == 0, result.output
    assert "! Hybrid coder   DASHSCOPE_API_KEY is not set: qwen3-coder-plus fails" in result.output
    assert "→ export DASHSCOPE_API_KEY=…" in result.output
    assert "Nothing failed; 1 warning" in result.output
    assert "All is well" not in result.output


def test_coders_key_is_missed_only_where_it_is_needed(tmp_path):
    without = proxy_config.write(
        {"model_list": [{"model_name": "a", "litellm_params": {"model": "openai/a"}}]}, tmp_path
    )
    shipped = {"MINIMAX_API_KEY": KEY}
    assert checks_upstream.coder_key(Setting(shipped)).status == "warning"
    assert checks_upstream.coder_key(Setting(shipped, config=without)).status == "skipped"
    assert checks_upstream.coder_key(Setting(shipped, config=tmp_path / "missing.yaml")).status == "skipped"
    assert checks_upstream.coder_key(Setting({})).status == "skipped"
    assert checks_upstream.coder_key(Setting({**shipped, "DASHSCOPE_API_KEY": "sk-x"})).status == "ok"


def test_live_call_without_a_key_is_left_out_and_a_failed_one_says_where_to_read(monkeypatch):
    assert checks_upstream.live_call(Setting({}, live=True)).status == "skipped"
    with Simulator() as simulator:
        monkeypatch.setenv("MINIMAX_API_KEY", KEY)
        monkeypatch.setenv("MINIMAX_API_BASE", simulator.base_url)
        simulator.enqueue(Fault("error", code=1008, repeat=5))
        told = checks_upstream.live_call(Setting({"MINIMAX_API_KEY": KEY}, live=True))
        assert (told.status, told.fix) == ("failed", "Find this code in docs/errors.md.")
        assert "1008" in told.detail
        monkeypatch.setenv("MINIMAX_API_BASE", "http://127.0.0.1:9")
        told = checks_upstream.live_call(Setting({"MINIMAX_API_KEY": KEY}, live=True))
    assert (told.status, told.fix) == ("failed", "Search docs/troubleshooting.md.")


@pytest.mark.parametrize(
    ("environment", "fix"),
    [
        ({"MINIMAX_REGION": "mars"}, "MINIMAX_REGION"),
        ({"MINIMAX_API_BASE": "ftp://gpu"}, "MINIMAX_API_BASE"),
        ({"MINIMAX_API_BASE": "ftp://gpu", "MINIMAX_REGION": "mars"}, "MINIMAX_API_BASE"),
    ],
)
def test_fix_of_an_address_names_the_variable_that_is_wrong(environment, fix):
    assert checks_upstream.address(Setting(environment)).fix.startswith(f"Set {fix} to ")


def test_a_check_that_breaks_hides_no_other(monkeypatch):
    def broken(_setting):
        raise ZeroDivisionError

    monkeypatch.setattr(checks, "CHECKS", (broken, checks_installed.python))
    first, second = checks.run_all(Setting({}))
    assert (first.name, first.status, second.status) == ("broken", "failed", "ok")


def test_claim_that_does_not_hold_is_found(monkeypatch):
    monkeypatch.setattr(checks_installed.claim_chat, "is_claimed", lambda: False)
    assert checks_installed.claim(Setting({})).status == "failed"
    assert "minimax-plugin/" in checks_installed.claim(Setting({"MINIMAX_CLAIM": "off"})).fix


@pytest.mark.parametrize(
    ("release", "status"),
    [
        ("1.82.7", "failed"),
        ("1.107.3", "failed"),
        ("1.94.3", "ok"),
        ("1.106.2", "ok"),
        ("1.80.0", "warning"),
        ("2.0", "warning"),
    ],
)
def test_litellm_releases(monkeypatch, release, status):
    monkeypatch.setattr(checks_installed.metadata, "version", lambda _name: release)
    assert checks_installed.litellm_release(Setting({})).status == status


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "custom_provider_map does not list 'minimax'. custom_provider_map does not list 'hybrid'. callbacks"),
        (
            {
                **proxy_config.load(proxy_config.shipped()),
                "model_list": [
                    {"model_name": "h", "litellm_params": {"model": "hybrid/h", "hybrid": {"colour": "blue"}}}
                ],
            },
            "colour",
        ),
    ],
)
def test_configuration_that_lacks_us_is_found(tmp_path, config, said):
    found = checks_installed.configuration(Setting({}, config=proxy_config.write(config, tmp_path)))
    assert found.status == "failed"
    assert said in found.detail


def test_configuration_that_litellm_refuses_is_found(tmp_path):
    config = proxy_config.load(proxy_config.shipped())
    config["litellm_settings"]["custom_provider_map"].append({"provider": "x", "custom_handler": "no_such_module.x"})
    found = checks_installed.configuration(Setting({}, config=proxy_config.write(config, tmp_path)))
    assert found.status == "failed"
    assert "no_such_module" in found.detail


@pytest.mark.parametrize(
    ("environment", "check", "status", "said"),
    [
        ({"MINIMAX_API_KEY": '"quoted"'}, checks_upstream.minimax_key, "failed", "quotes"),
        ({"MINIMAX_API_KEY": "sk-cp-123"}, checks_upstream.minimax_key, "ok", "plan"),
        ({"MINIMAX_REGION": "mars"}, checks_upstream.address, "failed", "MINIMAX_REGION"),
        (
            {"MINIMAX_REGION": "cn"},
            checks_upstream.address,
            "ok",
            "https://api.minimaxi.com (MiniMax, from MINIMAX_REGION)",
        ),
        ({"MINIMAX_API_BASE": "http://gpu/v1"}, checks_upstream.address, "ok", "a server of your own"),
        ({"MINIMAX_API_BASE": "http://127.0.0.1:9"}, checks_upstream.reachability, "failed", "127.0.0.1"),
        ({"REDIS_URL": "redis://127.0.0.1:9"}, checks_upstream.redis, "failed", "no answer"),
        ({"LITELLM_MASTER_KEY": "sk-1234"}, checks_installed.master_key, "failed", "well-known"),
    ],
)
def test_settings_that_are_right_and_wrong(environment, check, status, said):
    found: Finding = check(Setting(environment))
    assert found.status == status
    assert said in found.detail


def test_key_of_the_other_region_is_found():
    with Simulator() as simulator:
        environment = {"MINIMAX_API_BASE": simulator.base_url, "MINIMAX_API_KEY": "wrong-key"}
        found = checks_upstream.reachability(Setting(environment))
    assert found.status == "failed"
    assert "refuses the key (HTTP 401)" in found.detail
    assert "wrong-key" not in found.detail + found.fix


# -- the screen -------------------------------------------------------------------------------------------------------


def test_screen_tells_thinking_from_answer_with_and_without_colour():
    plain, coloured = io.StringIO(), io.StringIO()
    for out, colour in ((plain, False), (coloured, True)):
        screen = Screen(out, colour=colour)
        for label, piece in (("thinking", "Hm"), ("thinking", "m.\n\n\n"), ("answer", "Yes.\n")):
            screen.stream(label, piece)
        screen.close()
    assert plain.getvalue() == "  thinking  Hmm.\n  answer    Yes.\n"
    assert coloured.getvalue() == "  thinking  \033[2;3mHmm.\033[0m\n  answer    Yes.\033[0m\n"


def test_screen_wraps_and_keeps_indentation():
    out = io.StringIO()
    screen = Screen(out, colour=False)
    for piece in ("def f():\n    re", "turn 1", "\n", " ".join(["word"] * 30), " "):
        screen.stream("answer", piece)
    screen.close()
    lines = out.getvalue().splitlines()
    assert lines[:2] == ["  answer    def f():", "                return 1"]
    assert all(len(line) <= 92 and line == line.rstrip() for line in lines)
    assert " ".join(" ".join(lines[2:]).split()) == " ".join(["word"] * 30)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("columns", "used"), [("40", 72), ("80", 80), ("250", 100)])
def test_screen_fills_the_terminal_within_bounds(monkeypatch, columns, used):
    monkeypatch.setenv("COLUMNS", columns)
    out = Terminal()
    assert width_of(out) == used
    assert width_of(io.StringIO()) == 92
    screen = Screen(out, colour=False)
    for _ in range(2):
        screen.good("word " * 40)
    screen.line("answer", "word " * 40)
    lines = out.getvalue().splitlines()
    assert used - 5 < max(map(len, lines)) <= used
    assert [line for line in lines if line.startswith("  ✓ word")] == [lines[0]] * 2
    assert lines[1].startswith("    word")
    assert lines[-1].startswith(" " * 12 + "word")


def test_screen_breaks_no_word_whose_pieces_come_apart():
    out = io.StringIO()
    screen = Screen(out, colour=False, width=30)
    text = "a sentence whose words arrive in pieces that end anywhere"
    for start in range(0, len(text), 3):
        screen.stream("answer", text[start : start + 3])
    screen.close()
    lines = out.getvalue().splitlines()
    assert all(len(line) <= 30 for line in lines)
    assert " ".join(out.getvalue().split()) == f"answer {text}"


# -- the command's own name -------------------------------------------------------------------------------------------


def test_command_is_named_as_it_can_be_typed(tmp_path, monkeypatch):
    script = tmp_path / "clone" / ".venv" / "bin" / "litellm-minimax"
    script.parent.mkdir(parents=True)
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr("sys.argv", [str(script), "demo"])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path / "clone")
    assert own_name() == ".venv/bin/litellm-minimax"
    monkeypatch.chdir(script.parent)
    assert own_name() == "./litellm-minimax"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert own_name() == str(script)
    monkeypatch.setenv("PATH", str(script.parent))
    assert own_name() == "litellm-minimax"
    monkeypatch.setattr("sys.argv", ["-c", "demo"])
    assert own_name() == "litellm-minimax"


def test_help_cuts_no_command_off():
    listed = run("--help").output.split("Commands:\n", 1)[1]
    assert "..." not in listed


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
