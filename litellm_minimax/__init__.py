"""MiniMax models for LiteLLM, and hybrid models, in which one model reasons and another writes the code.

Importing the package registers everything:

    import litellm, litellm_minimax
    litellm.completion("minimax/MiniMax-M2", messages=[{"role": "user", "content": "Hello!"}])

The order of the two imports does not matter, and this one alone does not import LiteLLM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from litellm_minimax.__about__ import __version__
from litellm_minimax.arrival import when_litellm_arrives

__all__ = ["__version__", "hybrid_llm", "minimax_llm", "proxy_hooks", "register"]

if TYPE_CHECKING:
    from litellm_minimax.chat.handler import MinimaxLLM
    from litellm_minimax.hybrid.handler import HybridLLM
    from litellm_minimax.seams.proxy_hooks import ProxyHooks

    minimax_llm: MinimaxLLM
    hybrid_llm: HybridLLM
    proxy_hooks: ProxyHooks


def register() -> None:
    """Register the providers ``minimax``, ``minimax-plugin`` and ``hybrid`` with LiteLLM. Safe to call again.

    Raises:
        ImportError: this LiteLLM is not supported; the message says what to do.
    """
    from litellm_minimax.seams import providers

    providers.register()


def __getattr__(name: str) -> object:
    """Return the handlers and the proxy's hooks. They are made on first use, because they need LiteLLM."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from litellm_minimax.seams import providers

    if name == "proxy_hooks":
        from litellm_minimax.seams import proxy_hooks

        return proxy_hooks.proxy_hooks
    return providers.hybrid_llm() if name == "hybrid_llm" else providers.minimax_llm


when_litellm_arrives(register)
