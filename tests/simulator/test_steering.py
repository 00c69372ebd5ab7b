"""Scripts, directives, control endpoints, counts: what a test does with the simulator and what it learns."""

import ast
import asyncio
import itertools
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import get_args

import anthropic
import httpx
import jsonschema
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

import litellm_minimax.simulator
from litellm_minimax.simulator import (
    Answer,
    Fault,
    Quirks,
    Script,
    ScriptTurn,
    Simulator,
    ToolCall,
    conversation,
    prose,
)
from litellm_minimax.simulator.faults import Kind
from tests.simulator.conftest import CHAT, KEY, TOOL, frames, stream, text_of, user


def said(response):
    return response.json()["choices"][0]["message"]["content"].split("</think>")[-1].strip()


# -- what it says -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "telling"),
    [
        ("Hello!", "How can I help you today?"),
        ("Solve this logic puzzle...", "One draw"),
        ("Explain quantum physics", "amplitudes"),
        ("What else is new?", "What else is new?"),
        ("Hello! nonce=a1-b2", "nonce=a1-b2"),
    ],
)
def test_answers_are_labelled_sensible_and_deterministic(client, asked, telling):
    first = said(client.post(CHAT, json=user(asked)))
    assert first.startswith("[simulated] ")
    assert first.count("simulated]") == 1
    assert telling in first
    assert said(client.post(CHAT, json=user(asked))) == first
    assert text_of(stream(client, user(asked))).endswith(first)


def test_a_tool_that_is_asked_for_is_called_and_its_result_told(client):
    body = user("What is the weather in Oslo?", tools=[TOOL])
    message = client.post(CHAT, json=body).json()["choices"][0]["message"]
    (call,) = message["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"city": "Oslo"}
    body["messages"] += [message, {"role": "tool", "tool_call_id": call["id"], "content": "Rain, 7 degrees."}]
    assert "Rain, 7 degrees." in said(client.post(CHAT, json=body))
    assert "tool_calls" not in client.post(CHAT, json=user("Hi there", tools=[TOOL])).json()["choices"][0]["message"]


def test_a_schema_in_the_prompt_is_filled_in(client):
    schema = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
    for body in (
        user(f"Answer with JSON that matches {json.dumps(schema)}"),
        user(model="MiniMax-M3", response_format={"type": "json_schema", "json_schema": {"schema": schema}}),
    ):
        answer = said(client.post(CHAT, json=body))
        assert answer.startswith("```json\n")
        jsonschema.validate(json.loads(answer.removeprefix("```json\n").removesuffix("\n```")), schema)


SCHEMAS = st.recursive(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": ["null", "integer"], "minimum": 3, "maximum": 9},
            {"type": "number"},
            {"enum": ["a", 2, None]},
            {"const": 4},
            {"type": "boolean"},
            {"anyOf": [{"type": "null"}, {"type": "string"}]},
        ]
    ),
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item}, inner),
        st.builds(
            lambda members: {"type": "object", "properties": members, "required": sorted(members)},
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        ),
    ),
    max_leaves=5,
)


@given(schema=SCHEMAS, seed=st.text(max_size=3))
def test_made_up_arguments_fit_the_schema(schema, seed):
    made = prose.instance(schema, seed)
    jsonschema.validate(made, schema)
    assert made == prose.instance(schema, seed)


def test_filler_varies_from_chunk_to_chunk():
    text = prose.filler("x", 200_000)
    assert len(text) == 200_000
    chunks = [text[at : at + 20] for at in range(0, len(text), 20)]
    assert all(left != right for left, right in itertools.pairwise(chunks))


# -- scripts ----------------------------------------------------------------------------------------------------------


def test_the_queue_comes_before_standing_answers_and_those_before_its_own(sim, client):
    sim.on("minimax-m2", Answer("by name"))
    sim.on(
        lambda body: "please" in str(body["messages"]), lambda body: Answer(f"n={body['n']}") if "n" in body else None
    )
    sim.enqueue(Answer("queued", repeat=2))
    asked = [user("please", n=1), user("please", n=1), user("please", n=1), user("please"), user(model="MiniMax-M2.1")]
    answers = [said(client.post(CHAT, json=body)) for body in asked]
    assert answers[:4] == ["queued", "queued", "n=1", "by name"]
    assert answers[4].startswith("[simulated]")


