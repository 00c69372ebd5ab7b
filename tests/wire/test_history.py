"""One conversation, one repair: what each kind of history becomes."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest

from litellm_minimax import catalog
from litellm_minimax.wire.faults import InvalidRequest
from litellm_minimax.wire.outgoing.arguments import arguments_text
from litellm_minimax.wire.outgoing.request import BuiltRequest, ChatRequest, build_request
from litellm_minimax.wire.outgoing.unreturned_reasoning import MissingReasoning, message_hash, turns_without_reasoning

EPHEMERAL = {"cache_control": {"type": "ephemeral"}}
USER = {"role": "user", "content": "go"}
M3, M2, M31 = "MiniMax-M3", "MiniMax-M2", "MiniMax-M3.1-Flash"


def built(messages, model=M3, *, server="minimax", recalled=None, **parameters) -> BuiltRequest:
    return build_request(
        ChatRequest(model, catalog.find(model), messages, parameters, False, server, recalled or {}),
    )


def sent(messages, model=M3, **rest):
    return built(messages, model, **rest).body["messages"]


def call(call_id="a", arguments="{}", name="f"):
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def asks(*calls, **fields):
    return {"role": "assistant", "tool_calls": list(calls), **fields}


def result(call_id="a", content="out", **fields):
    return {"role": "tool", "tool_call_id": call_id, "content": content, **fields}


def details(*texts):
    return [
        {
            "type": "reasoning.text",
            "id": f"reasoning-text-{n}",
            "format": "MiniMax-response-v1",
            "index": n - 1,
            "text": t,
        }
        for n, t in enumerate(texts, 1)
    ]


# --- system messages -----------------------------------------------------------------------------------------


def test_every_system_and_developer_message_is_folded_into_one_in_order():
    request = built([
        USER,
        {"role": "developer", "content": "one"},
        {"role": "system", "content": [{"type": "input_text", "text": "two"}, {"type": "text", "text": "three"}]},
        {"role": "assistant", "content": "ok"},
        {"role": "system", "content": "  "},
        {"role": "system", "content": "four\n"},
    ])  # fmt: skip
    assert request.body["messages"] == [
        {"role": "system", "content": "one\n\ntwo\n\nthree\n\nfour\n"},
        USER,
        {"role": "assistant", "content": "ok"},
    ]
    assert request.notes == (
        "messages[1], messages[2], messages[5]: a later system message was folded into the first.",
    )


def test_cache_marks_of_system_text_stay_at_their_place():
    system = [
        {
            "role": "system",
            "content": [{"type": "text", "text": "rules"}, {"type": "text", "text": "tools", **EPHEMERAL}],
        },
        {"role": "system", "content": "today", **EPHEMERAL},
        {"role": "system", "content": "\nlast"},
    ]
    parts = [
        {"type": "text", "text": "rules\n\ntools", **EPHEMERAL},
        {"type": "text", "text": "\n\ntoday", **EPHEMERAL},
        {"type": "text", "text": "\nlast"},
    ]
    assert sent([*system, USER])[0] == {"role": "system", "content": parts}
    assert sent([*system, USER], server="self_hosted")[0]["content"] == "rules\n\ntools\n\ntoday\n\n\nlast"


def test_a_system_message_alone_is_sent_as_the_users():
    wanted = {"response_format": {"type": "json_object"}}
    alone = [{"role": "system", "content": "List three colours."}]
    assert sent(alone) == [{"role": "user", "content": "List three colours."}]
    assert [message["role"] for message in sent(alone, **wanted)] == ["system", "user"]
    assert sent([{**alone[0], **EPHEMERAL}])[0]["content"] == [
        {"type": "text", "text": "List three colours.", **EPHEMERAL}
    ]


def test_an_image_in_a_system_message_is_refused_by_its_path():
    with pytest.raises(InvalidRequest) as refusal:
        sent(
            [
                {
                    "role": "system",
                    "content": [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": "https://e"}],
                }
            ]
        )
    assert refusal.value.where == "messages[0].content[1]"


# --- turns ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [None, "", " \n", [], [{"type": "text", "text": ""}]])
def test_blank_content_never_reaches_the_wire(content):
    messages = [
        {"role": "user", "content": content},
        {"role": "assistant", "content": content},
        asks(call(), content=content),
        result(content=content),
    ]
    assert sent(messages) == [
        {"role": "user", "content": "(empty message)"},
        asks(call()),
        result(content="(The tool returned no output.)"),
    ]


def test_keys_of_litellm_and_of_other_vendors_stay_here():
    message = {
        "role": "assistant", "content": "hi", "name": "MiniMax AI", "audio": None, "refusal": None, "annotations": [],
        "function_call": None, "tool_calls": None, "provider_specific_fields": {"x": 1}, "images": [], "prefix": True,
    }  # fmt: skip
    assert sent([{**USER, "name": "u"}, message]) == [USER, {"role": "assistant", "content": "hi"}]


def test_cache_marks_of_messages_and_parts_are_kept_for_minimax_only():
    marked = {"role": "user", "content": [{"type": "text", "text": "a", **EPHEMERAL}], **EPHEMERAL}
    answer = {
        "role": "assistant",
        "content": [{"type": "text", "text": "b", **EPHEMERAL}, {"type": "text", "text": " "}],
    }
    history = [marked, answer, asks(call(), **EPHEMERAL), result(**EPHEMERAL)]
    kept = {**answer, "content": answer["content"][:1]}
    assert sent(history) == [marked, kept, asks(call(), **EPHEMERAL), result(**EPHEMERAL)]
    assert "cache_control" not in json.dumps(sent(history, server="self_hosted"))


def test_an_assistants_parts_become_its_text():
    parts = [
        {"type": "output_text", "text": "a"},
        {"type": "thinking", "thinking": "t"},
        {"type": "refusal", "refusal": "b"},
    ]
    assert sent([USER, {"role": "assistant", "content": parts}])[1]["content"] == "ab"
    assert sent([USER, {"role": "assistant", "content": None, "refusal": "No."}])[1]["content"] == "No."


def test_the_role_play_model_keeps_its_roles_and_names():
    messages = [
        {"role": "system", "content": "You are a pirate.", "name": "Jack"},
        {"role": "user_system", "content": "The user is a sailor."},
        {"role": "sample_message_ai", "name": "Jack", "content": "Arr."},
        {"role": "user", "name": "Tom", "content": "Ahoy"},
        {"role": "assistant", "name": "Jack", "content": "Ahoy!", "reasoning_content": "hmm"},
    ]
    request = built(messages, "M2-her")
    assert request.body["messages"][1:4] == messages[1:4]
    assert request.body["messages"][0] == {"role": "system", "content": "You are a pirate."}
    assert request.body["messages"][4] == {"role": "assistant", "name": "Jack", "content": "Ahoy!"}
    assert request.notes == ("messages[4]: reasoning is not sent to M2-her, which does not reason.",)
    with pytest.raises(InvalidRequest, match="MiniMax-M3 knows no role 'user_system'"):
        sent(messages)


@pytest.mark.parametrize(
    ("messages", "where"),
    [
        ([], "messages"),
        ([{"role": "assistant", "content": ""}], "messages"),
        ([USER, "hello"], "messages[1]"),
        ([{"content": "x"}], "messages[0]"),
        ([{"role": "robot", "content": "x"}], "messages[0]"),
        ([{"role": ["user"], "content": "x"}], "messages[0]"),
        ([USER, {"role": "assistant", "tool_calls": "f()"}], "messages[1].tool_calls"),
        ([USER, asks({"id": "a", "function": {"arguments": "{}"}})], "messages[1].tool_calls[0]"),
        ([USER, asks(call(), "f")], "messages[1].tool_calls[1]"),
        ([USER, asks(call(arguments={"a": {1, 2}}))], "messages[1].tool_calls[0].arguments"),
        ([USER, asks(call(arguments=object()))], "messages[1].tool_calls[0].arguments"),
        ([USER, asks({"id": "a", "function": "f"})], "messages[1].tool_calls[0]"),
    ],
)
def test_what_can_not_be_repaired_is_refused_by_its_path(messages, where):
    with pytest.raises(InvalidRequest) as refusal:
        sent(messages)
    assert refusal.value.where == where


# --- calls and results ---------------------------------------------------------------------------------------


def test_results_are_moved_behind_their_calls_in_the_order_of_the_calls():
    request = built([
        USER,
        result("early", "0"),
        asks(call("a"), call("b")),
        {"role": "user", "content": "wait"},
        result("b", "2"),
        asks(call("early")),
        result("a", "1"),
    ])  # fmt: skip
    assert request.body["messages"] == [
        USER,
        asks(call("a"), call("b")),
        result("a", "1"),
        result("b", "2"),
        {"role": "user", "content": "wait"},
        asks(call("early")),
        result("early", "0"),
    ]
    assert request.notes == (
        "messages[4], messages[6], messages[1]: the tool result was moved directly after its call.",
    )


def test_a_call_without_a_result_is_answered_with_a_placeholder():
    assert sent([USER, asks(call("a"), call("b")), result("b")])[2:] == [
        result("a", "(No result was recorded for this call.)"),
        result("b"),
    ]


def test_a_result_whose_call_is_gone_becomes_a_user_message():
    history = [USER, result("a", "text", name="read"), result("b", [{"type": "text", "text": "p"}]), result("", "")]
    assert sent(history)[1:] == [
        {
            "role": "user",
            "content": "Result of the tool read (id a), whose call is no longer part of this conversation:\ntext",
        },
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Result (id b), whose call is no longer part of this conversation:"},
                {"type": "text", "text": "p"},
            ],
        },
        {
            "role": "user",
            "content": "Result, whose call is no longer part of this conversation:\n(The tool returned no output.)",
        },
    ]


def test_repeated_results_are_said_once_and_different_ones_together():
    both = [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}]
    assert sent([USER, asks(call()), result(content="x"), result(content="x"), result(content="y")])[2:] == [
        result(content=both)
    ]
    early = [USER, result(content="x"), result(content="y"), asks(call())]
    assert sent(early)[2:] == [result(content=both)]


def test_ids_go_back_byte_for_byte_and_the_same_id_in_two_turns_is_two_calls():
    first, again = asks(call("call_function_x_1")), asks(call("call_function_x_1", '{"n":2}'))
    history = [USER, first, result("call_function_x_1", "1"), again, result("call_function_x_1", "2")]
    assert sent(history) == history


def test_repeated_and_missing_ids_within_a_turn_are_made_unique_on_both_sides():
    history = [
        USER,
        asks(call("a"), call("a"), call(None), call("a_2"), call(7)),
        result("a", "1"),
        result("a", "2"),
        result(7, "5"),
    ]
    messages = sent(history)
    ids = ["a", "a_2", "call_function_1_3", "a_2_2", "7"]
    assert [entry["id"] for entry in messages[1]["tool_calls"]] == ids
    assert [(entry["tool_call_id"], entry["content"][:2]) for entry in messages[2:]] == list(
        zip(ids, ["1", "2", "(N", "(N", "5"], strict=True)
    )


def test_a_result_without_an_id_takes_what_the_others_leave():
    history = [USER, asks(call("a"), call("b")), result("", "unnamed"), result("a", "named")]
    assert [message["content"] for message in sent(history)[2:]] == ["named", "unnamed"]
    history = [USER, asks(call("a"), call("b")), result("", "1"), result("", "2")]
    assert [message["content"] for message in sent(history)[2:]] == ["1", "2"]
    history = [USER, result("a", "early"), asks(call("a")), result("", "unnamed")]
    assert [message["content"] for message in sent(history)[2:]] == [
        "early",
        "Result, whose call is no longer part of this conversation:\nunnamed",
    ]


def test_function_calls_of_the_old_form_become_tool_calls():
    history = [
        USER,
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": '{"a":1}'}},
        {"role": "function", "name": "f", "content": "1"},
        {"role": "function", "name": "g", "content": "2"},
    ]
    assert sent(history)[1:3] == [
        asks(call("call_function_1_1", '{"a":1}')),
        result("call_function_1_1", "1"),
    ]
    assert "tool g" in sent(history)[3]["content"]


def test_a_custom_tool_call_keeps_its_input():
    custom = {"id": "a", "type": "custom", "custom": {"name": "sh", "input": "ls"}}
    assert sent([USER, asks(custom)])[1] == asks(call("a", '{"input":"ls"}', "sh"))


@pytest.mark.parametrize(
    ("given", "text", "repaired"),
    [
        ('{"a": 1}', '{"a": 1}', False),
        (None, "{}", False),
        (" ", "{}", False),
        ({"a": "é"}, '{"a":"é"}', False),
        (MappingProxyType({"a": MappingProxyType({"b": 1})}), '{"a":{"b":1}}', False),
        ("null", "{}", True),
        ('"{\\"a\\": 1}"', '{"a":1}', True),
        ('{"a": "b', '{"a":"b"}', True),
        ('{"a": "b\\', '{"a":"b"}', True),
        ('{"a": "b\\\\', '{"a":"b\\\\"}', True),
        ('{"a": "b\\u00', '{"a":"b"}', True),
        ('{"a": [1, {"b": tr', '{"a":[1,{"b":true}]}', True),
        ('{"a": fal', '{"a":false}', True),
        ('{"a": n', '{"a":null}', True),
        ('{"a": 1.', '{"a":1.0}', True),
        ('{"a": 1,', '{"a":1}', True),
        ('{"a":', '{"a":null}', True),
        ('{"a', '{"a":null}', True),
        ("{", "{}", True),
        ('{"a": "x\ny"}', '{"a":"x\\ny"}', True),
        ("{'a': 1}", '{"a":1}', True),
        ('{"a": NaN}', '{"a":null}', True),
        ('{"a": 1]', '{"_raw":"{\\"a\\": 1]"}', True),
        ('{"a":1}}', '{"_raw":"{\\"a\\":1}}"}', True),
        ("ls -la", '{"_raw":"ls -la"}', True),
        ("[1]", '{"_raw":[1]}', True),
        ([1], '{"_raw":[1]}', True),
        ('"x"', '{"_raw":"x"}', True),
        ("[" * 100_000, None, True),
    ],
)
def test_arguments_are_the_json_text_of_an_object(given, text, repaired):
    written, changed = arguments_text(given, "messages[0]")
    assert changed is repaired
    assert isinstance(json.loads(written), dict)
    assert written == text or text is None


# --- results with media, and odd content ---------------------------------------------------------------------


def test_images_in_results_follow_in_a_user_message_behind_all_results():
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    history = [
        USER,
        asks(call("a"), call("b")),
        result("a", [image, {"type": "text", "text": "shot"}]),
        result("b", [{"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}]),
    ]
    assert sent(history)[2:] == [
        result("a", [{"type": "text", "text": "shot"}]),
        result("b", "(The result is shown in the next message.)"),
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Returned by the tool call a:"},
                image,
                {"type": "text", "text": "Returned by the tool call b:"},
                image,
            ],
        },
    ]
    with pytest.raises(InvalidRequest, match="MiniMax-M2 takes no images") as refusal:
        sent(history, M2)
    assert refusal.value.where == "messages[2].content[0]"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"ok": True}, '{"ok":true}'),
        (7, "7"),
        ([1, 2], "[1,2]"),
        ([{"rows": []}], '[{"rows":[]}]'),
    ],
)
def test_a_result_that_is_not_content_becomes_json_text(content, text):
    assert sent([USER, asks(call()), result(content=content)])[2]["content"] in (text, [{"type": "text", "text": text}])


def test_odd_items_among_the_parts_of_a_result_become_json_text():
    content = ["a", {"type": "text", "text": "b"}, {"type": "json", "json": 1}]
    assert sent([USER, asks(call()), result(content=content)])[2]["content"] == [
        {"type": "text", "text": "a"},
        {"type": "text", "text": "b"},
        {"type": "text", "text": '{"type":"json","json":1}'},
    ]


# --- reasoning -----------------------------------------------------------------------------------------------

WHOLE = [{"type": "reasoning.text", "text": "why", "format": "MiniMax-response-v1", "index": 3, "new": True}]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"reasoning_details": WHOLE, "reasoning_content": "why"}, WHOLE),
        ({"provider_specific_fields": {"minimax": {"reasoning_details": WHOLE}}, "reasoning_content": "why"}, WHOLE),
        ({"provider_specific_fields": {"reasoning_details": WHOLE}}, WHOLE),
        ({"provider_specific_fields": {"minimax": {"reasoning_content": "why"}}}, details("why")),
        ({"provider_specific_fields": {"reasoning_content": "why"}}, details("why")),
        ({"reasoning_content": "why", "thinking_blocks": [{"type": "thinking", "thinking": "why"}]}, details("why")),
        ({"reasoning": "why"}, details("why")),
        ({"reasoning": {"summary": "x"}, "reasoning_details": "x"}, None),
        ({"reasoning_details": [{"type": "reasoning.encrypted", "data": "x"}], "reasoning_content": "why"}, details("why")),
        (
            {"thinking_blocks": [{"type": "thinking", "thinking": "a", "signature": "s"}, {"type": "redacted_thinking", "data": "x"},
                                 {"type": "thinking", "thinking": "b"}]},
            details("a", "b"),
        ),
        ({"content": [{"type": "thinking", "thinking": "why"}]}, details("why")),
        ({"content": "<think>\nwhy\n</think>\n\n"}, details("why")),
        ({"content": "\n<mm:think>why</mm:think>"}, details("why")),
        ({"content": "<think>\nwhy\n</think>\n\n", "reasoning_content": "why"}, details("why")),
        ({"content": "<think>\n</think>\n"}, None),
        ({"reasoning_content": " "}, None),
    ],
)  # fmt: skip
def test_reasoning_goes_back_once_from_whichever_form(fields, expected):
    history = [USER, asks(call(), **fields), result()]
    message = sent(history)[1]
    assert message == asks(call()) | ({"reasoning_details": expected} if expected else {})
    assert bool(turns_without_reasoning(history)) is not bool(expected)


def test_think_text_that_is_no_copy_of_the_reasoning_stays_in_the_text():
    message = {"role": "assistant", "content": "<think>\nA\n</think>\n\nB", "reasoning_content": "C"}
    assert sent([USER, message])[1]["reasoning_details"] == details("C")
    assert sent([USER, message])[1]["content"] == "<think>\nA\n</think>\n\nB"
    unclosed = {"role": "assistant", "content": "<think>\nA"}
    assert sent([USER, unclosed])[1] == unclosed


def test_the_receiver_decides_the_form():
    history = [USER, asks(call(), reasoning_content="why")]
    assert sent(history, M31)[1] == asks(call(), reasoning_content="why", reasoning_details=details("why"))
    assert sent(history, M2, server="self_hosted")[1] == asks(call(), reasoning_content="why")
    assert sent(history, "abab6.5s-chat", server="self_hosted")[1] == asks(call())
    assert sent(history, "MiniMax-M9")[1] == asks(call(), reasoning_details=details("why"))


def test_memory_fills_in_only_where_the_client_sent_nothing():
    history = [
        USER,
        asks(call("a")),
        result("a"),
        asks(call("b"), reasoning_content="own"),
        result("b"),
        asks(call("c")),
    ]
    messages = sent(history, recalled={1: "remembered", 3: "other", 5: " "})
    thoughts = [message.get("reasoning_details") for message in messages if message["role"] == "assistant"]
    assert thoughts == [details("remembered"), details("own"), None]


def test_a_turn_that_only_thought_goes_back_as_minimax_itself_writes_it():
    cut = {"role": "assistant", "content": "", "reasoning_content": "why"}
    assert sent([USER, cut, USER])[1] == {"role": "assistant", "content": "<think>\nwhy\n</think>\n"}
    assert sent([USER, cut, USER], "M2-her") == [USER, USER]


def test_only_the_current_tool_loop_is_asked_of_the_memory():
    history = [
        USER,
        asks(call("old")),
        result("old"),
        {"role": "user", "content": "next"},
        asks(call("a", '{"x": 1}'), call(None, '{"y":'), content=" Text "),
        None,
        {"role": "user", "content": [{"type": "tool_result", "content": "as Anthropic has it"}]},
        asks(call("kept"), reasoning="known"),
        {
            "role": "assistant",
            "content": [{"type": "text", "text": "Do"}, {"type": "text", "text": "ne"}, {"type": "text"}],
        },
        asks("no call"),
        {"role": "assistant", "content": 4},
    ]
    assert turns_without_reasoning(history) == [
        MissingReasoning(4, ("a",), message_hash("Text", [("f", '{"x":1}'), ("f", '{"y":null}')])),
        MissingReasoning(8, (), message_hash("Done", [])),
        MissingReasoning(9, (), message_hash(None, [])),
        MissingReasoning(10, (), message_hash("", [])),
    ]
    assert turns_without_reasoning([asks(call())]) != []
    assert turns_without_reasoning([]) == []


def test_the_hash_takes_any_arguments():
    assert message_hash(None, [("f", "[" * 100_000)]) != message_hash(None, [("f", "[")])
    assert len(message_hash(None, [("f", {1, 2})])) == 64
