"""What people met that no documentation has: calls, tags and tokens written off script, and answers that talk about them.

Each input is read whole, in one piece, letter by letter and in random pieces, with the same message every time.
"""

from __future__ import annotations

import json
import random

import pytest

from litellm_minimax.wire.markup.notation import TOKEN
from litellm_minimax.wire.options import ReadOptions
from tests.wire.answers import chunk, message_of, read, sse, whole

BASH = {
    "type": "object",
    "properties": {
        "command": {"type": "string"}, "description": {"type": "string"}, "timeout": {"type": "integer"},
        "task_progress": {"type": "string"}, "zip": {"type": "integer"}, "mode": {"enum": ["read", "write"]},
        "deep": {"type": "boolean"}, "a>b": {"type": "string"},
    },
}  # fmt: skip
WRITE = {"type": "object", "properties": {"path": {"type": "string"}, "content": {"type": "string"}}}
TOOLS = ReadOptions(tool_schemas={"bash": BASH, "write": WRITE})
UNKNOWN = ReadOptions(tool_schemas=TOOLS.tool_schemas, implicit_think="open_weights")
SELF_HOSTED = ReadOptions(tool_schemas=TOOLS.tool_schemas, implicit_think="yes")
LS = ("bash", {"command": "ls"})
M2 = '<minimax:tool_call>\n<invoke name="bash">\n<parameter name="command">ls</parameter>\n</invoke>\n</minimax:tool_call>'
INVOKE = '<invoke name="bash">\n<parameter name="command">ls</parameter>\n</invoke>'
M3 = (f'{TOKEN}<tool_call>\n{TOKEN}<invoke name="bash">{TOKEN}<command>ls{TOKEN}</command>{TOKEN}</invoke>\n'
      f"{TOKEN}</tool_call>")  # fmt: skip