def test_a_refused_request_takes_nothing_from_the_queue(sim, client):
    sim.enqueue(Answer("queued"))
    assert client.post(CHAT, json=user(temperature=9)).status_code == 400
    assert said(client.post(CHAT, json=user())) == "queued"


def test_answers_can_be_raw(sim, client):
    sim.enqueue(
        Answer(raw_json={"odd": 1}, status=201, headers={"X-Odd": "yes"}),
        Answer(raw_sse=b"data: odd\n\n"),
        Answer(chunks=["a", {"content": "b", "role": ""}, {"choices": [], "x": 1}, "c"]),
        Answer(
            "a", usage={"total_tokens": 7}, model="Other", extra={"output_sensitive": True}, quirks={"tags": "mm:think"}
        ),
    )
    odd = client.post(CHAT, json=user())
    assert (odd.status_code, odd.json(), odd.headers["x-odd"]) == (201, {"odd": 1}, "yes")
    assert client.post(CHAT, json=user(stream=True)).text == "data: odd\n\n"
    parsed = stream(client, user())
    assert text_of(parsed) == "abc"
    assert parsed[1]["choices"][0]["delta"] == {"content": "b", "role": ""}
    assert parsed[2] == {"choices": [], "x": 1}
    assert parsed[3]["choices"][0]["finish_reason"] == "stop"
    told = client.post(CHAT, json=user()).json()
    assert (told["usage"], told["model"], told["output_sensitive"]) == ({"total_tokens": 7}, "Other", True)


def test_a_mistake_in_a_script_is_told(sim, client):
    sim.on(lambda _body: 1 / 0, Answer("x"))
    response = client.post(CHAT, json=user())
    assert response.status_code == 500
    assert "ZeroDivisionError" in response.text


def loop(client, body, rounds=10):
    """Drive a tool loop as a good client does; the calls made and the last text."""
    made = []
    for _ in range(rounds):
        message = client.post(CHAT, json=body).json()["choices"][0]["message"]
        if "tool_calls" not in message:
            return made, message["content"]
        body["messages"].append(message)
        for call in message["tool_calls"]:
            made.append((call["function"]["name"], json.loads(call["function"]["arguments"])))
            body["messages"].append({"role": "tool", "tool_call_id": call["id"], "content": "ok"})
    raise AssertionError("the loop did not end")


def tool(name):
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {"x": {}}}}}


def test_a_script_goes_by_the_rounds_and_the_tools_that_there_are(sim, client):
    sim.on(
        "MiniMax-M2",
        Script([ScriptTurn({"Read": {"file_path": "a"}, "shell": {"command": "cat a"}}), ScriptTurn(text="DONE")]),
    )
    made, text = loop(client, user(tools=[tool("Shell"), tool("read")]))
    assert made == [("read", {"file_path": "a"})]
    assert text.endswith("DONE")
    assert "[simulated]" in said(client.post(CHAT, json=user("A title, please")))


def test_the_fix_test_scenario_by_directive(sim, client):
    directive = "[[simulate: scenario=fix-test file=/tmp/a.py test='pytest -q' new='return 1']]"
    made, text = loop(client, user(directive, tools=[tool("read_file"), tool("run_shell_command"), tool("replace")]))
    assert [name for name, _ in made] == ["read_file", "replace", "run_shell_command", "replace", "run_shell_command"]
    assert made[3][1] == {"file_path": "/tmp/a.py", "old_string": "return a * b", "new_string": "return 1"}
    assert made[4][1]["command"] == "pytest -q"
    assert "DONE" in text
    assert sim.report()["tool_loop_turns"] == sim.report()["tool_loop_turns_with_reasoning"] == 1 + 2 + 3 + 4 + 5


