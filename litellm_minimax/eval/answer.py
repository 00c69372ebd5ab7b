"""Finds the code in a model's answer."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]*```([^\n`]{0,40})$", re.MULTILINE)


def code_in(answer: str) -> str:
    """Return the longest code block of an answer, even an unclosed one; the whole answer if there is none."""
    marks = list(_FENCE.finditer(answer))
    if not marks:
        return answer
    ends = [mark.start() for mark in marks[1:]] + [len(answer)]
    blocks = [answer[mark.end() : end] for mark, end in zip(marks[::2], ends[::2], strict=True)]
    return max(blocks, key=len).removeprefix("\n")
