"""Arguments of structured calls that are no JSON: what a client parses, whole and streamed, however they are cut."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from litellm_minimax.wire.incoming.call_arguments import CallArguments
from tests.wire.answers import Message, chunk, fields_of, message_of, read, sse, whole

LS = {"command": "ls"}
MENDED = {
    "Python's spelling (mlx-openai-server#124)": ("{'command': 'ls', 'timeout': None}", {"command": "ls", "timeout": None}),
    "a raw line break (MiniMax-M2#109)": ('{"command": "a\nb\tc"}', {"command": "a\nb\tc"}),
    "JavaScript's": ("{command: 'ls', deep: undefined, n: NaN,}", {"command": "ls", "deep": None, "n": None}),
    "single quotes with quotes in them": ("""{'command': 'echo "a" \\'b\\''}""", {"command": "echo \"a\" 'b'"}),
    "a trailing comma": ('{"command": "ls", "args": [1, 2,],}', {"command": "ls", "args": [1, 2]}),
    "comments": ('{"command": "ls", // list\n /* all */ "n": 1 # one\n}', {"command": "ls", "n": 1}),
    "an object told twice": ('{"command": "ls"}{"command": "ls"}', LS),
    "told twice in two spellings": ("{'command': 'ls'}\n{\"command\": \"ls\"}", LS),
    "a placeholder in front": ('{}{"command": "ls"}', LS),
    "a template's braces": ('{{"command": "ls"}}', LS),
    "a brace too many": ('{"command": "ls"}}', LS),
    "a tag behind it": ('{"command": "ls"}\n</tool_call>', LS),
    "only an end missing": ('{"command": "ls"', LS),
    "encoded once too often": (json.dumps('{"command": "ls"}'), LS),
    "in a code fence": ('```json\n{"command": "ls"}\n```', LS),
    "no escape of JSON's": ('{"command": "grep \\d \\x41"}', {"command": "grep \\d A"}),
    "numbers of other languages": ('{"a": 018956, "b": .5, "c": +1}', {"a": 18956, "b": 0.5, "c": 1}),
}  # fmt: skip
UNREADABLE = {
    "words": "ls -la",
    "a list": '["ls"]',
    "another object behind": '{"command": "ls"}{"command": "rm"}',
    "words behind": '{"command": "ls"} and then',
    "the wrong bracket": '{"command": ["ls"}',
    "a closer alone": "}",
    "a string of words": '"ls"',
}


def deltas(fragments: list[str]) -> list[dict[str, object]]:
    first = {"index": 0, "id": "c1", "type": "function", "function": {"name": "bash", "arguments": ""}}
    rest = [{"index": 0, "function": {"arguments": fragment}} for fragment in fragments]
    return [{"tool_calls": [call]} for call in (first, *rest)]


def streamed(fragments: list[str], finish: str = "tool_calls") -> tuple[Message, dict[str, object]]:
    events = read([sse(*map(chunk, deltas(fragments)), chunk({}, finish))])
    return message_of(events), fields_of(events)


def in_every_way(arguments: str, finish: str = "tool_calls") -> list[tuple[Message, dict[str, object]]]:
    """Whole, in one fragment, letter by letter and in random fragments; from the second letter on nothing looks told again."""
    chance = random.Random(7)
    call = {"id": "c1", "type": "function", "function": {"name": "bash", "arguments": arguments}}
    events = read([whole({"role": "assistant", "content": "", "tool_calls": [call]}, finish)])
    edges = sorted(chance.sample(range(1, len(arguments)), min(3, len(arguments) - 1)))
    pieces = [arguments[start:end] for start, end in zip([0, *edges], [*edges, None], strict=True)]
    ways = [[arguments], list(arguments), pieces]
    return [(message_of(events), fields_of(events)), *(streamed(way, finish) for way in ways)]


@pytest.mark.parametrize("case", MENDED)
def test_what_can_be_understood_is_json(case):
    arguments, wanted = MENDED[case]
    for message, fields in in_every_way(arguments):
        assert json.loads(message.calls[0][2]) == wanted
        assert fields["mended_arguments"] == [0]
        assert message.finish == "tool_calls"


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_can_not_be_understood_is_told_as_it_came(case):
    for message, fields in in_every_way(UNREADABLE[case]):
        assert message.calls[0][2] == UNREADABLE[case]
        assert fields["unreadable_arguments"] == [0]


@pytest.mark.parametrize("arguments", ['{"command": "l', '{"timeout": 1', '{"a": {"b": [tr', "{'command': 'l"])
def test_a_value_that_was_cut_is_made_whole_and_said_to_be_cut(arguments):
    """Whatever the server's own reason is: half a command is not to be carried out."""
    for message, _ in in_every_way(arguments) + in_every_way(arguments, "length"):
        assert isinstance(json.loads(message.calls[0][2]), dict)
        assert message.finish == "length"


@pytest.mark.parametrize("nothing", ["", " \n", "{}", "{ }", "null", "None", '""'])
def test_no_arguments_are_an_empty_object(nothing):
    for message, fields in in_every_way(nothing) if len(nothing) > 1 else [streamed([nothing])]:
        assert json.loads(message.calls[0][2]) == {}
        assert "unreadable_arguments" not in fields


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)),
       st.integers(1, 9), st.booleans())  # fmt: skip
def test_json_passes_byte_for_byte_as_it_comes(value, size, plain):
    text = json.dumps(value, ensure_ascii=plain, indent=size if size % 2 else None)
    arguments = CallArguments()
    told = "".join(arguments.take(text[at : at + size]) for at in range(0, len(text), size))
    assert told in (text, "")
    assert (told + arguments.close() == text) or not value
    assert arguments.verdict == "exact"
    assert not arguments.torn


def test_what_was_held_comes_before_the_break():
    """A connection that breaks off: what had come of the arguments is told, as it came."""
    from litellm_minimax.wire.incoming.answer import AnswerReader
    from litellm_minimax.wire.options import ReadOptions

    reader = AnswerReader(ReadOptions())
    events = reader.feed(sse(*map(chunk, deltas(["'ls", " -la"])), done=False))
    events += reader.broken_off()
    assert [event.fragment for event in events if hasattr(event, "fragment")] == ["'ls -la"]