def test_a_reminder_or_notes_behind_results_do_not_set_a_new_task(client):
    """Agents put reminders there, LiteLLM turns text beside tool results into one, and a hybrid its notes."""
    body = user("[[simulate: tool=f,f rounds=2]] nonce=n9", tools=[tool("f")])
    notes = {"role": "user", "content": "<notes>Say hello.</notes>"}
    body["messages"].append(notes)
    for expected in (True, True, False):
        message = client.post(CHAT, json=body).json()["choices"][0]["message"]
        assert ("tool_calls" in message) == expected
        body["messages"].append(message)
        for call in message.get("tool_calls", []):
            body["messages"].append({"role": "tool", "tool_call_id": call["id"], "content": "fine"})
        body["messages"].append(notes)
    assert "nonce=n9" in message["content"]
    assert "The tool result says: fine" in message["content"]
    body["messages"].append({"role": "user", "content": "Explain quantum physics"})
    assert "amplitudes" in said(client.post(CHAT, json=body))


def test_instructions_before_a_message_do_not_join_it_to_the_task_before():
    """Codex puts some there when a person accepts its plan."""
    work = {"role": "assistant", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]}
    done = [user("Plan it")["messages"][0], work, {"role": "tool", "tool_call_id": "c", "content": "fine"}]
    talk = [*done, {"role": "assistant", "content": "The plan."}, {"role": "system", "content": "Plan mode is over."}]
    found = conversation.read({"messages": [*talk, *user("Do it")["messages"]]})
    assert (found.rounds, found.asked) == (0, "Do it")


# -- directives -------------------------------------------------------------------------------------------------------


def test_directives_set_faults_and_switches(client):
    limited = client.post(CHAT, json=user("[[simulate: fault=error code=1002]] Hello!"))
    assert limited.status_code == 429
    system = {"role": "system", "content": "[[simulate: quirk=tags:mm:think quirk=done_marker]]"}
    body = {"model": "MiniMax-M2", "messages": [system, {"role": "user", "content": "Hello!"}]}
    parsed = stream(client, body)
    assert parsed[-1] == "[DONE]"
    assert text_of(parsed).startswith("<mm:think>")


@pytest.mark.parametrize("directive", ["quirk=nope", "quirk=tags:nope", "fault=nope code=x", "fault=error code=x"])
def test_a_wrong_directive_is_told(client, directive):
    response = client.post(CHAT, json=user(f"[[simulate: {directive}]]"))
    assert response.status_code == 400
    assert "simulator directive" in response.text


def test_directives_apply_when_they_say(client):
    twice = user("[[simulate: fault=error code=1002 times=2]]")
    assert [client.post(CHAT, json=twice).status_code for _ in range(3)] == [429, 429, 200]
    other = "[[simulate: fault=error code=1002 model=m2.1]]"
    assert client.post(CHAT, json=user(other)).status_code == 200
    assert client.post(CHAT, json=user(other, model="MiniMax-M2.1")).status_code == 429
    later = user("[[simulate: tool=get_weather]] [[simulate: fault=error code=1002 turn=1]]", tools=[TOOL])
    message = client.post(CHAT, json=later).json()["choices"][0]["message"]
    result = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "x"}
    assert client.post(CHAT, json={**later, "messages": [*later["messages"], message, result]}).status_code == 429


