"""Anthropic-shaped requests as MiniMax's Anthropic endpoint accepts them."""

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax import catalog
from litellm_minimax.simulator import Quirks, anthropic_door, checks
from litellm_minimax.wire.anthropic.request import (
    BuiltMessages,
    MessagesRequest,
    build_messages_request,
    with_system_folded,
)
from litellm_minimax.wire.anthropic.tools import with_tool_changes
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.outgoing.pairing import NO_OUTPUT, NO_RESULT

TOOL = {"name": "read", "description": "Reads.", "input_schema": {"type": "object", "properties": {}}}


def build(*messages: object, model: str = "MiniMax-M2", **parameters: object) -> BuiltMessages:
    facts = catalog.find(model)
    return build_messages_request(
        MessagesRequest(model, facts, messages or (user("Hi"),), {"max_tokens": 99, **parameters})
    )


def user(*content: object) -> dict:
    return {
        "role": "user",
        "content": content[0] if len(content) == 1 and isinstance(content[0], str) else list(content),
    }


def assistant(*content: object) -> dict:
    return user(*content) | {"role": "assistant"}


def text(said: str) -> dict:
    return {"type": "text", "text": said}


def call(identity: str, **given: object) -> dict:
    return {"type": "tool_use", "id": identity, "name": "read", "input": given}


def result(identity: str, content: object = "done", **more: object) -> dict:
    return {"type": "tool_result", "tool_use_id": identity, "content": content, **more}


def sent(*messages: object, **parameters: object) -> list:
    return build(*messages, **parameters).body["messages"]


def refusal(body: dict) -> str | None:
    """What a strict server says to a body; ``None`` if it takes it."""
    return anthropic_door.refusal(body, Quirks()) or checks.refusal(anthropic_door.as_chat(body), Quirks())


# -- messages ---------------------------------------------------------------------------------------------------------


def test_system_messages_move_into_system_in_order():
    marked = {**text("Two."), "cache_control": {"type": "ephemeral", "ttl": "1h", "scope": "global"}}
    body = build(user("Hi"), {"role": "system", "content": [marked]}, {"role": "developer", "content": "Three."},
                 system="One.").body  # fmt: skip
    assert body["messages"] == [user(text("Hi"))]
    assert body["system"] == [
        text("One."),
        {**text("Two."), "cache_control": {"type": "ephemeral", "ttl": "1h"}},
        text("Three."),
    ]


def test_what_litellm_translates_has_its_system_messages_folded_before():
    note = {"role": "system", "content": [text("Two.")]}
    assert with_system_folded([user("Hi"), note, "odd"], "One.") == ([user("Hi"), "odd"], [text("One."), text("Two.")])
    assert with_system_folded([user("Hi")], "One.") == ([user("Hi")], "One.")
    assert with_system_folded([user("Hi")], [text("x-anthropic-billing-header: a")]) == ([user("Hi")], None)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ("Be brief.", "Be brief."),
        ([text("x-anthropic-billing-header: cc_version=2;"), text("A"), text(" ")], [text("A")]),
        (["A"], [text("A")]),
        ("", None),
        (None, None),
        (7, None),
    ],
)
def test_the_system_text_stays_in_its_form(system, expected):
    assert build(system=system).body.get("system") == expected


def test_a_lone_system_text_is_asked_as_the_user():
    body = build({"role": "system", "content": "Begin."}).body
    assert body["messages"] == [user(text("Begin."))]
    assert "system" not in body


def test_thinking_passes_as_it_came():
    signed = {"type": "thinking", "thinking": " kept \n", "signature": "ab" * 32}
    unsigned = {"type": "thinking", "thinking": "kept"}
    blank = {"type": "thinking", "thinking": " "}
    other = {"type": "redacted_thinking", "data": "…"}
    built = build(
        user("Hi"), assistant(signed, unsigned, blank, other, text("Yes.")), user(unsigned, other, text("Go."))
    )
    assert built.body["messages"][1]["content"] == [signed, {**unsigned, "signature": ""}, text("Yes.")]
    assert built.body["messages"][2]["content"] == [text("Go.")]
    assert "redacted thinking" in str(built.notes)


