"""One exception for all that can go wrong between this machine and the server; httpx's own never leave this package."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

import httpx

from litellm_minimax.wire.faults import ProtocolFault

if TYPE_CHECKING:
    from collections.abc import Generator

Phase = Literal["connect", "first byte", "silence", "total"]


class TransportFault(Exception):
    """The server could not be reached, or its answer did not end.

    Attributes:
        kind: ``unreachable`` (nothing was sent), ``timeout``, or ``interrupted`` (after sending).
        phase: which timeout expired, for ``timeout``.
        detail: one sentence, without keys or prompt text.
    """

    def __init__(
        self, kind: Literal["unreachable", "timeout", "interrupted"], detail: str, phase: Phase | None = None
    ) -> None:
        self.kind = kind
        self.phase = phase
        self.detail = detail
        super().__init__(detail)


@contextmanager
def as_transport_faults(phase: Phase) -> Generator[None]:
    """Turn the exceptions of httpx and aiohttp into :class:`TransportFault`, with the timeout that expired."""
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
        fault = _as_fault(error, phase)
        if isinstance(error, httpx.RequestError):
            # The cause of an exception may be pickled or sent to an error tracker, and its request has the key.
            error.request = httpx.Request("POST", "http://withheld")
        raise fault from error


def _as_fault(error: Exception, phase: Phase) -> TransportFault | ProtocolFault:
    match error:
        case httpx.ConnectTimeout():
            return TransportFault("timeout", "No connection could be made in time.", "connect")
        case httpx.PoolTimeout():
            return TransportFault("timeout", "No free connection to the server in time.", "connect")
        case httpx.TimeoutException():
            waited = "The server sent nothing" if phase == "first byte" else "The server fell silent"
            return TransportFault("timeout", f"{waited} within the timeout.", phase)
        case httpx.DecodingError():
            return ProtocolFault("The answer's content encoding can't be read.")
        case httpx.ConnectError() | httpx.UnsupportedProtocol() | httpx.ProxyError():
            return TransportFault("unreachable", _reason(error))
    return TransportFault("interrupted", f"The connection broke: {_reason(error)}")


_OBJECTS = re.compile(r" ?\bssl:<[^<>]*>| at 0x[0-9a-fA-F]+")
"""aiohttp puts the connection's SSL context into its message: a memory address, which is of no use to a reader."""


def _reason(error: Exception) -> str:
    text = _OBJECTS.sub("", str(error)) or type(error).__name__
    return text if len(text) <= 300 else text[:300] + "…"
