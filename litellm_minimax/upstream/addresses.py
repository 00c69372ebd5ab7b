"""Turns every form of base URL in use into the root of its server.

People put a bare host, ``…/v1``, a whole chat URL or an Anthropic URL into ``MINIMAX_API_BASE``, because LiteLLM's
own documentation shows several of them for the same variable. All mean the same server, so all work.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from litellm_minimax.wire.faults import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

REGION_ROOTS: Mapping[str, str] = {
    "global": "https://api.minimax.io",
    "cn": "https://api.minimaxi.com",
}
"""Keys are bound to their region: the host of the other region answers 401."""

_MINIMAX_DOMAINS = ("minimax.io", "minimaxi.com", "minimax.cn", "minimax.chat")

# Longest first: what a user may have left after the root.
_KNOWN_TAILS = (
    "/anthropic/v1/messages",
    "/anthropic/v1",
    "/anthropic",
    "/v1/text/chatcompletion_v2",
    "/v1/chat/completions",
    "/chat/completions",
    "/v1/messages",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/image_generation",
    "/v1/embeddings",
    "/v1",
)


@dataclass(frozen=True, slots=True)
class Address:
    """The root of one server, without a trailing slash, such as ``https://api.minimax.io``."""

    root: str

    @property
    def chat(self) -> str:
        """The URL for OpenAI-shaped chat."""
        return f"{self.root}/v1/chat/completions"

    @property
    def anthropic_messages(self) -> str:
        """The URL for Anthropic-shaped messages."""
        return f"{self.root}/anthropic/v1/messages"

    @property
    def models(self) -> str:
        """The URL of the list of models."""
        return f"{self.root}/v1/models"

    @property
    def embeddings(self) -> str:
        """The URL for embeddings."""
        return f"{self.root}/v1/embeddings"

    @property
    def quota(self) -> tuple[str, str]:
        """The URLs for what a plan has left: the current one, and its older name."""
        return f"{self.root}/v1/token_plan/remains", f"{self.root}/v1/coding_plan/remains"

    def images(self, path: str) -> str:
        """Return the URL of one of the image endpoints."""
        return f"{self.root}/v1/{path}"

    @property
    def host(self) -> str:
        """The host name, without the port."""
        return urlsplit(self.root).hostname or ""

    @property
    def is_minimax(self) -> bool:
        """Whether MiniMax itself runs this server; otherwise it hosts the open weights."""
        return any(self.host == domain or self.host.endswith("." + domain) for domain in _MINIMAX_DOMAINS)

    @property
    def other_region(self) -> str | None:
        """The host of the other region, if this is one of MiniMax's own."""
        if not self.is_minimax:
            return None
        other = "global" if self.host.endswith((".minimaxi.com", ".minimax.cn")) else "cn"
        return urlsplit(REGION_ROOTS[other]).hostname


def parse(base: str) -> Address:
    """Turn any form of base URL into the root of its server; a path prefix before ``/v1`` is kept.

    >>> parse("https://api.minimax.io/anthropic/v1/messages").chat
    'https://api.minimax.io/v1/chat/completions'
    >>> parse("http://gpu-7:8000/llm/v1/").chat
    'http://gpu-7:8000/llm/v1/chat/completions'

    Raises:
        InvalidRequest: the text is not an http(s) URL, or has a query, a fragment or credentials.
    """
    text = base.strip()
    if "://" not in text:
        text = "https://" + text
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise _bad_base("is not a URL") from error
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise _bad_base("is not an http or https URL")
    if parts.username or parts.password:
        raise _bad_base("carries credentials")
    if parts.query or parts.fragment:
        raise _bad_base("carries a query or a fragment")
    path = parts.path.rstrip("/")
    for tail in _KNOWN_TAILS:
        if path.endswith(tail):
            path = path[: -len(tail)].rstrip("/")
            break
    return Address(f"{parts.scheme.lower()}://{parts.netloc}{path}")


def resolve(api_base: str | None, environment: Mapping[str, str]) -> Address:
    """Return the server to call: the given base, else ``MINIMAX_API_BASE``, else the host of ``MINIMAX_REGION``.

    Raises:
        InvalidRequest: the base is not a usable URL, or the region is not ``global`` or ``cn``.
    """
    base = api_base or environment.get("MINIMAX_API_BASE")
    if base:
        return parse(base)
    region = environment.get("MINIMAX_REGION", "").strip().lower() or "global"
    if region in REGION_ROOTS:
        return Address(REGION_ROOTS[region])
    raise InvalidRequest("MINIMAX_REGION", "must be 'global' or 'cn'.", "Unset it to use the international host.")


def _bad_base(problem: str) -> InvalidRequest:
    # The base itself is not repeated, because it may hold a misplaced key.
    return InvalidRequest(
        "api_base",
        f"{problem}.",
        "Give it as https://api.minimax.io, or as your own server's http(s)://host:port/v1.",
    )
