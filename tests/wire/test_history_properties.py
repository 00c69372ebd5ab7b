"""Whatever an agent sends as its history is refused by name, or becomes one that MiniMax's own checks accept."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litellm_minimax import catalog
from litellm_minimax.simulator.checks import refusal
from litellm_minimax.simulator.quirks import Quirks
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.outgoing.request import BuiltRequest, ChatRequest, build_request
from litellm_minimax.wire.outgoing.unreturned_reasoning import message_hash, turns_without_reasoning

FAST = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
MESSAGE_KEYS = {
    "system": {"role", "content"},
    "user": {"role", "content", "cache_control"},
    "assistant": {"role", "content", "tool_calls", "reasoning_details", "reasoning_content", "cache_control"},
    "tool": {"role", "tool_call_id", "content", "cache_control"},
}


# --- what MiniMax checks -------------------------------------------------------------------------------------


def assert_acceptable(body: Mapping[str, object]) -> None:
    """MiniMax's rules for a body, each one the cause of a 2013 that people have met."""
    messages = body["messages"]
    assert messages
    assert "system" not in [message["role"] for message in messages[1:]], "a system message that is not the first"
    position = 0
    while position < len(messages):
        message = messages[position]
        assert message.keys() <= MESSAGE_KEYS[message["role"]]
        assert message["role"] != "tool", "a result without its call"
        calls = message.get("tool_calls", [])
        assert_content(message, optional=bool(calls))
        if message["role"] == "assistant":
            assert_thinking(message)
        ids = [call["id"] for call in calls]
        results = messages[position + 1 : position + 1 + len(calls)]
        assert [result.get("tool_call_id") for result in results] == ids, "calls and results do not match"
        assert len(set(ids)) == len(ids)
        for call, result in zip(calls, results, strict=True):
            assert call["type"] == "function"
            assert call["function"]["name"]
            assert isinstance(json.loads(call["function"]["arguments"]), dict)
            assert result.keys() <= MESSAGE_KEYS["tool"]
            assert_content(result, optional=False)
        position += 1 + len(calls)
    for tool in body.get("tools", []):
        assert tool["type"] == "function"
        assert tool["function"]["name"]
        assert tool["function"]["parameters"]["type"] == "object"


def assert_content(message: Mapping[str, object], *, optional: bool) -> None:
    content = message.get("content")
    if content is None:
        assert optional, "chat content is empty"
        return
    assert content, "chat content is empty"
    for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
        if part["type"] == "text":
            assert part["text"].strip(), "chat content is empty"
        else:
            assert message["role"] == "user"
            assert part[part["type"]]["url"]


def assert_thinking(message: Mapping[str, object]) -> None:
    for detail in message.get("reasoning_details", []):
        assert detail["text"].strip()
        assert detail["text"] not in str(message.get("content")), "a thought sent twice"


# --- what agents send ----------------------------------------------------------------------------------------