CALLS = {
    "M1's JSON lines (MiniMax-M2#14)": (
        '<think>\nI list.\n</think>\n\n<tool_calls>\n{"name": "bash", "arguments": {"command": "ls"}}\n</tool_calls>',
        "I list.", "", [LS],
    ),
    "two of M1's lines": (
        '<tool_calls>{"name": "bash", "arguments": {"command": "ls"}}\n{"name": "write", "arguments": {"path": "a"}}</tool_calls>',
        "", "", [LS, ("write", {"path": "a"})],
    ),
    "M3's markup from MiniMax's own host (MiniMax-M3#31)": (f"I look.\n{M3}", "", "I look.\n", [LS]),
    "M2's block from MiniMax's own host": (f"I look.\n\n{M2}\n", "", "I look.\n\n", [LS]),
    "a parameter as a tag of its own name (Cline)": (
        ('<minimax:tool_call>\n<invoke name="bash">\n<parameter name="command">ls</parameter>\n'
        '<parameter name="description">list</parameter>\n<task_progress>- [x] one\n- [ ] two</task_progress>\n</invoke>\n'
        "</minimax:tool_call>"), "", "",
        [("bash", {"command": "ls", "description": "list", "task_progress": "- [x] one\n- [ ] two"})],
    ),
    "a call in a thought that never closes (vllm-mlx#98)": (
        f"<think>\nI should list the files.\n{M2}", "I should list the files.", "", [LS],
    ),
    "M3's call in such a thought": (f"<think>\nI list.\n{M3}", "I list.", "", [LS]),
    "a number with zeros in front (vLLM's own tests)": (
        M2.replace('<parameter name="command">ls', '<parameter name="zip">018956'), "", "", [("bash", {"zip": 18956})],
    ),
    "3.0 for an integer": (M2.replace('"command">ls', '"timeout">3.0'), "", "", [("bash", {"timeout": 3})]),
    "Python's True": (M2.replace('"command">ls', '"deep">True'), "", "", [("bash", {"deep": True})]),
    "an enumeration's member in other letters": (
        M2.replace('"command">ls', '"mode">READ'), "", "", [("bash", {"mode": "read"})],
    ),
    "no number at all": (M2.replace('"command">ls', '"timeout">soon'), "", "", [("bash", {"timeout": "soon"})]),
    "JSON in tool_call": (
        '<tool_call>\n{"name": "bash", "arguments": {"command": "ls"}}\n</tool_call>', "", "", [LS],
    ),
    "JSON in tool_call, in Python's spelling": (
        "<tool_call>{'name': 'bash', 'arguments': {'command': 'ls', 'deep': True}}</tool_call>", "", "",
        [("bash", {"command": "ls", "deep": True})],
    ),
    "an array of them": (
        '<tool_calls>[{"name": "bash", "parameters": {"command": "ls"}}, {"name": "bash", "arguments": "{}"}]</tool_calls>',
        "", "", [LS, ("bash", {})],
    ),
    "OpenAI's own shape of one": (
        '<tool_call>{"type": "function", "function": {"name": "bash", "arguments": "{\\"command\\": \\"ls\\"}"}}</tool_call>',
        "", "", [LS],
    ),
    "a neighbour's wrapper": (f"I look.\n<function_calls>\n{INVOKE}\n</function_calls>", "", "I look.\n", [LS]),
    "another one's, with a prefix": (f"<function_calls>\n{INVOKE}\n</function_calls>", "", "", [LS]),
    "the wrong wrapper around M2's invokes": (f"<tool_call>\n{INVOKE}\n{INVOKE}\n</tool_call>", "", "", [LS, LS]),
    "no wrapper": (f"I look.\n\n{INVOKE}\nDone.", "", "I look.\n\nDone.", [LS]),
    "a wrapper that is only closed": (f"{INVOKE}\n</minimax:tool_call>", "", "", [LS]),
    "any character in a name": (
        M2.replace('"command">ls', '"a>b">x'), "", "", [("bash", {"a>b": "x"})],
    ),
    "escaped brackets": (
        ('&lt;minimax:tool_call&gt;\n&lt;invoke name="bash"&gt;\n&lt;parameter name="command"&gt;a &amp;&amp; b &lt; c'
        "&lt;/parameter&gt;\n&lt;/invoke&gt;\n&lt;/minimax:tool_call&gt;"), "", "", [("bash", {"command": "a && b < c"})],
    ),
    "cut off in a value": (
        '<minimax:tool_call>\n<invoke name="bash">\n<parameter name="command">ls -l', "", "", [("bash", {"command": "ls -l"})],
    ),
    "cut off in M1's line": (
        '<tool_calls>\n{"name": "bash", "arguments": {"command": "ls -l', "", "", [("bash", {"command": "ls -l"})],
    ),
    "an argument that holds tags": (
        ('<minimax:tool_call><invoke name="write"><parameter name="content">x\n</think>\n<think>\ny</parameter></invoke>'
        "</minimax:tool_call>"), "", "", [("write", {"content": "x\n</think>\n<think>\ny"})],
    ),
    "an argument that holds a call": (
        f'<minimax:tool_call><invoke name="write"><parameter name="path">a</parameter><parameter name="content">`{M1}`'
        "</parameter></invoke></minimax:tool_call>" if (M1 := '<tool_calls>{"name": "bash"}</tool_calls>') else "",
        "", "", [("write", {"path": "a", "content": f"`{M1}`"})],
    ),
}  # fmt: skip
TEXTS = {
    "a code fence": f"Write this:\n```xml\n{M2}\n```\nThat is it.",
    "backticks": 'Write `<invoke name="bash">` and `</invoke>`.',
    "prose about a tag": 'A call begins with <invoke name="bash"> and ends with </invoke>, in M2\'s format.',
    "prose about a wrapper": "The <tool_call> tag holds JSON, and <minimax:tool_call> holds invokes.",
    "a name that no tool has": M2.replace("bash", "python"),
    "JSON of no tool": '<tool_call>\n{"name": "python", "arguments": {}}\n</tool_call>',
    "JSON that is a list": "<tool_calls>[1, 2]</tool_calls>",
    "JSON that is none": "<tool_call>{a b}</tool_call>",
    "JSON that is no call": '<tool_call>\n{"command": "ls"}\n</tool_call>',
    "a wrapper and words": "<tool_calls>\nnone\n</tool_calls>",
    "HTML": "<div class='a'><p>1 < 2 && 3 > 2</p></div>\n<function>x</function>",
    "entities": "a &lt; b &amp; c &lt;invoke&gt;",
    "tags named in backticks": "Use `<think>` and `</think>` tags.",
    "a tag named in a sentence": "The tag </think> ends it.",
    "other closers named in a sentence": "Models also write </thinking> or </thought> there.",
    "tags in code": "```\n<think>\nx\n</think>\n```\nso",
    "a token in the middle": "The token [e~[ ends a turn, and ]~b]ai begins one.",
    "a token in backticks": "It is `[e~[`.",
}
TAGS = {
    "thinking closed by another word (opencode#36569)": (
        "<think>\nlong thought\n</thinking>\n\nThe answer.", "long thought", "The answer.",
    ),
    "thought closed by thought": ("<think>\nhm\n</thought>\n\nSo.", "hm", "So."),
    "with blanks": ("<think>\nhm\n</ think >\n\nSo.", "hm", "So."),
    "M3's closer": ("<think>\nhm\n</mm:think>\n\nSo.", "hm", "So."),
    "opened as thinking": ("<thinking>\nhm\n</thinking>\n\nSo.", "hm", "So."),
    "a closer that is named inside a thought": ("<think>\nI write </thinking> here.\n</think>\nSo.", "I write </thinking> here.", "So."),
    "several thoughts": ("<think>\na\n</think>\nOne.\n<think>\nb\n</think>\nTwo.", "ab", "One.\nTwo."),
    "the end of the turn (vllm-mlx#98)": ("Answer.[e~[", "", "Answer."),
    "and the next role": ("Answer.[e~[\n]~b]user", "", "Answer."),
    "a role in front of a thought": ("]~b]ai\n<think>\nhm\n</think>\n\nSo.]~!b[", "hm", "So."),
    "a token behind a thought": ("<think>\nhm[e~[</think>\n\nSo.", "hm", "So."),
}  # fmt: skip


