"""The module that a model's answer holds."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]*```([^\n`]{0,40})$", re.MULTILINE)


def code_in(answer: str) -> str:
    """The longest code block of an answer, an unclosed one included; all of it if there is none."""
    marks = list(_FENCE.finditer(answer))
    if not marks:
        return answer
    ends = [mark.start() for mark in marks[1:]] + [len(answer)]
    blocks = [answer[mark.end() : end] for mark, end in zip(marks[::2], ends[::2], strict=True)]
    return max(blocks, key=len).removeprefix("\n")
