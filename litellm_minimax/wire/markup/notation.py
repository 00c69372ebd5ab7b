r"""How tool calls are written as text: one grammar, and a small table of the ways to write its tags.

    block     = wrapper-open ( call* | JSON* ) wrapper-close        call = invoke-open parameter* invoke-close
    wrapper   = "minimax:tool_call", "tool_call", "tool_calls", "function_calls" …   or left out
    parameter = <parameter name="k">value</parameter>, or a tag of the parameter's own name
    JSON      = {"name": "f", "arguments": {…}}, one after the other or in an array

M2 writes ``<minimax:tool_call>`` around calls, M1 JSON lines in ``<tool_calls>``, other families one object in
``<tool_call>``. M3 puts a special token before every tag and nests its values; some servers escape the brackets.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

TOKEN = "]<]minimax[>["  # noqa: S105 -- M3's special token, no secret
_WRAPPER = r"(?:[A-Za-z][\w-]{0,31}+:)?(?:tool|function)_?calls?"
_NAME = r"""\s{1,64}+name\s{0,64}+=\s{0,64}+(?:"([^"]{1,256})"|'([^']{1,256})'|([^\s"'<>=&]{1,256}+))\s{0,64}+"""
_KEY = r"""([^\s<>/"'=&;]{1,128}+)\s{0,64}+"""
_REST = r"""(?:[^<>"']{1,256}+|"[^"]{0,256}+(?:"|\Z)|'[^']{0,256}+(?:'|\Z)){0,8}+"""
"""What may follow the name in a tag with attributes."""
_KEY_BEGUN = r"""[^\s<>/"'=&;]{0,128}+"""
_ENTITY_BEGUN = re.compile(r"&[#\w]{0,5}\Z")


@dataclass(frozen=True, slots=True)
class Notation:
    """One way to write the tags.

    Attributes:
        mark: what every tag begins with.
        end: what every tag ends with.
    nested: each parameter is a tag of its own name, and values may hold such tags.
    escaped: angle brackets and ampersands are written as entities, in values, too.
    """

    mark: str
    end: str
    nested: bool = False
    escaped: bool = False
    opener: re.Pattern[str] = field(init=False)
    closer: re.Pattern[str] = field(init=False)
    invoke: re.Pattern[str] = field(init=False)
    invoke_close: re.Pattern[str] = field(init=False)
    parameter: re.Pattern[str] = field(init=False)
    own_tag: re.Pattern[str] = field(init=False)
    begun: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        mark, end = re.escape(self.mark), re.escape(self.end)
        end_begun = "(?:&g?t?)?" if self.escaped else ""
        patterns = {
            "opener": rf"{mark}{_WRAPPER}\s{{0,16}}+{end}",
            "closer": rf"{mark}/{_WRAPPER}\s{{0,16}}+{end}",
            "invoke": rf"{mark}invoke{_NAME}{end}",
            "invoke_close": rf"{mark}/invoke\s{{0,16}}+{end}",
            "parameter": rf"{mark}parameter{_NAME}{end}",
            "own_tag": rf"{mark}{_KEY}{end}",
            "begun": rf"{mark}(?:/?(?a:[\w:-]){{0,64}}+|/?(?a:[\w:-]){{1,64}}+\s{_REST}|{_KEY_BEGUN}){end_begun}\Z",
        }
        for name, pattern in patterns.items():
            object.__setattr__(self, name, re.compile(pattern))

    def closing(self, name: str) -> str:
        """Return the tag that ends a parameter."""
        return f"{self.mark}/{name}{self.end}"

    def plain(self, text: str) -> str:
        """Return the text of a value with its entities resolved."""
        return html.unescape(text) if self.escaped else text

    def may_begin(self, text: str, at: int) -> bool:
        """Whether the text from ``at`` to its end may be the beginning of a tag."""
        if len(text) - at < len(self.mark):
            return self.mark.startswith(text[at:])
        return self.begun.match(text, at) is not None

    def unsure(self, text: str) -> int:
        """Return how many characters at the end of a value must wait, because an entity has only begun."""
        begun = _ENTITY_BEGUN.search(text, max(0, len(text) - 7)) if self.escaped else None
        return len(text) - begun.start() if begun else 0


PLAIN = Notation("<", ">")
M3 = Notation(TOKEN + "<", ">", nested=True)
ESCAPED = Notation("&lt;", "&gt;", escaped=True)
START = re.compile(r"<(?=[A-Za-z/])|(?<!\])<\Z|\]<\]|&lt;")
"""Where a tag of any notation may begin."""
CALL = re.compile(
    rf"(?:{re.escape(TOKEN)})?(?:{re.escape(PLAIN.mark)}|{re.escape(ESCAPED.mark)})"
    rf"(?:{_WRAPPER}(?:{re.escape(PLAIN.end)}|{re.escape(ESCAPED.end)})|invoke\s)"
)
"""Where calls seem to begin, in any notation."""
MAY_START = re.compile(r"<(?=[A-Za-z/])|(?<!\])<\Z|\]<\]|&lt;|\]<?\Z|&l?t?\Z")
"""The same, and what may become one with the next piece of text."""


def notation_at(text: str, at: int) -> Notation:
    """Return the notation of a tag at ``at``."""
    return PLAIN if text[at] == "<" else ESCAPED if text[at] == "&" else M3


def name_in(found: re.Match[str]) -> str:
    """Return the name in a tag's attribute."""
    return next((group for group in found.groups() if group is not None), "")


def begun(text: str, tags: tuple[str, ...]) -> int:
    """Return how many of the last characters may begin one of the tags."""
    tail = text[1 - max(map(len, tags)) :]
    first = {tag[0] for tag in tags}
    for start, char in enumerate(tail):
        if char in first and any(tag.startswith(tail[start:]) for tag in tags):
            return len(tail) - start
    return 0