words = st.integers(0, 10**9).map(lambda number: f"word{number}x")
texts = st.builds(str.format, st.sampled_from(["{}", " {}\n", '"{}"', "\\{}", "{}</think>", "é{}\u2028"]), words)
blanks = st.sampled_from([None, "", "  \n", []])
ids = st.sampled_from(["call_function_abc123def456_1", "call_function_abc123def456_2", "toolu-01.x", "", None, 7])
text_part = st.builds(lambda kind, text: {"type": kind, "text": text}, st.sampled_from(["text", "input_text"]), texts)
marked_part = st.builds(lambda part: {**part, "cache_control": {"type": "ephemeral"}}, text_part)
image_part = st.builds(lambda word: {"type": "image_url", "image_url": {"url": f"https://e.test/{word}.png"}}, words)
odd_part = st.sampled_from(
    [{"type": "input_audio"}, {"type": "file"}, {"type": "text", "text": 3}, 5, {"type": "text"}]
)
part_lists = st.lists(st.one_of(text_part, marked_part, image_part), max_size=3)
contents = st.one_of(texts, blanks, part_lists, st.lists(st.one_of(text_part, odd_part), max_size=2))
text_contents = st.one_of(texts, blanks, st.lists(st.one_of(text_part, marked_part), max_size=3))
arguments = st.one_of(
    st.builds(lambda word: json.dumps({"path": word, "n": [1, {"a": None}]}), texts),
    st.builds(lambda word, cut: json.dumps({"k": 1, "path": word + "\n"})[:cut], texts, st.integers(20, 40)),
    st.builds(lambda word: {"path": word}, texts),
    texts,
    st.sampled_from([None, "", "{}", "null", "[]", '"x"', "{'a': 1}", "NaN", "[" * 5000, 5]),
)
calls = st.builds(
    lambda call_id, name, given: {"id": call_id, "type": "function", "function": {"name": name, "arguments": given}},
    ids,
    st.sampled_from(["read", "mcp.x-y", "write"]),
    arguments,
)
THOUGHT = len("word10000000000x")
"""Words of reasoning are longer than any other; a model that does not reason is not sent them."""
thought_words = st.integers(10**10, 10**11).map(lambda number: f"word{number}x")
thoughts = st.one_of(
    st.none(),
    st.builds(lambda text: ("reasoning_content", text), thought_words),
    st.builds(lambda text: ("reasoning_details", [{"type": "reasoning.text", "text": text, "x": 1}]), thought_words),
    st.builds(
        lambda text: ("thinking_blocks", [{"type": "thinking", "thinking": text, "signature": "s"}]), thought_words
    ),
    st.builds(lambda text: ("provider_specific_fields", {"minimax": {"reasoning_content": text}}), thought_words),
    st.builds(lambda text: ("content", f"<think>\n{text}\n</think>\n\n"), thought_words),
)


def assistant(content: object, made: list[object], thought: tuple[str, object] | None) -> dict[str, object]:
    message = {"role": "assistant", "content": content, "tool_calls": made or None, "audio": None, "refusal": None}
    if thought and thought[0] == "content":
        message["content"] = f"{thought[1]}{content if isinstance(content, str) else ''}"
        return message
    return message | ({thought[0]: thought[1]} if thought else {})


message = st.one_of(
    st.builds(
        lambda role, content: {"role": role, "content": content},
        st.sampled_from(["system", "developer"]),
        text_contents,
    ),
    st.builds(lambda content: {"role": "user", "name": "u", "content": content}, contents),
    st.builds(assistant, text_contents, st.lists(calls, max_size=3), thoughts),
    st.builds(lambda call_id, content: {"role": "tool", "tool_call_id": call_id, "content": content}, ids, contents),
    st.builds(lambda content: {"role": "tool", "tool_call_id": "toolu-01.x", "content": {"out": content}}, texts),
)
odd_message = st.sampled_from([None, "hi", {}, {"role": "robot", "content": "x"}, {"role": "user", "content": 4}])
histories = st.lists(st.one_of(message, message, message, message, message, odd_message), max_size=12)
clean_histories = st.lists(message, min_size=1, max_size=12)
models = st.sampled_from(["MiniMax-M3", "MiniMax-M2", "MiniMax-M3.1-Flash", "abab6.5s-chat", "MiniMax-M9"])
parameter_sets = st.sampled_from([
    {},
    {"tools": [{"type": "function", "function": {"name": "read"}}], "tool_choice": "required"},
    {"response_format": {"type": "json_object"}, "parallel_tool_calls": False},
])  # fmt: skip


def built(model: str, messages: list[object], parameters: dict[str, object], *, host: bool = True) -> BuiltRequest:
    server = "minimax" if host else "self_hosted"
    return build_request(ChatRequest(model, catalog.find(model), messages, parameters, stream=False, server=server))