def test_a_turn_that_was_cut_off_in_its_thinking_keeps_it():
    thinking = {"type": "thinking", "thinking": "I was about to", "signature": "s"}
    assert sent(user("Hi"), assistant(thinking), user("Go on."))[1] == assistant(thinking, text("(empty message)"))


def test_blank_and_empty_messages_are_left_out():
    assert sent(user("Hi"), assistant(" "), user(text(""), "And?"), {"role": "assistant", "content": None}, {"role": "user", "content": None}) == [
        user(text("Hi")), user(text("And?"))]  # fmt: skip


def test_blocks_that_minimax_does_not_know_are_told_as_text():
    found = {"type": "web_search_tool_result", "tool_use_id": "s", "content": [], "encrypted_content": "…",
             "cache_control": {"type": "ephemeral"}}  # fmt: skip
    messages = sent(user("Hi"), assistant({"type": "server_tool_use", "id": "s", "input": {"query": "é"}}), user(found))
    assert messages[1]["content"][0]["text"] == '{"type": "server_tool_use", "id": "s", "input": {"query": "é"}}'
    assert messages[2]["content"][0]["cache_control"] == {"type": "ephemeral"}
    assert "encrypted" not in str(messages)


def test_documents_are_read_where_their_text_is_given():
    plain = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "A letter."}}
    assert sent(user(plain)) == [user(text("A letter."))]
    with pytest.raises(InvalidRequest, match=r"messages\[0\].content\[0\]: MiniMax-M3 takes no documents"):
        build(user({"type": "document", "source": {"type": "base64", "data": "JVBERi0="}}), model="MiniMax-M3")


def test_media_go_to_models_that_see_them_also_inside_results():
    image = {"type": "image", "source": {"type": "url", "url": "https://x/y.png"}}
    video = {
        "type": "video",
        "source": {"type": "url", "url": "https://x/y.mp4"},
        "cache_control": {"type": "ephemeral"},
    }
    messages = [user(image, video), assistant(call("a")), user(result("a", [image]))]
    made = sent(*messages, model="MiniMax-M3")
    assert made[0]["content"] == [image, video]
    assert made[2]["content"][0]["content"] == [image]
    with pytest.raises(InvalidRequest, match=r"messages\[2\].content\[0\].content\[0\]: MiniMax-M2 takes no images"):
        build(user("Hi"), *messages[1:])


@pytest.mark.parametrize(
    ("messages", "where"),
    [
        (["text"], r"messages\[0\]: a message must be an object"),
        ([{"role": "tool", "content": "x"}], r"messages\[0\].role: 'tool' is unknown"),
        ([{"role": "user", "content": 3}], r"messages\[0\].content: content must be text"),
        ([{"role": "user", "content": [3]}], r"messages\[0\].content\[0\]: a content block must be an object"),
        ([assistant({"type": "tool_use", "name": "read"})], r"messages\[0\].content\[0\]: a tool_use block"),
        ([user(" ")], "messages: there is no message to send"),
    ],
)
def test_what_cannot_be_sent_is_named_by_its_path(messages, where):
    with pytest.raises(InvalidRequest, match=where):
        build(*messages)


# -- calls and results ------------------------------------------------------------------------------------------------


def test_results_come_directly_behind_their_calls():
    made = sent(
        user("Go."),
        assistant(text("Both."), call("a", x=1), {**call("b"), "input": "broken"}),
        user(text("While you wait."), result("b", [text("B")], is_error=True, cache_control={"type": "ephemeral"})),
        user(result("a", "")),
    )
    assert made == [
        user(text("Go.")),
        assistant(text("Both."), call("a", x=1), call("b")),
        user(
            result("a", NO_OUTPUT),
            result("b", [text("B")], is_error=True, cache_control={"type": "ephemeral"}),
            text("While you wait."),
        ),
    ]


