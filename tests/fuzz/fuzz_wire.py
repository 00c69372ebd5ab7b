"""Random texts and streams through the parsers of the pure ring: ``python -m tests.fuzz.fuzz_wire --count 1000000``.

Each input is read in one piece and in random pieces. What must hold for every one of them:

* never an exception but the ring's own faults;
* the same events, however the input was cut;
* the arguments of every tool call are the text of one JSON object;
* nothing is lost: every character that is no part of a tag comes out, as text, thinking, a name or an argument;
* what is held back is bounded, so that the work for each character is too.

Then the time for each character is printed, for inputs from 1 KB to 1 MB: it should stay flat.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from litellm_minimax.wire.events import Event, Reasoning, Started, Text, ToolCallArguments, ToolCallStart
from litellm_minimax.wire.faults import WireFault
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.incoming.call_arguments import CallArguments
from litellm_minimax.wire.incoming.coalesce import coalesce
from litellm_minimax.wire.incoming.sse import SSEDecoder
from litellm_minimax.wire.incoming.stop import StopScanner
from litellm_minimax.wire.incoming.think import ThinkSplitter
from litellm_minimax.wire.markup.notation import TOKEN
from litellm_minimax.wire.markup.tool_markup import ToolMarkupScanner
from litellm_minimax.wire.options import ReadOptions

PLAIN = ReadOptions()
MOST_HELD = 8_300
"""A tag's name and attributes have bounds of some hundred characters; behind a closing tag 4096 blanks may be held."""
SCHEMAS = {
    "f": {
        "type": "object",
        "properties": {
            "s": {"type": "string"},
            "n": {"type": ["integer", "null"]},
            "o": {"type": "object", "properties": {"s": {"type": "string"}, "a": {"type": "array"}}},
            "a": {"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "string"}]}},
            "e": {"enum": ["x", 1, None]},
            "b": {"type": "boolean"},
        },
    },
    "g": {},
}
M2 = (
    "<minimax:tool_call>\n", "</minimax:tool_call>", '<invoke name="f">', '<invoke name="g">\n', "<invoke name=h>", "</invoke>",
    '<parameter name="s">', '<parameter name="n">', '<parameter name="o">', '<parameter name="a">', '<parameter name="e">',
    '<parameter name="zz">', "</parameter>", "</parameter>\n", "</parameter></invoke></minimax:tool_call>",
    '<minimax:tool_call><invoke name="f"><parameter name="s">',
)  # fmt: skip
M3 = (
    *(TOKEN + tag for tag in (
        "<tool_call>", "</tool_call>", '<invoke name="f">', '<invoke name="g">', "</invoke>", "<s>", "</s>", "<n>", "</n>",
        "<o>", "</o>", "<a>", "</a>", "<item>", "</item>", "<zz>", "</zz>",
    )),
    TOKEN, f'{TOKEN}<tool_call>{TOKEN}<invoke name="f">{TOKEN}<o>',
)  # fmt: skip
OFF_SCRIPT = (
    "<tool_calls>\n", "\n</tool_calls>", "<tool_call>", "</tool_call>", "<function_calls>\n", "</function_calls>",
    '{"name": "f", "arguments": {"s": "x"}}\n', "{'name': 'g', 'arguments': {'k': None}}", '[{"name": "f", "parameters": {}}]',
    '{"name": "f", "arguments": {"s": "', '{"name": "nobody", "arguments": {}}', '"', "}}", "<s>", "</s>", '<invoke name="f">\n', "</invoke>\n",
    '&lt;invoke name="f"&gt;', '&lt;parameter name="s"&gt;', "&lt;/parameter&gt;", "&lt;/invoke&gt;", "&lt;", "&amp;",
    "</thinking>", "</thought>", "</ think >", "\n</thinking>\n\n", "[e~[", "]~b]ai\n", "]~!b[",
)  # fmt: skip
SPELLED = (
    "{", "}", "[", "]", ",", ":", "{}", '"', "'", "null", "None", "True", "undefined", "NaN", "007", "-", "1.", "1e5", "key", " ", "\n",
    "// c\n", "/* c */", "# c\n", "\\", "\\x4", "\\u00e9", "\\'", "\t", "\x01", "```json\n", "\n```", "</tool_call>", ";",
    '{"k": ', "{'k': ", '"k": ', "'k': 'v'", '"\\"{\\"k\\": 1}\\""',
)  # fmt: skip
THINK = ("<think>", "</think>", "<mm:think>", "</mm:think>", "\n<think>\n", "\n</think>\n\n", "</think>\n")
PROSE = (
    "\n", "\n\n", " ", "  ", "\t", "\r\n", "`", "```\n", "\n```\n", "~~~", "<", ">", "</", "]", "]<]", "[", "{", "}", '"', "'", "\\",
    "null", "None", "true", "3", "-1.5", "1e999", "NaN", "[1, 2]", '{"k": 1}', "\\ud800", '"\\ud800"', "é", "\u2028", "\x00", "a" * 40,
)  # fmt: skip
STREAM = (
    b"data: ", b"data:", b"data", b"\n", b"\n\n", b"\r\n", b"\r", b"\r\n\r\n", b": c\n", b"event: x\n", b"[DONE]", b"\xef\xbb\xbf", b"\xff",
    b"{", b"}", b"null", b"3", b'"x"', b"[]", b"<html>", "é".encode(),
    b'data: {"choices":[{"delta":{"content":"hi <thi"}}]}\n\n', b'data: {"choices":[{"delta":{"content":"nk>"}}]}\n\n',
    b'data: {"id":"1","choices":[{"delta":null,"finish_reason":"stop"}]}\n\n', b'data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n',
    b'data: {"choices":[{"delta":{"reasoning_content":"hm","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}}]}\n\n',
    b'data: {"choices":null}\n\n', b'data: {"base_resp":{"status_code":1002}}\n\n', b'data: {"choices":[{"message":{"content":"hi"}}]}\n\n',
    b"data: [DONE]\n\n",
)  # fmt: skip


class Broken(AssertionError):
    """A property that does not hold, with the input that shows it."""


def texts(rng: random.Random, *families: tuple[str, ...]) -> str:
    """A text of atoms and of characters of which each occurs once, so that it is seen if one gets lost."""
    atoms = [atom for family in families for atom in family]
    marker = iter(range(0x4E00, 0x9FFF))
    parts: list[str] = []
    for _ in range(rng.randint(0, 24)):
        kind = rng.random()
        if kind < 0.55:
            parts.append(rng.choice(atoms))
        elif kind < 0.65:
            atom = rng.choice(atoms)
            parts.append(atom[: rng.randint(0, len(atom))])
        else:
            parts.append("".join(chr(next(marker)) for _ in range(rng.randint(1, 4))))
    return "".join(parts)


def sized(rng: random.Random, data: Any) -> Any:
    """``data``, with its length noted for whoever takes the time."""
    vars(rng)["size"] = len(data)
    return data


def pieces_of(data: Any, rng: random.Random, sizes: tuple[int, ...] = (1, 3, 40)) -> Iterator[Any]:
    """``data`` in random pieces, none longer than one of ``sizes``; often of one character."""
    start, longest = 0, rng.choice(sizes)
    while start < len(data):
        end = start + rng.randint(1, longest)
        yield data[start:end]
        start = end


def markers(text: str) -> set[str]:
    return {char for char in text if "\u4e00" <= char <= "\u9fff"}


def argument_words(text: str) -> str:
    """All names and texts in the JSON of a call's arguments."""

    def pairs(members: list[tuple[str, Any]]) -> list[Any]:
        words.extend(name for name, _ in members)
        return [value for _, value in members]

    def walk(value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, str):
            words.append(value)

    words: list[str] = []
    if not isinstance(json.loads(text), dict):
        raise Broken(f"arguments are no object: {text!r}")
    walk(json.loads(text, object_pairs_hook=pairs, parse_constant=_no_json))
    return "".join(words)


def _no_json(constant: str) -> None:
    raise Broken(f"{constant} is no JSON")


def words_of(events: Iterable[Event]) -> str:
    """Everything that events say, with the arguments of calls parsed."""
    said: list[str] = []
    arguments: dict[int, list[str]] = {}
    for event in events:
        match event:
            case Text(text=text) | Reasoning(text=text):
                said.append(text)
            case ToolCallStart(index=index, name=name):
                said.append(name)
                arguments[index] = []
            case ToolCallArguments(index=index, fragment=fragment):
                arguments[index].append(fragment)
    texts_of_calls = ["".join(parts) or "{}" for parts in arguments.values()]
    "".join(said + texts_of_calls).encode()  # a lone surrogate could not be sent, but for an escaped one
    return "".join(said + [argument_words(text) for text in texts_of_calls])


def check_markup(rng: random.Random) -> None:
    """Tool-call markup."""
    text = sized(rng, texts(rng, rng.choice((M2, M3, M2 + M3, OFF_SCRIPT, M2 + OFF_SCRIPT)), PROSE))

    def scan(pieces: Iterable[str]) -> tuple[list[Event], str]:
        scanner = ToolMarkupScanner(SCHEMAS)
        scanner.seed("fuzz")
        events: list[Event] = []
        for piece in pieces:
            events += scanner.feed(piece)
            if len(scanner._held) > MOST_HELD:
                raise Broken(f"{len(scanner._held)} characters are held")
        held = scanner._held
        if scanner._state == scanner._in_value and not held.startswith(scanner._notation.closing(scanner._name)):
            held = ""  # it is a part of the value
        return coalesce(events + scanner.close()), held

    events, held = scan([text])
    if scan(pieces_of(text, rng))[0] != events:
        raise Broken(f"cut otherwise, it says something else: {text!r}")
    # The beginning of a tag that broke off with the answer is the one thing that may be dropped.
    if lost := markers(text) - markers(words_of(events)) - markers(held):
        raise Broken(f"{lost} is lost: {text!r}")


def check_think(rng: random.Random) -> None:
    """Thinking and answer."""
    text = sized(rng, texts(rng, THINK, PROSE, *((M2, M3) if rng.random() < 0.3 else ())))
    implicit, settled = rng.choice(("no", "maybe", "yes")), rng.random() < 0.7

    def split(pieces: Iterable[str]) -> list[Event]:
        splitter = ThinkSplitter(implicit)
        events: list[Event] = list(splitter.settle() if settled else [])
        for piece in pieces:
            events += splitter.feed(piece)
            if len(splitter._held) > MOST_HELD:
                raise Broken(f"{len(splitter._held)} characters are held")
        return coalesce(events + splitter.close(cut=False))

    events = split([text])
    cut = split(pieces_of(text, rng))
    if (settled or implicit != "no") and cut != events:
        raise Broken(f"cut otherwise, it says something else ({implicit}): {text!r}")
    for told in (events, cut):
        if lost := markers(text) - markers(words_of(told)):
            raise Broken(f"{lost} is lost: {text!r}")


def check_arguments(rng: random.Random) -> None:
    """Arguments of structured calls."""
    marker = iter(range(0x4E00, 0x9FFF))
    parts = [rng.choice(SPELLED) if rng.random() < 0.8 else f"'{chr(next(marker))}'" for _ in range(rng.randint(0, 24))]
    text = sized(rng, rng.choice(("", "", "{", "{'k': ")) + "".join(parts))

    def told(pieces: Iterable[str]) -> tuple[str, str, bool]:
        arguments = CallArguments()
        said = "".join([arguments.take(piece) for piece in pieces]) + arguments.close()
        return said, arguments.verdict, arguments.torn

    said, verdict, torn = told([text])
    if not told(text) == told(pieces_of(text, rng)) == (said, verdict, torn):
        raise Broken(f"cut otherwise, it says something else: {text!r}")
    if verdict != "unreadable" and not isinstance(json.loads(said, parse_constant=_no_json), dict):
        raise Broken(f"arguments are no object: {text!r}")
    if verdict == "exact" and said.strip() not in (text.strip(), "{}"):
        raise Broken(f"it was changed, and nobody says so: {text!r}")
    if lost := markers(text) - markers(said):
        raise Broken(f"{lost} is lost: {text!r}")


def check_stop(rng: random.Random) -> None:
    """Stop sequences."""
    text = sized(rng, "".join(rng.choices("abc", k=rng.randint(0, 30))))
    sequences = tuple("".join(rng.choices("abc", k=rng.randint(1, 4))) for _ in range(rng.randint(1, 4)))

    def cut(pieces: Iterable[str]) -> str:
        scanner = StopScanner(sequences)
        return "".join([scanner.feed(piece) for piece in pieces]) + scanner.close()

    wanted = text
    for end in range(len(text) + 1):
        if found := [sequence for sequence in sequences if text[:end].endswith(sequence)]:
            wanted = text[: end - max(map(len, found))]
            break
    if not cut([text]) == cut(text) == cut(pieces_of(text, rng)) == wanted:
        raise Broken(f"{sequences} in {text!r}")


def check_sse(rng: random.Random) -> None:
    """The framing of a stream, and a whole reader on top of it."""
    data = sized(rng, b"".join(rng.choice(STREAM) for _ in range(rng.randint(0, 20))))

    def decode(pieces: Iterable[bytes]) -> list[bytes]:
        decoder = SSEDecoder()
        return [event for piece in pieces for event in decoder.feed(piece)] + decoder.close()

    if decode([data]) != decode(pieces_of(data, rng)):
        raise Broken(f"cut otherwise, it says something else: {data!r}")
    if outcome([data]) != outcome(pieces_of(data, rng)):
        raise Broken(f"cut otherwise, it says something else: {data!r}")


def check_answer(rng: random.Random) -> None:
    """A stream of content with everything in it, through all of the reader."""
    text = texts(rng, THINK, PROSE, M2, M3, *((OFF_SCRIPT,) * 2 if rng.random() < 0.5 else ()))
    options = ReadOptions(tool_schemas=SCHEMAS, implicit_think=rng.choice(("no", "maybe", "open_weights", "yes")))
    frames = [{"id": "chatcmpl-1", "choices": [{"delta": {"content": piece}}]} for piece in pieces_of(text, rng)]
    frames.append({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    data = sized(rng, b"".join(b"data: " + json.dumps(frame).encode() + b"\n\n" for frame in frames))
    events = outcome([data], options)
    # The envelopes outweigh the text, and what cuts inside of them do is the framing's check: few of the cuts are fine.
    if outcome(pieces_of(data, rng, (30, 300, 300, 300, 3000)), options) != events or isinstance(events, tuple):
        raise Broken(f"cut otherwise, it says something else: {data!r}")
    words_of(events)
    stopping = ReadOptions(tool_schemas=SCHEMAS, stop=(rng.choice(PROSE),))
    words_of(outcome([data], stopping))


def outcome(pieces: Iterable[bytes], options: ReadOptions = PLAIN) -> Any:
    """The events; or, as a tuple, those in front of a fault, the fault and its words."""
    reader = AnswerReader(options)
    events: list[Event] = []
    fault: WireFault | None = None
    try:
        for piece in pieces:
            events += reader.feed(piece)
            if reader.fault is not None:
                break
        events += reader.close()
        fault = reader.fault
    except WireFault as raised:
        fault = raised
    if fault is None:
        return coalesce(events)
    return coalesce([event for event in events if not isinstance(event, Started)]), type(fault), str(fault)


CHECKS: tuple[Callable[[random.Random], None], ...] = (
    check_markup, check_think, check_answer, check_sse, check_stop, check_arguments,
)  # fmt: skip


def run(count: int, seed: int = 0) -> Counter[str]:
    """``count`` inputs; returns how many of each kind there were.

    Raises:
        Broken: a property does not hold.
    """
    done: Counter[str] = Counter()
    for number in range(count):
        check = CHECKS[(0, 0, 1, 1, 2, 3, 4, 5)[number % 8]]
        try:
            check(random.Random(f"{seed}/{number}"))
        except Exception as error:
            raise Broken(f"{check.__name__} of input {seed}/{number}: {error!r}") from error
        done[check.__doc__ or ""] += 1
    return done


def flatness() -> Iterator[tuple[str, list[float]]]:
    """For some kinds of text, the nanoseconds for each character at 1 KB, 10 KB, 100 KB and 1 MB, 20 at a time."""
    call = '<minimax:tool_call><invoke name="f"><parameter name="s">'
    nested = f'{TOKEN}<tool_call>{TOKEN}<invoke name="f">{TOKEN}<o>'
    shapes = {
        "prose": ("", "The quick brown fox. "),
        "less-than signs": ("", "< </ <t "),
        "thoughts": ("", "<think>hm</think>x"),
        "an open thought of blanks": ("<think>x", " \n"),
        "an argument": (call, "line\n"),
        "closers in an argument": (call, "</parameter> "),
        "a closer and blanks": (call + "</parameter>", " "),
        "an unfinished tag": ("<minimax:tool_call><invoke ", "a "),
        "M3 members": (nested, f"{TOKEN}<k>v{TOKEN}</k>"),
        "M3 openers": (nested, f"{TOKEN}<o>"),
        "M3 items never closed": (nested, f"{TOKEN}<item>"),
        "brackets": ("<minimax:tool_call>", "]<]"),
    }
    for name, (head, body) in shapes.items():
        figures = []
        for size in (1_000, 10_000, 100_000, 1_000_000):
            text = head + body * (size // len(body))
            scanner, splitter = ToolMarkupScanner(SCHEMAS), ThinkSplitter()
            began = time.process_time()
            for start in range(0, len(text), 20):
                for piece in splitter.feed(text[start : start + 20]):
                    if isinstance(piece, Text):
                        scanner.feed(piece.text)
            scanner.close()
            figures.append((time.process_time() - began) / len(text) * 1e9)
        yield name, figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for kind, count in run(options.count, options.seed).items():
        print(f"{count:>9,}  {kind.rstrip('.')}")
    print("\nns for each character   1 KB  10 KB 100 KB   1 MB")
    for name, figures in flatness():
        print(f"{name:<24}" + "".join(f"{figure:>7.0f}" for figure in figures))


if __name__ == "__main__":
    main()