def test_measured_loads(sim, client):
    parsed = stream(client, user("[[simulate: deltas=50 think=10 chars=20]] nonce=n1", reasoning_split=True))
    answered = sim.last.answered
    assert (answered.reasoning_chunks, answered.text_chunks, answered.chunks_sent) == (10, 50, 60)
    assert sim.last.arrived < answered.text_began < answered.last_made < answered.closed_at
    assert len(text_of(parsed)) == 1000
    assert "nonce=n1" in text_of(parsed)
    assert len(said(client.post(CHAT, json=user("[[simulate: bytes=1000000]]")))) == 1_000_000
    parsed = stream(client, user("[[simulate: deltas=30 chars=10 kind=tool]]", tools=[TOOL]))
    assert sim.last.answered.tool_chunks >= 30
    assert parsed[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_tools_by_directive(client):
    body = user("[[simulate: tool=get_weather,get_weather rounds=2]]", tools=[TOOL])
    made, _ = loop(client, body)
    assert [name for name, _ in made] == ["get_weather"] * 4


# -- control over HTTP ------------------------------------------------------------------------------------------------


def test_control_endpoints(sim, client):
    items = [
        {"answer": {"text": "one", "tool_calls": [{"name": "f", "arguments": {}}]}},
        {"fault": {"kind": "error", "code": 1002}},
        {"fault": {"kind": "no_finish"}, "answer": {"text": "two"}},
    ]
    assert client.post("/simulator/enqueue", json=items).json() == {"enqueued": 3}
    assert client.get("/simulator/report").json()["queued"] == 3
    assert client.post("/simulator/quirks", json={"done_marker": True}).status_code == 200
    first = client.post(CHAT, json=user()).json()["choices"][0]["message"]
    assert (first["content"], first["tool_calls"][0]["function"]["name"]) == ("one", "f")
    assert client.post(CHAT, json=user()).status_code == 429
    assert "[DONE]" not in client.post(CHAT, json=user(stream=True)).text
    report = client.get("/simulator/report").json()
    assert report["requests"] == 3
    assert report["by_path"] == {CHAT: 3}
    assert report["errors_by_code"] == {"1002": 1}
    assert report["faults"] == {"error": 1, "no_finish": 1}
    (seen, *_) = client.get("/simulator/requests").json()
    assert seen["body"] == user()
    assert seen["headers"]["authorization"] == "…test"
    assert client.post("/simulator/reset").status_code == 200
    assert client.get("/simulator/report").json()["requests"] == 0
    assert client.post("/simulator/enqueue", json={"fault": {"kind": "x", "code": "y"}}).status_code == 400
    assert client.get("/simulator/nope").status_code == 404


def test_serve_prints_its_url_and_stops_on_interrupt():
    # A suite that was started in the background ignores Ctrl-C, and so would its children.
    heeds = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{heeds}; from litellm_minimax.simulator import serve; serve()"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = child.stdout.readline()
        url = next(word for word in line.split() if word.startswith("http://127.0.0.1:"))
        assert child.stdout.readline() == f"export MINIMAX_API_BASE={url} MINIMAX_API_KEY=any\n"
        assert httpx.post(url + CHAT, json=user(), headers=KEY).status_code == 200
        child.send_signal(signal.SIGINT)
        _out, err = child.communicate(timeout=20)
        assert (child.returncode, err) == (0, "")
    finally:
        child.kill()
        child.wait()


def test_quota_and_unknown_paths(client):
    told = client.get("/v1/token_plan/remains").json()
    assert told["base_resp"]["status_code"] == 0
    assert [bucket["model_name"] for bucket in told["model_remains"]] == ["general", "video"]
    for method, path in (("POST", "/v1/responses"), ("GET", CHAT), ("POST", "/v1/audio/speech"), ("GET", "/")):
        response = client.request(method, path)
        assert (response.status_code, response.text) == (404, "404 page not found")


def test_keys_may_be_listed():
    with Simulator(api_keys=["one"]) as sim:
        codes = [
            httpx.post(sim.base_url + CHAT, json=user(), headers={"authorization": sent}).status_code
            for sent in ("Bearer one", "Bearer two", "Basic one", "")
        ]
    assert codes == [200, 401, 401, 401]


# -- counts -----------------------------------------------------------------------------------------------------------


KEPT = {
    "as it came": lambda message: message,
    "details": lambda message: {
        **{name: value for name, value in message.items() if name != "reasoning_content"},
        "reasoning_details": [{"text": message["reasoning_content"]}],
    },
    "reasoning_content": lambda m: {name: value for name, value in m.items() if name != "reasoning_details"},
    "think": lambda m: {
        "role": "assistant",
        "tool_calls": m["tool_calls"],
        "content": f"<think>\n{m['reasoning_content']}\n</think>\n\n",
    },
}
LOST = {
    "dropped": lambda m: {"role": "assistant", "content": None, "tool_calls": m["tool_calls"]},
    "changed": lambda m: {**m, "reasoning_details": [{"text": m["reasoning_content"].upper()}]},
}


@pytest.mark.parametrize("how", [*KEPT, *LOST])
def test_counts_whether_reasoning_comes_back(sim, client, how):
    body = user("weather in Oslo?", tools=[TOOL], reasoning_split=True)
    message = client.post(CHAT, json=body).json()["choices"][0]["message"]
    message["content"] = None
    replayed = {**KEPT, **LOST}[how](message)
    result = {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "x"}
    client.post(CHAT, json={**body, "messages": [*body["messages"], replayed, result]})
    assert (sim.last.reasoning_turns, sim.last.reasoning_turns_intact) == (1, int(how in KEPT))
    closed = [*body["messages"], replayed, result, {"role": "user", "content": "thanks"}]
    client.post(CHAT, json={**body, "messages": closed})
    assert sim.last.reasoning_turns == 0


def test_counts_reasoning_of_servers_that_give_no_ids(sim, client):
    sim.quirks = Quirks(dialect="self_hosted")
    sim.enqueue(Answer(reasoning="Hm.", tool_calls=[ToolCall("f", {"a": 1})]))
    client.post(CHAT, json=user())
    call = {"id": "made-up", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call], "reasoning_content": "Hm."}
    body = user()
    body["messages"] += [turn, {"role": "tool", "tool_call_id": "made-up", "content": "x"}]
    client.post(CHAT, json=body)
    assert (sim.last.reasoning_turns, sim.last.reasoning_turns_intact) == (1, 1)