def test_a_call_without_a_result_gets_a_placeholder_and_a_result_without_its_call_is_told():
    image = {"type": "image", "source": {}}
    built = build(user(result("gone", "Old text."), result("gone", [text("Old part."), image])), assistant(call("a")),
                  assistant(text("On.")), user("Well?"), assistant(call("z")), model="MiniMax-M3")  # fmt: skip
    made = built.body["messages"]
    assert made[0]["content"] == [
        text("[Result of an earlier tool call]\nOld text."),
        text("[Result of an earlier tool call]\nOld part.\n(image)"),
    ]
    assert made[2] == user(result("a", NO_RESULT))
    assert made[-1] == user(result("z", NO_RESULT))
    assert refusal(built.body) is None


blocks = st.one_of(
    st.builds(text, st.sampled_from(["", " ", "Said."])),
    st.builds(call, st.sampled_from("abc")),
    st.builds(result, st.sampled_from("abcd"), st.sampled_from(["", "out", None, [text("part")]])),
    st.just({"type": "thinking", "thinking": "Thought.", "signature": "s"}),
    st.just({"type": "search_result", "title": "t"}),
)
contents = st.one_of(st.sampled_from(["", "Said."]), st.lists(blocks, max_size=4))
histories = st.lists(
    st.builds(lambda role, content: {"role": role, "content": content},
              st.sampled_from(["user", "assistant", "system"]), contents),
    max_size=6,
)  # fmt: skip


@given(history=histories)
def test_any_history_is_one_that_minimax_takes(history):
    history = [user("Go."), *history]
    before = copy.deepcopy(history)
    built = build(*history, tools=[TOOL])
    assert refusal(built.body) is None
    assert history == before
    said = str(history).count("'out'")
    calls = {block["id"] for turn in history for block in turn["content"] if turn["role"] == "assistant"
             and isinstance(block, dict) and block["type"] == "tool_use"}  # fmt: skip
    answered = {block.get("tool_use_id") for turn in built.body["messages"] for block in turn["content"]}
    assert calls <= answered or not said


# -- tools ------------------------------------------------------------------------------------------------------------


def test_only_tools_that_the_client_runs_are_declared():
    built = build(
        tools=[{**TOOL, "type": "", "cache_control": {"type": "ephemeral"}, "strict": True}, {"name": "bare"},
               {"type": "web_search_20250305", "name": "web_search"}, {"description": "nameless"},
               {"type": "custom", "name": "c", "input_schema": {"type": "object", "properties": {"x": {}}}}],
    )  # fmt: skip
    assert built.body["tools"] == [
        {"type": "custom", **TOOL, "cache_control": {"type": "ephemeral"}},
        {"type": "custom", "name": "bare", "input_schema": {"type": "object", "properties": {}}},
        {"type": "custom", "name": "c", "input_schema": {"type": "object", "properties": {"x": {}}}},
    ]
    assert "tools[2], tools[3]: a tool that is not a named function was left out" in str(built.notes)


@pytest.mark.parametrize(
    ("choice", "choice_sent", "asked"),
    [
        ({"type": "auto"}, {"type": "auto"}, ""),
        ({"type": "any"}, {"type": "any"}, "Call at least one of the tools"),
        ({"type": "tool", "name": "read"}, {"type": "tool", "name": "read"}, "Call the tool read"),
        ({"type": "tool", "name": "web_search"}, None, ""),
        ({"type": "auto", "disable_parallel_tool_use": True}, {"type": "auto"}, "at most one tool"),
    ],
)
def test_tool_choice_is_sent_and_asked_for_in_words(choice, choice_sent, asked):
    body = build(tools=[TOOL], tool_choice=choice, model="MiniMax-M3").body
    assert body.get("tool_choice") == choice_sent
    assert (asked in str(body["system"])) if asked else ("system" not in body)


