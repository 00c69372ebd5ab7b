"""MiniMax's tool-call markup: what servers have made of it, by the number of the report, and what we make of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litellm_minimax.wire.events import Event, Text, ToolCallArguments, ToolCallStart
from litellm_minimax.wire.incoming.coalesce import coalesce
from litellm_minimax.wire.markup.argument_writer import json_of as _json_of
from litellm_minimax.wire.markup.notation import TOKEN
from litellm_minimax.wire.markup.tool_markup import ToolMarkupScanner
from litellm_minimax.wire.options import ReadOptions
from tests.wire.answers import chunk, message_of, read, sse, streamed, whole

SCHEMAS = {
    "write": {
        "type": "object",
        "properties": {
            "path": {"type": "string"},
            "content": {"type": "string"},
            "mode": {"type": "integer"},
            "logfile": {"type": ["string", "null"]},
            "limit": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "edits": {"type": "array", "items": {"$ref": "#/$defs/edit"}},
            "options": {"type": "object", "properties": {"deep": {"type": "boolean"}, "taskId": {"type": "string"}}},
        },
        "$defs": {"edit": {"type": "object", "properties": {"line": {"type": "integer"}, "text": {"type": "string"}}}},
    },
    "other": {},
}
MARKUP = ReadOptions(tool_schemas=SCHEMAS)


def scan(*pieces: str) -> list[Event]:
    scanner = ToolMarkupScanner(SCHEMAS)
    return coalesce([event for piece in pieces for event in scanner.feed(piece)] + scanner.close())


def m2(*invokes: str) -> str:
    return "<minimax:tool_call>\n" + "\n".join(invokes) + "\n</minimax:tool_call>"


def invoke(name: str, **arguments: str) -> str:
    parameters = "".join(f'<parameter name="{key}">{value}</parameter>\n' for key, value in arguments.items())
    return f'<invoke name="{name}">\n{parameters}</invoke>'


def m3(name: str, body: str) -> str:
    """``body`` with ``<<`` for a tag with the token."""
    inner = body.replace("<<", f"{TOKEN}<")
    return f'{TOKEN}<tool_call>\n{TOKEN}<invoke name="{name}">{inner}{TOKEN}</invoke>\n{TOKEN}</tool_call>'


def calls(events: list[Event]) -> list[tuple[str, object]]:
    names = {event.index: event.name for event in events if isinstance(event, ToolCallStart)}
    texts = dict.fromkeys(names, "")
    for event in events:
        if isinstance(event, ToolCallArguments):
            texts[event.index] += event.fragment
    return [(names[index], json.loads(text)) for index, text in texts.items()]


def text(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


def in_letters(markup: str) -> list[str]:
    return list(markup)


# --- what was reported of other parsers (reference §9.3) -----------------------------------------------------------

REPORTED = {
    "vllm#44060: a literal closing tag in an argument": (
        m2(invoke("write", content="a</parameter>b </parameter>\nc")),
        [("write", {"content": "a</parameter>b </parameter>\nc"})],
        "",
    ),
    "vllm#30554: a call without arguments": (m2(invoke("write")), [("write", {})], ""),
    "vllm#39683: a tool that nobody declared": (m2(invoke("other", n="3", s="x")), [("other", {"n": 3, "s": "x"})], ""),
    "vllm#51073: M3 inside a longer text": (
        "I look.\n" + m3("write", "<<path>a.py<</path>") + "\nDone.",
        [("write", {"path": "a.py"})],
        "I look.\nDone.",
    ),
    "vllm PR#32342, sglang#16057, #20498, mlx-lm#1647: a value of a nullable type": (
        m2(invoke("write", logfile="/tmp/foo", limit="5"), invoke("write", logfile="null", limit="null")),
        [("write", {"logfile": "/tmp/foo", "limit": 5}), ("write", {"logfile": None, "limit": None})],
        "",
    ),
    "sglang#17578: markup that breaks off does not leak": (
        'I look.\n<minimax:tool_call>\n<invoke name="write">\n<parameter name="path">a.py</parameter>\n</inv',
        [("write", {"path": "a.py"})],
        "I look.\n",
    ),
    "sglang#17578: nor does a lone opening tag": ("I look.\n<minimax:tool_call>\n", [], "I look.\n"),
    "smg#1743: text by the schema stays text": (
        m2(invoke("write", options='{"taskId": "3"}', path="3")),
        [("write", {"options": {"taskId": "3"}, "path": "3"})],
        "",
    ),
    "smg#1743: an argument that the schema does not have is text": (
        m2(invoke("write", taskId="3")),
        [("write", {"taskId": "3"})],
        "",
    ),
    "llama.cpp#24523: M3 with nested members": (
        m3("write", "<<edits><<item><<line>1<</line><<text>1<</text><</item><<item><<line>2<</line><</item><</edits>"
           "<<options><<deep>true<</deep><<taskId>7<</taskId><</options>"),
        [("write", {"edits": [{"line": 1, "text": "1"}, {"line": 2}], "options": {"deep": True, "taskId": "7"}})],
        "",
    ),
    "xinference#5273: every call of a block": (
        m2(invoke("write", path="a"), invoke("write", path="b"), invoke("other")),
        [("write", {"path": "a"}), ("write", {"path": "b"}), ("other", {})],
        "",
    ),
    "mlx-openai-server#124: Python's spelling of an object": (
        m2(invoke("write", options="{'deep': True, 'taskId': None}")),
        [("write", {"options": {"deep": True, "taskId": None}})],
        "",
    ),
    "oh-my-pi#2759: names are the attribute's value": (m2(invoke("other", ops="1")), [("other", {"ops": 1})], ""),
    "white space of a file's content is kept": (
        m2(invoke("write", content="    indented\n\n")),
        [("write", {"content": "    indented\n\n"})],
        "",
    ),
    "a number stays one in spite of blanks around it": (m2(invoke("write", mode=" 420\n")), [("write", {"mode": 420})], ""),
    "a call that was not closed before the next": (
        '<minimax:tool_call><invoke name="write"><parameter name="path">a</parameter><invoke name="other"></invoke></minimax:tool_call>',
        [("write", {"path": "a"}), ("other", {})],
        "",
    ),
    "a block that closes an open call": (
        '<minimax:tool_call><invoke name="write"><parameter name="path">a</parameter></minimax:tool_call>Done.',
        [("write", {"path": "a"})],
        "Done.",
    ),
    "quotes of the other kind, or none": ("<minimax:tool_call><invoke name='write'><parameter name=path>a</parameter></invoke></minimax:tool_call>", [("write", {"path": "a"})], ""),
    "a number that JSON can't write": (m2(invoke("other", n="1e999", l="[1e999]")), [("other", {"n": "1e999", "l": "[1e999]"})], ""),
    "text between the tags of a call is kept": (
        m2(invoke("other"))[:-20] + 'First <b>this</b>:<invoke name="other">and <x this<parameter name="n">1</parameter></invoke></minimax:tool_call>',
        [("other", {}), ("other", {"n": 1})],
        "First <b>this</b>:and <x this",
    ),
    "M3: a member of the same name inside an object": (
        m3("other", "<<a><<a>1<</a><<b>2<</b><</a>"),
        [("other", {"a": {"a": 1, "b": 2}})],
        "",
    ),
    "M3: a member told twice is a list": (m3("other", "<<a><<e>1<</e><<e>2<</e><</a>"), [("other", {"a": {"e": [1, 2]}})], ""),
    "M3: a text with tags in it is a text": (
        m3("other", "<<a>x<<b>2<</b><</a><<c><<b>2<</b>y<</c>"),
        [("other", {"a": f"x{TOKEN}<b>2{TOKEN}</b>", "c": f"{TOKEN}<b>2{TOKEN}</b>y"})],
        "",
    ),
    "M3: a lone token in a value": (m3("other", "<<a>1 <</a>"), [("other", {"a": 1})], ""),
    "M3: a stray token in a value": (m3("other", f"<<a>1{TOKEN}2<</a>"), [("other", {"a": f"1{TOKEN}2"})], ""),
    "M3: a member that is not closed": (m3("other", "<<a><<b>1<</a>"), [("other", {"a": {"b": 1}})], ""),
}  # fmt: skip


@pytest.mark.parametrize("report", REPORTED)
@pytest.mark.parametrize("pieces", [lambda markup: [markup], in_letters], ids=["whole", "letters"])
def test_what_other_parsers_broke(report, pieces):
    markup, wanted, around = REPORTED[report]
    events = scan(*pieces(markup))
    assert calls(events) == wanted
    assert text(events) == around


def test_vllm_39649_text_arguments_stream_as_they_arrive():
    scanner = ToolMarkupScanner(SCHEMAS)
    scanner.feed('<minimax:tool_call><invoke name="write"><parameter name="content">')
    assert scanner.feed('line "1"\n') == [ToolCallArguments(0, 'line \\"1\\"\\n')]
    assert scanner.feed("line 2</par") == [ToolCallArguments(0, "line 2")]
    assert scanner.feed("ameter>") == []
    assert scanner.feed("</invoke>") == [ToolCallArguments(0, '"'), ToolCallArguments(0, "}")]


def test_sglang_23071_a_null_name_and_arguments_told_twice():
    opening = {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "write", "arguments": ""}}]}
    rest = {"tool_calls": [{"index": 0, "function": {"name": None, "arguments": '{"path": "a"}'}}]}
    assert streamed(opening, rest, rest).calls == (("c1", "write", '{"path": "a"}'),)


def test_vllm_22015_arguments_told_as_growing_snapshots():
    opening = {"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "write", "arguments": ""}}]}
    snapshots = [
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"path": "a.py"}'[:end]}}]}
        for end in (1, 9, 12, 12, 16)
    ]
    assert streamed(opening, *snapshots).calls == (("c1", "write", '{"path": "a.py"}'),)


def test_vllm_44898_a_closing_tag_told_twice():
    assert streamed("<think>hm</think>\n", "</think>\n\nHi.").text == "Hi."


@pytest.mark.parametrize("closer", ["</mm:think>", "</think>"])
def test_vllm_45687_the_tags_of_m3_do_not_leak(closer):
    message = streamed("<mm:", "think>hm", closer[:4], closer[4:] + "\n\nHi.", "\n<mm:think>")
    assert (message.reasoning, message.text) == ("hm", "Hi.\n")


def test_vllm_36632_reasoning_is_in_the_stream_as_in_the_body():
    body = whole({"content": "<think>\nhm\n</think>\n\nHi."})
    assert message_of(read([body])) == streamed("<think>\nhm\n</think>\n\nHi.")


# --- where markup is not a call ------------------------------------------------------------------------------------


def test_markup_that_an_answer_talks_about_stays_text():
    for talk in (
        f"```xml\n{m2(invoke('write'))}\n```\nThat is it.",
        f"Write `{m2()[:19]}` first.",
        f"`{TOKEN}<tool_call>`",
    ):
        assert scan(talk) == [Text(talk)]
        assert coalesce(scan(*talk)) == [Text(talk)]


def test_markup_in_a_thought_stays_a_thought():
    message = streamed("<think>\nI use ", m2(invoke("write")), "\n</think>\n\nHi.", options=MARKUP)
    assert (message.calls, message.text) == ((), "Hi.")
    assert m2(invoke("write")) in message.reasoning


def test_thinking_tags_in_an_argument_are_what_is_written():
    content = "x\n<think>\nno thought\n</think>\n"
    for markup in (m2(invoke("write", content=content)), m3("write", f"<<content>{content}<</content>")):
        for deltas in ([markup], list(markup), ["Hi.\n\n", *markup]):
            message = streamed(*deltas, options=MARKUP)
            assert [json.loads(call[2]) for call in message.calls] == [{"content": content}]
            assert message.reasoning == ""


def test_a_quoted_opening_tag_does_not_hide_thinking_behind_it():
    message = streamed("`<minimax:tool_call>` it is\n<think>\nhm\n</think>\nyes", options=MARKUP)
    assert (message.text, message.reasoning) == ("`<minimax:tool_call>` it is\nyes", "hm")


def test_blanks_alone_in_a_delta_belong_to_the_argument():
    parts = [
        '<minimax:tool_call><invoke name="other"></invoke><invoke name="write"><parameter name="content">a',
        "\n",
        "  ",
        "\n",
        "b",
    ]
    message = streamed(*parts, "</parameter></invoke></minimax:tool_call>", options=MARKUP)
    assert json.loads(message.calls[1][2]) == {"content": "a\n  \nb"}


# --- broken off, and cut by a stop sequence ------------------------------------------------------------------------


@given(cut=st.integers(0, 400), which=st.sampled_from(list(REPORTED)))
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_arguments_are_json_wherever_the_markup_breaks_off(cut, which):
    for _, arguments in calls(scan(*in_letters(REPORTED[which][0][:cut]))):
        assert isinstance(arguments, dict)


@pytest.mark.parametrize(
    ("broken", "arguments"),
    [
        ("", {}),
        ('<parameter name="path">a', {"path": "a"}),
        ('<parameter name="path">a</parameter>', {"path": "a"}),
        ('<parameter name="path">a</parameter>\n</inv', {"path": "a"}),
        ('<parameter name="mode">42', {"mode": 42}),
        ('<parameter name="options">{"deep": tr', {"options": '{"deep": tr'}),
        ('<parameter name="pa', {}),
        ("so ]", {}),
    ],
)
def test_a_call_that_breaks_off_is_made_whole(broken, arguments):
    assert calls(scan('<minimax:tool_call><invoke name="write">' + broken)) == [("write", arguments)]


def test_m3_that_breaks_off_inside_a_nested_value_keeps_its_text():
    events = scan(f'{TOKEN}<tool_call>{TOKEN}<invoke name="other">{TOKEN}<a>{TOKEN}<b>1')
    assert calls(events) == [("other", {"a": f"{TOKEN}<b>1"})]


def test_a_stop_sequence_ends_the_calls_too_but_leaves_whole_arguments():
    options = ReadOptions(tool_schemas=SCHEMAS, stop=("STOP",))
    open_call = '<minimax:tool_call><invoke name="write">x STOP y '
    message = streamed(open_call + invoke("other"), m2(invoke("other")), options=options)
    assert message.text == "x "
    assert [(name, json.loads(arguments)) for _, name, arguments in message.calls] == [("write", {})]
    assert message.finish == "stop"
    held = streamed("Hi STOP" + m2(invoke("other", n="1")), options=options)
    assert (held.text, held.calls) == ("Hi ", ())


# --- values that have no JSON --------------------------------------------------------------------------------------


def test_a_lone_surrogate_is_escaped():
    events = scan(m2(invoke("other", s='["\\ud800"]')))
    assert calls(events) == [("other", {"s": ["\ud800"]})]
    "".join(event.fragment for event in events if isinstance(event, ToolCallArguments)).encode()


def test_a_value_that_is_nested_too_deeply_is_a_text():
    for deep in ("[" * 100_000 + "]" * 100_000, "[" * 990 + "]" * 990):
        ((_, arguments),) = calls(scan(m2(invoke("other", n=deep))))
        assert arguments["n"] == deep or isinstance(arguments["n"], list)
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert _json_of(value, "as written") == '"as written"'
    deep = "<<a>" * 40 + "1" + "<</a>" * 40
    ((_, arguments),) = calls(scan(m3("other", deep)))
    assert "1" in json.dumps(arguments)


def test_a_flood_of_blanks_behind_a_closing_tag_is_the_value_s():
    flood = "x</parameter>" + " " * 5000
    markup = m2(invoke("write", content=flood))
    assert (
        calls(scan(markup))
        == calls(scan(*(markup[at : at + 7] for at in range(0, len(markup), 7))))
        == [("write", {"content": flood})]
    )


def test_ids_are_made_from_the_answer_s():
    data = sse(chunk({"content": m2(invoke("other"), invoke("other"))}), chunk({}, "stop"))
    one, two = message_of(read([data], MARKUP)).calls
    assert one[0][:-1] == two[0][:-1] == "call_function_48d17da13236_"
    assert (one[0][-1], two[0][-1]) == ("1", "2")
