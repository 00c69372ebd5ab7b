"""The demo, as `make demo` runs it."""

import os
import re
import subprocess
import sys
import tempfile

import pytest
from doc_tables import ROOT

from litellm_minimax.cli import main

pytestmark = pytest.mark.proxy


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What the demo prints where real settings would lead it astray."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {
        **os.environ,
        "MINIMAX_API_KEY": "sk-api-must-not-be-used",
        "MINIMAX_API_BASE": "http://127.0.0.1:9",
        "MINIMAX_REASONING_MEMORY": "off",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "TMPDIR": str(folder),
    }
    command = [sys.executable, "-c", "from litellm_minimax.cli import main; main()", "demo"]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=folder, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    [picture] = folder.iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG"), "something else is left behind"
    assert str(picture) in flat(done.stdout).replace(" ", "")
    return done.stdout


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def scene(shown: str, number: int) -> str:
    return flat(re.split(r"^\d\. ", shown, flags=re.MULTILINE)[number])


def test_thinking_and_answer_are_told_apart(shown):
    told = scene(shown, 1)
    assert "thinking Every label is wrong" in told
    assert "answer [simulated] Open the box" in told
    assert "<think>" not in shown


def test_tool_call_and_the_thinking_that_goes_back(shown):
    told = scene(shown, 2)
    assert 'calls get_weather({"city": "Paris"}) call_function_' in told
    assert "✓ the client dropped the thinking" in told
    assert "✗" not in shown


def test_errors_come_with_their_next_step(shown):
    told = scene(shown, 3)
    assert "error 429 RateLimitError: MiniMax error 1002" in told
    assert "back off for tens of seconds" in told
    assert "error 401 AuthenticationError: MiniMax error 1004" in told
    assert "Check MINIMAX_API_KEY" in told


def test_hybrid_reasons_and_writes(shown):
    told = scene(shown, 4)
    assert "thinking Divisible by 4" in told
    assert "answer # [simulated] def is_leap" in told
    assert "hybrid reasoned – reasoning: minimax:MiniMax-M2, " in told


def test_a_consultation_in_the_middle_of_an_answer(shown):
    told = scene(shown, 5)
    said = [
        "answer [simulated] Let me look",
        "thinking",
        "Take one writer",
        "answer One process writes",
        "hybrid advised –",
    ]
    assert sorted(said, key=told.index) == said
    assert "advice: MiniMax-M2, " in told
    assert "✓ the coder called a tool" in told
    assert "consult_advisor" not in told


def test_the_nearest_text_and_a_picture_in_a_file(shown):
    told = scene(shown, 6)
    assert "nearest The fox is a red animal. (0." in told
    assert re.search(r"image \[simulated\] [\d,]+ bytes in ", told)


def test_costs_are_those_of_the_calls(shown):
    told = scene(shown, 7)
    rows = re.findall(
        r"(streamed answer|tool call|answer after tool|(?:hybrid|advisor) \(both models\)) (\d+) (\d+) (0\.\d+)", told
    )
    assert len(rows) == 5
    for name, prompt, completion, dollars in rows[:3]:
        assert float(dollars) == pytest.approx((int(prompt) * 0.30 + int(completion) * 1.20) / 1e6, abs=1e-6), name
    beside = {name: float(cost) for name, cost in re.findall(r"(embeddings|image) \d+ 0 (0\.\d+)", told)}
    assert beside["image"] == 0.0035
    assert 0 < beside["embeddings"] < 1e-5
    total = float(re.search(r"together (0\.\d+)", told)[1])
    assert total == pytest.approx(sum(float(row[3]) for row in rows) + sum(beside.values()), abs=4e-6)
    assert "nothing was spent" in told


def test_it_says_that_it_is_simulated_and_what_comes_next(shown):
    assert "SIMULATED" in shown.splitlines()[0]
    for command in ("serve", "doctor"):
        assert f"litellm-minimax {command}" in shown.split("Next\n", 1)[1]
        assert main.get_command(None, command)


def test_transcript_in_the_readme_is_what_it_shows(shown):
    transcript = re.search(r"^```text\n(.*?)^```", (ROOT / "README.md").read_text(), re.DOTALL | re.MULTILINE)[1]
    output = flat(shown)
    for line in transcript.splitlines():
        for part in re.sub(r"^\s*error ", "error ", line).split("…"):
            assert flat(part).strip() in output


def test_start_that_fails_shows_the_proxys_last_words(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from litellm_minimax.cli import proxy_config

    broken = {"litellm_settings": {"callbacks": "no_such_module.at_all"}}
    monkeypatch.setattr(proxy_config, "shipped", lambda: proxy_config.write(broken, tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # other tests' proxies have their logs in the real one
    result = CliRunner().invoke(main, ["demo"])
    assert result.exit_code == 1
    assert "no_such_module" in result.output
    assert "litellm-minimax doctor" in result.output
    assert not list(tmp_path.glob("litellm-proxy-*.log"))