def pieces_of(text):
    """The text in one piece, in letters, and in pieces of random length."""
    rng = random.Random(text)
    yield [text]
    yield list(text)
    for _ in range(4):
        cuts = sorted(rng.sample(range(1, len(text)), min(len(text) - 1, rng.randint(1, 12))))
        yield [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def messages(text, options):
    """The message of the text in every way in which it may arrive."""
    for pieces in pieces_of(text):
        frames = [chunk({"content": piece}) for piece in pieces]
        yield message_of(read([sse(*frames, chunk({}, "stop"))], options))
    yield message_of(read([whole({"content": text})], options))


def said(message):
    return [(name, json.loads(arguments)) for _, name, arguments in message.calls]


@pytest.mark.parametrize("options", [TOOLS, UNKNOWN], ids=["MiniMax", "unknown host"])
@pytest.mark.parametrize("report", CALLS)
def test_a_call_is_a_call_however_it_is_written(report, options):
    text, thought, answer, calls = CALLS[report]
    for message in messages(text, options):
        assert (said(message), message.text, message.reasoning.strip()) == (calls, answer, thought)
        assert message.finish == "tool_calls"


@pytest.mark.parametrize("talk", TEXTS)
def test_what_an_answer_talks_about_stays_text(talk):
    for options in (TOOLS, UNKNOWN):
        for message in messages(TEXTS[talk], options):
            assert (message.text, message.calls, message.reasoning) == (TEXTS[talk], (), "")


@pytest.mark.parametrize("report", CALLS)
def test_without_tools_nothing_is_a_call(report):
    for message in messages(CALLS[report][0], ReadOptions()):
        assert message.calls == ()


@pytest.mark.parametrize("report", TAGS)
def test_tags_and_tokens_do_not_reach_a_person(report):
    text, thought, answer = TAGS[report]
    for options in (ReadOptions(), TOOLS):
        for message in messages(text, options):
            assert (message.reasoning.replace("\n", ""), message.text) == (thought.replace("\n", ""), answer)


@pytest.mark.parametrize("closer", ["</think>", "</thinking>", "</thought>", "</mm:think>", "</ thinking >"])
def test_a_closer_behind_thinking_from_a_field_is_dropped(closer):
    for pieces in pieces_of(f"{closer}\n\nThe answer."):
        frames = [chunk({"reasoning_content": "hm"}), *(chunk({"content": piece}) for piece in pieces)]
        message = message_of(read([sse(*frames, chunk({}, "stop"))], ReadOptions()))
        assert (message.reasoning, message.text) == ("hm", "The answer.")


@pytest.mark.parametrize(
    "answer",
    ["The tag </think> ends it.", "Use `<think>` and `</think>` tags.", "Use `<think>`,\n`</think>`\nor none."],
)
def test_on_an_unknown_host_an_answer_that_names_the_tags_is_the_answer(answer):
    told = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "m"}
    for pieces in pieces_of(answer):
        frames = [chunk({"content": piece}) | told for piece in pieces]
        frames[0]["choices"][0]["finish_reason"] = None
        message = message_of(read([sse(*frames, chunk({}, "stop"))], UNKNOWN))
        assert (message.text, message.reasoning) == (answer, "")
        shown = message_of(read([sse(*frames, chunk({}, "stop"))], SELF_HOSTED))
        assert shown.text == answer