def test_no_frame_waits_for_an_acknowledgement(sim, client):
    assert client.post(CHAT, json=user()).status_code == 200
    sockets = [connection._transport.get_extra_info("socket") for connection in sim._connections]
    assert sockets
    assert all(each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for each in sockets)


def test_a_client_that_leaves_is_seen_at_once(sim, client):
    sim.enqueue(Answer("x" * 5000, chunk_chars=5, delay=0.02))
    with client.stream("POST", CHAT, json=user(stream=True)) as response:
        next(response.iter_raw())
    sim.wait_idle(20)
    answered = sim.last.answered
    assert answered.client_left
    assert not answered.finished
    assert 1 <= answered.chunks_generated == answered.chunks_sent < 250, "of 1,000, one in 20 ms"
    assert answered.closed_at > sim.last.arrived
    assert sim.report()["client_left"] == 1
    assert sim.report()["generated_after_leaving"] == 0
    assert client.post(CHAT, json=user()).status_code == 200


async def test_many_paced_streams_at_once(sim):
    async def one(http, number):
        body = user(f"[[simulate: deltas=20 rate=50]] nonce=n{number}", stream=True)
        return f"nonce=n{number} " in text_of(frames(await http.post(CHAT, json=body)))

    async with httpx.AsyncClient(base_url=sim.base_url, headers=KEY, timeout=30) as http:
        assert all(await asyncio.gather(*(one(http, number) for number in range(50))))
    assert sim.report()["finished"] == 50


# -- HTTP -------------------------------------------------------------------------------------------------------------


def exchange(sim, *sent):
    with socket.create_connection((sim.host, sim.port)) as connection:
        connection.settimeout(5)
        got = b""
        for data, until in sent:
            connection.sendall(data)
            while until not in got:
                piece = connection.recv(65536)
                if not piece:
                    break
                got += piece
        return got


