"""What README, quickstart and examples tell people to do is done here, against the simulator and a started ``serve``."""

import json
import os
import re
import runpy
import shutil
import subprocess

import httpx
import pytest
from doc_tables import ROOT
from openai.types.chat import ChatCompletionChunk
from served import Served

from litellm_minimax.simulator import Simulator

pytestmark = pytest.mark.proxy

HYBRID = "hybrid:[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]"


def blocks(language: str, *pages: str) -> list:
    """The blocks of one language, each with the page and the line it stands on."""
    found = []
    for page in pages:
        text = (ROOT / page).read_text()
        for block in re.finditer(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
            found.append(pytest.param(block[1], id=f"{page}:{text.count(chr(10), 0, block.start()) + 2}"))
    return found


PYTHON = blocks("python", "README.md", "docs/quickstart.md", "docs/media.md")
CURL = [block for block in blocks("bash", "README.md", "docs/quickstart.md") if "curl" in block.values[0]]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").glob("*.py"))


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    with Served(tmp_path_factory.mktemp("serve")) as proxy:
        yield proxy
    assert proxy.exit_code == 0, proxy.log[-2000:]
    assert "Stopped." in proxy.log


@pytest.fixture(scope="session")
def upstream():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def settings(served, upstream, monkeypatch):
    """What a reader has set: a key, here with the simulator behind it, and the proxy's key as serve printed it."""
    upstream.reset()
    monkeypatch.setenv("MINIMAX_API_KEY", "sk-api-readme")
    monkeypatch.setenv("MINIMAX_API_BASE", upstream.base_url)
    monkeypatch.setenv("LITELLM_MASTER_KEY", served.key)
    monkeypatch.setenv("LITELLM_URL", served.url)
    monkeypatch.delenv("MINIMAX_REGION", raising=False)


def chat(served, model="MiniMax-M2", **body):
    request = {"model": model, "messages": [{"role": "user", "content": "Hello!"}], **body}
    return httpx.post(f"{served.url}/v1/chat/completions", headers=served.headers, json=request, timeout=60)


def chunks_of(response) -> list[ChatCompletionChunk]:
    lines = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    return [ChatCompletionChunk.model_validate_json(line) for line in lines[:-1]]


# -- the blocks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", PYTHON)
def test_python_blocks_run(code, served, settings, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # some write a file
    exec(compile(code.replace("http://127.0.0.1:4000", served.url), "block", "exec"), {"__name__": "__main__"})
    out = capsys.readouterr().out
    assert out.strip()
    assert "Provider List" not in out  # LiteLLM's complaint about a model without a provider


@pytest.mark.parametrize("command", CURL)
def test_curl_blocks_run(command, served, settings):
    command = re.sub(r"^(export LITELLM_MASTER_KEY=).*$", rf"\g<1>{served.key}", command, flags=re.MULTILINE)
    assert shutil.which("curl"), "curl is missing"
    done = _shell(command.replace("http://127.0.0.1:4000", served.url))
    assert done.returncode == 0, done.stderr
    if "fault=error" in command:
        assert json.loads(done.stdout)["error"]["code"] == "402"
    else:
        assert "[simulated]" in done.stdout
        assert "<think>" not in done.stdout


def test_the_blocks_were_found():
    assert len(PYTHON) >= 5
    assert len(CURL) >= 4
    assert {"sdk.py", "streaming_thinking.py", "tools_loop.py", "openai_client.py"} <= set(EXAMPLES)


def test_commands_in_the_blocks_exist():
    makefile = (ROOT / "Makefile").read_text()
    for block in blocks("bash", "README.md", "CONTRIBUTING.md"):
        for target in re.findall(r"^make ([\w-]+)", block.values[0], re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(name, settings, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", [name])
    runpy.run_path(str(ROOT / "examples" / name), run_name="__main__")
    out = capsys.readouterr().out
    if name == "search_docs.py":
        assert len(re.findall(r"^\d\.\d{3}  docs/\w+", out, re.MULTILINE)) == 3
    else:
        assert "simulated" in out
    assert "<think>" not in out
    assert "Provider List" not in out
    if name.endswith("tools_loop.py"):
        assert "calls " in out


# -- serve ------------------------------------------------------------------------------------------------------------


def test_serve_says_that_it_simulates_and_prints_lines_that_work(served, settings):
    assert "SIMULATED" in served.banner
    recipe = served.banner.split("── curl (shell)\n", 1)[1].split("\n\n──", 1)[0]
    answer = json.loads(_shell(recipe).stdout)
    assert answer["choices"][0]["message"]["content"].startswith("[simulated] Hello!")
    assert served.banner.count(served.key) >= 5
    recipe = served.banner.split("── hybrid (", 1)[1].split("\n", 1)[1].split("\n\n", 1)[0]
    answer = json.loads(_shell(recipe).stdout)
    assert answer["choices"][0]["message"]["provider_specific_fields"]["hybrid"]["decision"] == "reasoned"


@pytest.mark.parametrize(
    "body",
    [
        {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Hello!"}]},
        {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Solve this logic puzzle..."}]},
        {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Explain quantum physics"}], "stream": True},
    ],
)
def test_documented_requests_work_as_they_stand(served, body):
    response = httpx.post(f"{served.url}/v1/chat/completions", headers=served.headers, json=body, timeout=60)
    assert response.status_code == 200
    if body.get("stream"):
        deltas = [choice.delta for chunk in chunks_of(response) for choice in chunk.choices]
        content = "".join(delta.content or "" for delta in deltas)
        reasoning = "".join((delta.model_extra or {}).get("reasoning_content") or "" for delta in deltas)
    else:
        message = response.json()["choices"][0]["message"]
        content, reasoning = message["content"], message["reasoning_content"]
    assert content.startswith("[simulated]")
    assert reasoning
    assert "<think>" not in content + reasoning


@pytest.mark.parametrize(
    "model",
    ["abab6.5s", "abab6.5t", "abab6.5g-chat", "minimax-m2.1", "minimax/MiniMax-M3", "minimax-plugin/minimax-m3", "gpt-4o",
     "claude-sonnet-4-5", "openai/gpt-5", "M2-HER"],
)  # fmt: skip
def test_every_name_is_served(served, model):
    answer = chat(served, model).json()
    assert answer["model"] == model
    assert answer["choices"][0]["message"]["content"].startswith("[simulated]")


def test_ids_newer_than_this_package_are_not_taken_for_unknown_names(served):
    response = chat(served, "MiniMax-M9")
    assert response.status_code == 400
    assert "unknown model 'minimax-m9'" in response.json()["error"]["message"]


def test_models_are_listed(served):
    listed = {model["id"] for model in httpx.get(f"{served.url}/v1/models", headers=served.headers).json()["data"]}
    assert {"MiniMax-M2", "MiniMax-M3.1-Flash", "M2-her", "abab6.5s", "hybrid-coder", "minimax/MiniMax-M3"} <= listed


@pytest.mark.parametrize("model", ["MiniMax-M2", HYBRID, "hybrid-coder", "claude-sonnet-4-5"])
def test_messages_and_responses_doors_answer(served, model):
    asked = {"model": model, "max_tokens": 2000, "messages": [{"role": "user", "content": "Write a sort."}]}
    told = httpx.post(f"{served.url}/v1/messages", headers=served.headers, json=asked, timeout=60)
    assert told.status_code == 200, told.text
    assert "simulated" in "".join(block.get("text", "") for block in told.json()["content"])
    asked = {"model": model, "input": "Write a sort."}
    told = httpx.post(f"{served.url}/v1/responses", headers=served.headers, json=asked, timeout=60)
    assert told.status_code == 200, told.text
    assert "simulated" in told.text


def test_errors_keep_their_status_and_next_step(served):
    response = chat(served, messages=[{"role": "user", "content": "[[simulate: fault=error code=2061]]"}])
    assert response.status_code == 403
    assert "Use a pay-as-you-go key" in response.json()["error"]["message"]


def test_strangers_are_refused(served):
    body = {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Hello!"}]}
    for headers in ({"Authorization": "Bearer sk-no"}, {}):
        response = httpx.post(f"{served.url}/v1/chat/completions", headers=headers, json=body)
        # LiteLLM 1.106.2 without prisma: 400 for a key it can't look up, 500 (its own ImportError) for none at all.
        assert response.status_code >= 400
        assert "simulated" not in response.text


def _shell(command: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, env=dict(os.environ), check=False
    )
