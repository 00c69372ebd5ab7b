"""The key and the headers of a request to MiniMax, the same for every endpoint."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from litellm_minimax.__about__ import __version__
from litellm_minimax.upstream.errors import missing_key
from litellm_minimax.wire.faults import InvalidRequest

if TYPE_CHECKING:
    from litellm_minimax.upstream.error_table import CallContext

# A client of a proxy may add headers, but may neither replace the key nor change how the request is framed.
_OWN_HEADERS = frozenset({
    "authorization", "x-api-key", "content-type", "content-length", "host", "accept", "accept-encoding",
    "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "expect", "proxy-authorization",
})  # fmt: skip
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t\x20-\x7e\xa0-\xff]*")


def api_key(given: str | None, context: CallContext) -> str:
    """Return the key to send: the given one, else ``MINIMAX_API_KEY``, else LiteLLM's own."""
    import litellm

    key = given or os.environ.get("MINIMAX_API_KEY") or litellm.api_key
    if not key or not key.strip():
        raise missing_key(context)
    return str(key).strip()


def request_headers(key: str, extra: Mapping[str, str] | None, *, streaming: bool) -> dict[str, str]:
    """Return the headers of one request; ``extra`` may add some, but not replace the key or change the framing.

    Raises:
        InvalidRequest: a name or a value is not allowed in a header.
    """
    headers = {
        "authorization": f"Bearer {key}",
        "content-type": "application/json",
        "accept": "text/event-stream" if streaming else "application/json",
        # A proxy in between may hold a compressed stream back; plain bytes arrive as they are produced.
        "accept-encoding": "identity",
        "user-agent": f"litellm-minimax/{__version__}",
    }
    if not isinstance(extra, Mapping | None):
        raise InvalidRequest("extra_headers", "it must be an object.")
    for name, value in (extra or {}).items():
        if not isinstance(value, str | int | float) or not _HEADER.fullmatch(f"{name}: {value}"):
            raise InvalidRequest("extra_headers", "a name or a value in it is not allowed in an HTTP header.")
        if name.lower() not in _OWN_HEADERS:
            headers[name.lower()] = str(value)
    return headers
