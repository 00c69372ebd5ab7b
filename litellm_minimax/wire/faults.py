"""The errors that a request or an answer can cause, independent of LiteLLM's exceptions.

    WireFault
     ├── InvalidRequest    the caller's request can't be sent; nothing left this machine
     │    └── UnsupportedParameter   the request could be sent without this parameter
     ├── UpstreamFault     MiniMax answered with an error, in one of its formats
     └── ProtocolFault     the answer is not what MiniMax sends, or stops in the middle

``errors.py`` is the only place that turns these into LiteLLM's exceptions.
"""

from __future__ import annotations

import re

# Keys in MiniMax's formats (``sk-…`` and, older, JWTs), and whatever follows ``Bearer``.
_KEY = re.compile(r"\b(?:sk-|eyJ)[\w.-]{12,}|(?<=Bearer )[^\s\"',]{8,}")


def without_keys(text: str) -> str:
    """Return ``text`` with every key replaced by ``[key]``: a gateway's error may repeat the request's headers."""
    return _KEY.sub("[key]", text)


class WireFault(Exception):
    """Base class of every exception that the wire code raises on purpose."""


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
    """MiniMax has no equivalent of this parameter; LiteLLM's ``drop_params`` leaves it out."""


class UpstreamFault(WireFault):
    """MiniMax answered with an error.

    Attributes:
        text: MiniMax's own message, without the trailing ``(NNNN)``.
        code: MiniMax's code (``base_resp.status_code`` or the number in parentheses), if any.
        http_status: the HTTP status it came with; 200 for an error inside a successful answer or a stream.
        kind: the error's ``type``, such as ``rate_limit_error``, if any.
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
    """The answer can't be read: it is not JSON, not in the documented shape, too large, or cut off.

    Attributes:
        problem: one sentence, with at most a short excerpt of the answer.
        truncated: True when everything that was read is valid, but the end is missing.
    """

    def __init__(self, problem: str, *, truncated: bool = False) -> None:
        self.problem = problem = without_keys(problem)
        self.truncated = truncated
        super().__init__(problem)