def test_without_tools_there_is_no_choice():
    assert "tool_choice" not in build(tool_choice={"type": "auto"}).body
    assert "tools" not in build(tools=[TOOL], tool_choice={"type": "none"}).body, "M2 would call them all the same"
    with pytest.raises(InvalidRequest, match="tools must be a list"):
        build(tools="read")


def test_tools_that_are_added_or_removed_later_are_declared_as_they_stand_at_the_end():
    added = {"type": "tool_addition", "tool": {"type": "tool_definition", "definition": {"name": "fetch"}}}
    by_name = {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "read"}}
    removed = {"type": "tool_removal", "tool": {"type": "tool_reference", "name": "edit"}}
    messages = [user("Hi"), {"role": "system", "content": [added, text("New."), by_name]},
                {"role": "system", "content": [removed]}, {"role": "system", "content": "Text."}, "odd"]  # fmt: skip
    kept, tools = with_tool_changes(messages, [TOOL, {"name": "edit"}])
    assert kept == [
        user("Hi"),
        {"role": "system", "content": [text("New.")]},
        {"role": "system", "content": "Text."},
        "odd",
    ]
    assert tools == [TOOL, {"name": "fetch"}]
    assert with_tool_changes(messages[:1], None) == (messages[:1], None)
    assert with_tool_changes([{"role": "system", "content": [{"type": "tool_addition", "tool": 3}]}], None) == ([], [])


# -- parameters -------------------------------------------------------------------------------------------------------


def test_what_minimax_has_no_use_for_is_not_sent_and_noted():
    built = build(top_k=40, stop_sequences=["x"], context_management={"edits": []}, metadata={"user_id": "u"},
                  service_tier="auto", temperature=0.5, top_p=0.9, stream=True, thinking=None)  # fmt: skip
    assert {name: built.body[name] for name in built.body.keys() - {"model", "messages"}} == {
        "max_tokens": 99, "temperature": 0.5, "top_p": 0.9, "stream": True}  # fmt: skip
    assert built.notes == (
        "context_management, metadata, service_tier and 2 more: not sent, because MiniMax ignores it or does not know it.",
    )


def test_more_tokens_than_the_model_writes_are_lowered():
    built = build(max_tokens=10_000_000)
    assert built.body["max_tokens"] == 204_800
    assert "max_tokens was lowered" in str(built.notes)
    assert build(model="some-day", max_tokens=10_000_000).body["max_tokens"] == 10_000_000


@pytest.mark.parametrize(
    ("model", "given", "steered"),
    [
        ("MiniMax-M3", {"output_config": {"effort": "high"}}, {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M3", {"output_config": "odd"}, {}),
        ("MiniMax-M3", {"reasoning_effort": "none"}, {"thinking": {"type": "disabled"}}),
        ("MiniMax-M3", {"thinking": "odd"}, {"thinking": {"type": "adaptive"}}),
        ("MiniMax-M3.1-Flash", {"reasoning_effort": "low"}, {"output_config": {"effort": "low"}}),
        ("MiniMax-M2", {"output_config": {"effort": "max"}, "thinking": {"type": "enabled"}}, {}),
    ],
)
def test_thinking_is_steered_as_the_model_can_be(model, given, steered):
    body = build(model=model, **given).body
    assert {name: body[name] for name in ("thinking", "output_config") if name in body} == steered


@pytest.mark.parametrize("name", ["output_format", "output_config"])
def test_structured_outputs_are_asked_for_in_words(name):
    wanted = {"type": "json_schema", "schema": {"type": "object", "required": ["title"]}}
    body = build(**{name: {"format": wanted} if name == "output_config" else wanted}).body
    assert '"required": ["title"]' in body["system"][0]["text"] or '"required":["title"]' in body["system"][0]["text"]
    assert name not in body
