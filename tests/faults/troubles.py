"""Everything that goes wrong in the matrix, and what has to come of it: the rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from litellm_minimax.simulator import Answer, Fault

ANSWER = frozenset({"answer"})
"""The trouble is no trouble: a whole good answer comes."""

STATUS = {
    "AuthenticationError": 401, "RateLimitError": 429, "BadRequestError": 400, "ContentPolicyViolationError": 400,
    "Timeout": 408, "BadGatewayError": 502, "APIConnectionError": 500, "InternalServerError": 500,
}  # fmt: skip
"""What a proxy's client sees of each class."""

PATIENCE = 0.4
"""The timeout of a call that may end in one, in seconds."""
DRIPPING = 1.0
"""The same for what comes a byte in a few milliseconds: shorter than the whole takes."""
PLENTY = 10.0
"""The timeout of every other call: not to be met, on a busy machine either."""
ENOUGH = 40
"""Of an endless stream a reader takes so many chunks, and goes."""


def _of(*names: str) -> frozenset[str]:
    return frozenset(names)


BROKEN = _of("APIConnectionError")
UNREADABLE = _of("BadGatewayError")
SILENT = _of("Timeout")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One row.

    Attributes:
        name: of the row.
        fault: what the simulator does; ``None`` if the address is the trouble.
        whole: classes that a whole answer may end in.
        stream: classes that a stream may end in.
        address: ``simulator``, ``closed`` (nobody listens), ``self_signed`` or ``no_tls`` (plain text where TLS is
            expected).
        reader_leaves: the stream is read for ``ENOUGH`` chunks only.
        said: the text that a stream's reader has before its error comes; any if ``None``.
    """

    name: str
    fault: Fault | None
    whole: frozenset[str]
    stream: frozenset[str]
    address: str = "simulator"
    reader_leaves: bool = False
    said: str | None = None

    @property
    def patience(self) -> float:
        """The timeout of a call, in seconds."""
        if self.fault is not None and self.fault.kind == "drip":
            return DRIPPING
        return PATIENCE if SILENT & (self.whole | self.stream) else PLENTY


def _trouble(
    name: str, fault: Fault, whole: frozenset[str], stream: frozenset[str] | None = None, said: str | None = None
) -> Trouble:
    return Trouble(name, fault, whole, whole if stream is None else stream, said=said)


_TEXT = Answer("one two three four five six seven eight nine ten", chunk_chars=4)
_ONE_READ = replace(_TEXT, chunks_per_write=1000)
"""All that is sent arrives in one network read, the fault with it."""

TROUBLES: tuple[Trouble, ...] = (
    Trouble("nobody listens", None, BROKEN, BROKEN, address="closed"),
    Trouble("TLS: self-signed", None, BROKEN, BROKEN, address="self_signed"),
    Trouble("TLS: plain text", None, BROKEN, BROKEN, address="no_tls"),
    _trouble("closed without a byte", Fault("refuse"), BROKEN),
    _trouble("reset before headers", Fault("reset", phase="before_headers"), BROKEN),
    _trouble("reset after headers", Fault("reset", phase="after_headers"), BROKEN),
    _trouble("reset mid-stream", Fault("reset", phase="mid_stream", at=2, answer=_TEXT), BROKEN),
    _trouble("reset before the end", Fault("reset", phase="before_end", answer=_TEXT), BROKEN),
    _trouble("stall before headers", Fault("stall", phase="before_headers"), SILENT),
    _trouble("stall after headers", Fault("stall", phase="after_headers"), SILENT),
    _trouble("stall mid-stream", Fault("stall", phase="mid_stream", at=2, answer=_TEXT), SILENT),
    _trouble("stall before the end", Fault("stall", phase="before_end", answer=_TEXT), SILENT),
    _trouble("drip", Fault("drip", delay=0.002, answer=Answer("drop " * 12, chunk_chars=30)), SILENT, ANSWER),
    _trouble("truncated JSON", Fault("truncate_json", at=2, answer=_TEXT), BROKEN, UNREADABLE),
    _trouble("short of its length", Fault("truncate_json", at=2, phase="before_end", answer=_TEXT), BROKEN, UNREADABLE),
    _trouble("truncated SSE", Fault("truncate_sse", at=2, answer=_TEXT), BROKEN),
    _trouble("truncated SSE, closed well", Fault("truncate_sse", at=2, phase="before_end", answer=_TEXT), BROKEN),
    _trouble("no finish", Fault("no_finish", answer=_TEXT), ANSWER, BROKEN),
    _trouble("empty body", Fault("empty_body"), BROKEN),
    _trouble("wrong content type", Fault("wrong_content_type"), ANSWER),
    _trouble("gigantic line", Fault("gigantic_line", size=400_000), ANSWER),
    Trouble("endless", Fault("endless"), SILENT | UNREADABLE, ANSWER, reader_leaves=True),
    _trouble("invalid UTF-8", Fault("invalid_utf8", at=2, answer=_TEXT), ANSWER),
    _trouble("HTML with 502", Fault("html_error"), UNREADABLE),
    _trouble("HTML with 504", Fault("html_error", status=504), SILENT),
    _trouble("HTML with 200", Fault("html_error", status=200), UNREADABLE),
    _trouble("redirect", Fault("redirect"), UNREADABLE),
    _trouble("gzip bomb", Fault("gzip_bomb", size=96 * 1024 * 1024), UNREADABLE | SILENT),
    _trouble("duplicate frames", Fault("duplicate_frames", at=2, answer=_TEXT), ANSWER),
    _trouble("out-of-order frames", Fault("out_of_order", at=2, answer=_TEXT), ANSWER),
    _trouble("error 1002, HTTP 429", Fault("error", code=1002), _of("RateLimitError")),
    _trouble("error 1002 in a 200", Fault("error", code=1002, envelope="base_resp"), _of("RateLimitError")),
    _trouble("error 1004 in a 200", Fault("error", code=1004, envelope="base_resp"), _of("AuthenticationError")),
    _trouble("error 2013", Fault("error", code=2013), _of("BadRequestError")),
    _trouble("error 1026", Fault("error", code=1026), _of("ContentPolicyViolationError")),
    _trouble("error 1000 mid-stream", Fault("error", code=1000, envelope="frame", after_chunks=3, answer=_TEXT),
             _of("InternalServerError")),
    _trouble("error object mid-stream", Fault("error", code=1002, envelope="error_frame", after_chunks=3, answer=_TEXT),
             _of("RateLimitError")),
    _trouble("error frame in the read with text",
             Fault("error", code=1002, envelope="frame", after_chunks=3, answer=_ONE_READ), _of("RateLimitError"),
             said="one two thre"),
    _trouble("error object in the read with text",
             Fault("error", code=1027, envelope="error_frame", after_chunks=3, answer=_ONE_READ),
             _of("ContentPolicyViolationError"), said="one two thre"),
    _trouble("half a frame in the read with text", Fault("truncate_sse", at=3, answer=_ONE_READ), BROKEN,
             said="one two thre"),
    _trouble("reset in the read with text", Fault("reset", phase="mid_stream", at=3, answer=_ONE_READ), BROKEN,
             said="one two thre"),
)  # fmt: skip

BY_NAME = {trouble.name: trouble for trouble in TROUBLES}
