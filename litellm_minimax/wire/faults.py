"""What can be wrong with a request or an answer, before anybody thinks of LiteLLM's exceptions.

    WireFault
     ├── InvalidRequest    the caller's request can't be sent; nothing left this machine
     │    └── UnsupportedParameter   one that can be left out
     ├── UpstreamFault     MiniMax answered with an error, in whichever envelope
     └── ProtocolFault     the answer's bytes are not what MiniMax sends, or stop in the middle

``errors.py`` is the one place that turns these into LiteLLM's exceptions.
"""

from __future__ import annotations

import re

# Keys as MiniMax makes them (``sk-…`` and, older, JWTs), and whatever stands behind ``Bearer``.
_KEY = re.compile(r"\b(?:sk-|eyJ)[\w.-]{12,}|(?<=Bearer )[^\s\"',]{8,}")


def without_keys(text: str) -> str:
    """``text`` with every key replaced by ``[key]``: a gateway in front may repeat a request's headers in its error."""
    return _KEY.sub("[key]", text)


class WireFault(Exception):
    """Base of everything the pure ring raises on purpose."""


class InvalidRequest(WireFault, ValueError):
    """The request can't be sent as it is.

    Attributes:
        where: the path of the offending part, such as ``messages[3].content[1]`` or ``tools[0]``.
        problem: what is wrong with it, in one sentence without the path.
        next_step: what the caller can do, in one sentence; may be empty.
    """

    def __init__(self, where: str, problem: str, next_step: str = "") -> None:
        self.where = where
        self.problem = problem
        self.next_step = next_step
        super().__init__(f"{where}: {problem}" + (f" {next_step}" if next_step else ""))


class UnsupportedParameter(InvalidRequest):
    """MiniMax has nothing like this parameter; LiteLLM's ``drop_params`` leaves it out."""


class UpstreamFault(WireFault):
    """MiniMax said no.

    Attributes:
        text: MiniMax's own sentence, without the trailing ``(NNNN)``.
        code: MiniMax's code (``base_resp.status_code`` or the number in parentheses), if any.
        http_status: the HTTP status it came with; 200 for an error inside a good answer or a stream.
        kind: the error's ``type`` word (``rate_limit_error`` …), if any.
        trace_id: MiniMax's trace id, if any.
    """

    def __init__(
        self,
        text: str,
        *,
        code: int | None = None,
        http_status: int = 200,
        kind: str | None = None,
        trace_id: str | None = None,
    ) -> None:
        self.text = text = without_keys(text)
        self.code = code
        self.http_status = http_status
        self.kind = kind
        self.trace_id = trace_id
        super().__init__(f"{text} (code {code}, HTTP {http_status})")


class ProtocolFault(WireFault):
    """The answer can't be read: not JSON, not the documented shape, too large, or cut off.

    Attributes:
        problem: one sentence, never containing more than a short excerpt of the answer.
        truncated: True when everything read was good but the end is missing.
    """

    def __init__(self, problem: str, *, truncated: bool = False) -> None:
        self.problem = problem = without_keys(problem)
        self.truncated = truncated
        super().__init__(problem)
