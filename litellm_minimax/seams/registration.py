"""Registers our handlers with LiteLLM: the provider list, the claim on the name ``minimax``, and the price map.

Everything is checked after it was done. If LiteLLM has moved something that the claim needs, the import fails with
:class:`ClaimError`, because otherwise calls would silently go to the built-in provider.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import metadata
from typing import TYPE_CHECKING

from litellm_minimax.seams import (
    advisor_tool,
    cached_streams,
    claim_chat,
    claim_media,
    finalizer,
    hybrid_cost,
    price_map,
)

if TYPE_CHECKING:
    from litellm import CustomLLM

KNOWN_BAD_RELEASES = ("1.82.7", "1.82.8", "1.107.")
"""Releases of LiteLLM that were published with malicious code; the last is a prefix."""
SUPPORTED = "1.94.3 to 1.110.2"


class ClaimError(ImportError):
    """This package can't work with this LiteLLM, or must not."""


def register(handlers: Mapping[str, CustomLLM]) -> None:
    """Register ``handlers`` (provider name → handler) with LiteLLM; parts that are in place already are left alone.

    Safe to repeat after something has replaced ``litellm.custom_provider_map``, as the proxy does.

    Raises:
        ClaimError: this LiteLLM is known to be malicious, or has moved something that the claim needs.
    """
    release = _litellm_release()
    _refuse_known_bad(release)
    _list_providers(handlers)
    finalizer.disarm()
    price_map.register()
    hybrid_cost.register()
    cached_streams.complete()
    if os.environ.get("MINIMAX_CLAIM", "").strip().lower() == "off":
        return
    try:
        claim_chat.claim()
        claim_media.claim()
        from litellm_minimax.messages import pass_through

        pass_through.repair()
        advisor_tool.install()
    except (AttributeError, ImportError) as error:
        raise _moved(release, str(error)) from error
    _check_claim(release)


def _litellm_release() -> str:
    try:
        return metadata.version("litellm")
    except metadata.PackageNotFoundError:
        return "unknown"


def _refuse_known_bad(release: str) -> None:
    if any(release == bad or (bad.endswith(".") and release.startswith(bad)) for bad in KNOWN_BAD_RELEASES):
        raise ClaimError(
            f"LiteLLM {release} was published with malicious code. Remove it now, rotate every key that this machine "
            f"could read, and install a supported release ({SUPPORTED}, without 1.107.*)."
        )


def _list_providers(handlers: Mapping[str, CustomLLM]) -> None:
    import litellm

    others = [item for item in litellm.custom_provider_map if item["provider"] not in handlers]
    ours = [{"provider": name, "custom_handler": handler} for name, handler in handlers.items()]
    litellm.custom_provider_map = [*others, *ours]
    if claim_chat.MINIMAX not in litellm._custom_providers:
        # Newer releases warn that a built-in provider of this name will win, when they add the name themselves. It
        # will not (see above), so we add the name first.
        litellm._custom_providers.append(claim_chat.MINIMAX)
    litellm.utils.custom_llm_setup()


def _check_claim(release: str) -> None:
    """Check that LiteLLM's ``completion`` still uses the claimed names."""
    unused = claim_chat.unused_names()
    if unused or not claim_chat.is_claimed():
        raise _moved(release, f"completion() no longer uses {', '.join(sorted(unused))}")


def _moved(release: str, detail: str) -> ClaimError:
    return ClaimError(
        f"litellm-minimax can't claim the provider name 'minimax' on LiteLLM {release}: {detail}. Without the claim "
        f"LiteLLM's built-in provider would silently answer instead. Two ways out: install a supported LiteLLM "
        f"({SUPPORTED}); or set MINIMAX_CLAIM=off and call the same models as minimax-plugin/<model>."
    )