def head(length, *more):
    lines = [f"POST {CHAT} HTTP/1.1", "Host: x", "Authorization: Bearer k", f"Content-Length: {length}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_keep_alive_pipelining_and_expect(sim):
    data = json.dumps(user()).encode()
    one = head(len(data)) + data
    last = head(len(data), "Connection: close") + data
    got = exchange(sim, (one + one + last, b"never"))
    assert got.count(b"HTTP/1.1 200 OK") == 3
    assert got.count(b"Connection: close") == 1
    waited = exchange(sim, (head(len(data), "Expect: 100-continue"), b"100 Continue\r\n\r\n"), (data, b"200 OK"))
    assert waited.startswith(b"HTTP/1.1 100 Continue")
    assert exchange(sim, (b"nonsense\r\n\r\n", b"never")).startswith(b"HTTP/1.1 400")
    sim.quirks = Quirks(connection_close=True)
    assert b"Connection: close" in exchange(sim, (one, b"never"))


def test_stopping_ends_open_streams_and_is_harmless_twice():
    sim = Simulator().start()
    sim.enqueue(Fault("stall", at=0))
    with httpx.stream("POST", sim.base_url + CHAT, json=user(stream=True), headers=KEY) as response:
        sim.stop()
        with pytest.raises(httpx.TransportError):
            response.read()
    sim.stop()
    assert sim.report()["open_connections"] == 0
    again = sim.start()
    assert httpx.post(again.base_url + CHAT, json=user(), headers=KEY).status_code == 200
    again.stop()


def test_a_path_prefix():
    with Simulator(path_prefix="/llm/") as sim, httpx.Client(headers=KEY) as http:
        assert sim.base_url.endswith("/llm")
        assert http.post(f"{sim.base_url}{CHAT}", json=user()).status_code == 200
        assert http.get(f"{sim.base_url}/v1/models").status_code == 200
        assert http.post(sim.base_url.removesuffix("/llm") + CHAT, json=user()).status_code == 404


def test_records_are_bounded_and_totals_are_not():
    with Simulator(keep=10) as sim, httpx.Client(base_url=sim.base_url, headers=KEY) as http:
        for _ in range(25):
            http.post(CHAT, json=user())
        assert len(sim.requests) <= 10
        assert sim.report()["requests"] == 25


# -- official clients -------------------------------------------------------------------------------------------------


def test_the_openai_client(sim):
    with openai.OpenAI(base_url=f"{sim.base_url}/v1", api_key="k", max_retries=0) as client:
        asked = {"model": "MiniMax-M2", "messages": [{"role": "user", "content": "weather in Oslo?"}], "tools": [TOOL]}
        plain = client.chat.completions.create(**asked)
        assert plain.choices[0].message.tool_calls[0].function.arguments == '{"city": "Oslo"}'
        with client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as events:
            final = events.get_final_completion()
        assert final.choices[0].message.tool_calls[0].function.name == "get_weather"
        assert final.usage.total_tokens == plain.usage.total_tokens
        with pytest.raises(openai.BadRequestError, match="2013"):
            client.chat.completions.create(**{**asked, "temperature": 5})
        assert "MiniMax-M2" in [entry.id for entry in client.models.list()]


async def test_the_async_clients(sim):
    async with openai.AsyncOpenAI(base_url=f"{sim.base_url}/v1", api_key="k", max_retries=0) as client:
        chunks = await client.chat.completions.create(**user(), stream=True)
        parts = [chunk.choices[0].delta.content or "" async for chunk in chunks]
    assert "".join(parts).endswith("help you today?")
    claude = anthropic.AsyncAnthropic(base_url=f"{sim.base_url}/anthropic", api_key="k", max_retries=0)
    async with claude, claude.messages.stream(**user(), max_tokens=500) as events:
        assert (await events.get_final_text()).endswith("help you today?")


def test_the_simulator_shares_only_the_model_table_with_the_client_side():
    folder = Path(litellm_minimax.simulator.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith(("litellm.", "httpx", "openai", "anthropic")), (path.name, name)
                assert name != "litellm", path.name
                if name.startswith("litellm_minimax"):
                    assert name.startswith(("litellm_minimax.simulator", "litellm_minimax.catalog")), (path.name, name)


def test_the_page_names_every_switch_fault_and_setting():
    page = (Path(litellm_minimax.simulator.__file__).parents[2] / "docs" / "simulator.md").read_text()
    for name in (*Quirks.__slots__, *Answer.__slots__, *get_args(Kind)):
        assert f"`{name}`" in page, name
