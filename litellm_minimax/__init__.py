"""MiniMax models for LiteLLM, and hybrid models in which one model reasons and another writes the code.

Importing the package registers everything:

    import litellm, litellm_minimax
    litellm.completion("minimax/MiniMax-M2", messages=[{"role": "user", "content": "Hello!"}])
"""

from __future__ import annotations

from litellm_minimax.__about__ import __version__
from litellm_minimax.chat.handler import MinimaxLLM
from litellm_minimax.hybrid.handler import HybridLLM
from litellm_minimax.seams.proxy_hooks import proxy_hooks
from litellm_minimax.seams.registration import HYBRID, MINIMAX, MINIMAX_PLUGIN
from litellm_minimax.seams.registration import register as _register

minimax_llm = MinimaxLLM()
hybrid_llm = HybridLLM()


def register() -> None:
    """Register the providers ``minimax``, ``minimax-plugin`` and ``hybrid`` with LiteLLM, again if need be.

    Raises:
        ImportError: this LiteLLM is not supported; the text says what to do.
    """
    _register({MINIMAX: minimax_llm, MINIMAX_PLUGIN: minimax_llm, HYBRID: hybrid_llm})


register()

__all__ = ["__version__", "hybrid_llm", "minimax_llm", "proxy_hooks", "register"]