def test_a_call_drafted_in_a_thought_that_is_closed_later_is_a_part_of_the_thought():
    text = f"<think>\nI would write\n{M2}\nor not.\n</think>\n\nNo call."
    for message in messages(text, TOOLS):
        assert (message.calls, message.text) == ((), "No call.")
        assert M2 in message.reasoning


def test_text_arguments_stream_as_they_arrive():
    frames = [chunk({"content": part}) for part in ('<invoke name="bash">\n<parameter name="command">ec', "ho ", "hi")]
    message = message_of(read([sse(*frames, chunk({}, "length"))], TOOLS))
    assert said(message) == [("bash", {"command": "echo hi"})]
    assert message.finish == "length"


def test_an_empty_block_of_minimax_s_is_not_shown():
    for message in messages("Hi.\n<minimax:tool_call>\n</minimax:tool_call>", TOOLS):
        assert (message.text, message.calls) == ("Hi.\n", ())


def test_a_closer_at_the_very_end_of_a_thought_that_nothing_opened():
    for pieces in pieces_of("hm\n</think>"):
        frames = [chunk({"content": piece}) for piece in pieces]
        message = message_of(read([sse(*frames, chunk({}, "stop"))], SELF_HOSTED))
        assert (message.reasoning.strip(), message.text) == ("hm", "")


def test_a_thought_that_breaks_off_in_the_draft_of_a_call_of_no_tool_is_a_thought():
    text = "<think>\nhm\n" + M2.replace("bash", "python")
    for message in messages(text, TOOLS):
        assert (message.calls, message.text) == ((), "")
        assert message.reasoning == text.removeprefix("<think>\n")


def test_what_breaks_off_in_something_that_no_call_has_is_text():
    """Found by the fuzz: a name that was never closed took the rest of the answer with it."""
    text = '<tool_call>{"name": "bash", "argu and here is my answer.'
    message = message_of(read([whole({"content": text, "role": "assistant"})], TOOLS))
    assert (message.text, message.calls) == (text, ())