def strings_in(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else []
    return [text for child in children for text in strings_in(child)]


def words_of(messages: object) -> set[str]:
    return set(re.findall(r"word\d+x", " ".join(strings_in(messages))))


@FAST
@given(models, histories, parameter_sets, st.booleans())
def test_a_history_is_refused_by_name_or_becomes_acceptable_and_whole(model, messages, parameters, host):
    before = copy.deepcopy((messages, parameters))
    try:
        request = built(model, messages, parameters, host=host)
    except InvalidRequest:
        request = None
    if request is not None:
        assert_acceptable(request.body)
        if host and catalog.find(model):
            assert refusal(request.body, Quirks()) is None, "the simulator, written apart from this, agrees"
        lost = words_of(messages) - words_of(request.body["messages"])
        assert not lost or (model == "abab6.5s-chat" and min(len(word) for word in lost) >= THOUGHT)
        assert not words_of(request.notes), "notes go to logs and hold nothing of the prompt"
    assert (messages, parameters) == before


@FAST
@given(models, clean_histories, parameter_sets, st.booleans())
def test_building_what_was_built_changes_nothing(model, messages, parameters, host):
    try:
        once = built(model, messages, parameters, host=host)
    except InvalidRequest:
        return
    again = built(model, once.body["messages"], parameters, host=host)
    assert again.body == once.body
    assert list(again.body) == list(once.body)


@FAST
@given(clean_histories)
def test_a_longer_history_begins_like_the_shorter_one(messages):
    """Prompt caches work on prefixes: a user's next message must not change what was sent before it."""
    messages = [{"role": "user", "content": "first"}, *messages]
    try:
        shorter = built("MiniMax-M3", messages, {}).body["messages"]
    except InvalidRequest:
        return
    longer = built("MiniMax-M3", [*messages, {"role": "user", "content": "next"}], {}).body["messages"]
    assert longer[:-1] == shorter


@FAST
@given(histories)
def test_asking_for_lost_reasoning_never_fails(messages):
    for missing in turns_without_reasoning(messages):
        assert messages[missing.index]["role"] == "assistant"


@FAST
@given(st.dictionaries(words, st.one_of(words, st.integers(), st.none()), max_size=4), words)
def test_the_hash_of_a_turn_does_not_depend_on_spelling(given_arguments, text):
    compact = json.dumps(given_arguments, sort_keys=True, separators=(",", ":"))
    spaced = json.dumps(dict(reversed(given_arguments.items())), indent=1)
    assert message_hash(f"\n{text} ", [("f", spaced)]) == message_hash(text, [("f", compact)])
    assert message_hash(text, [("f", compact)]) != message_hash(text + "!", [("f", compact)])
    assert message_hash(text, [("f", compact)]) != message_hash(text, [("g", compact)])


def test_a_long_history_with_its_results_in_reverse_is_put_in_order():
    turns = 5_000
    messages: list[dict[str, object]] = [{"role": "user", "content": "go"}]
    for number in range(turns):
        messages.append(assistant(None, [{"id": f"c{number}", "function": {"name": "f", "arguments": "{}"}}], None))
    messages += [{"role": "tool", "tool_call_id": f"c{n}", "content": f"r{n}"} for n in reversed(range(turns))]
    sent = built("MiniMax-M2", messages, {}).body["messages"]
    assert [m["content"] for m in sent if m["role"] == "tool"] == [f"r{n}" for n in range(turns)]
    assert len(sent) == 2 * turns + 1


PLAIN_TURNS = st.lists(
    st.tuples(st.sampled_from(["user", "assistant"]), st.text("a< \u2003think/>\n", max_size=30)), min_size=1
)


@FAST
@given(PLAIN_TURNS)
def test_a_turn_of_nothing_but_text_is_sent_as_if_it_had_been_looked_through(turns):
    plain = [{"role": "user", "content": "go"}, *({"role": role, "content": text} for role, text in turns)]
    looked_through = [{**message, "name": None} for message in plain]
    for model in ("MiniMax-M3", "M2-her"):
        assert built(model, plain, {}).body == built(model, looked_through, {}).body
