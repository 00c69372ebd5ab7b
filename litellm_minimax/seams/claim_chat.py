"""Claims the provider name ``minimax`` for chat: changes LiteLLM's dispatch and parameter rules so that we answer.

LiteLLM has a built-in provider called ``minimax``, which its dispatch tries before any custom handler. A handler that
is only listed in ``litellm.custom_provider_map`` under that name is silently never called (seen on 1.80.12 to
1.110.2). So, in ``litellm.main``:

* ``_complete_minimax`` points at ``_complete_custom_providers``, which finds our handler by its provider name;
* ``_complete_custom_providers`` opens our async streams before it returns them, so that an error that comes instead of
  the first byte keeps its HTTP status on every endpoint (without this, ``/v1/messages`` sends 200), and gives our
  streams a list of chunks that stays short;
* ``get_optional_params`` gives ``minimax-plugin/`` the rules of ``minimax/``, and lets ``hybrid/`` pass on what its
  executor may accept (the execution call applies the executor's own rules).

In addition, ``litellm.MinimaxChatConfig`` lists the parameters we support, so that ``UnsupportedParamsError`` and
``drop_params`` are LiteLLM's own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from types import CodeType
from typing import Any

from litellm_minimax import catalog
from litellm_minimax.kept_chunks import KeptChunks
from litellm_minimax.seams.wrapped import MARK, innermost
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import several_choices
from litellm_minimax.wire.outgoing.parameters import supported_openai_params

MINIMAX = "minimax"
MINIMAX_PLUGIN = "minimax-plugin"
HYBRID = "hybrid"
PROVIDERS = frozenset({MINIMAX, MINIMAX_PLUGIN, HYBRID})
"""The providers that this package serves."""

_HYBRID_PARAMS = (
    "reasoning_effort", "thinking", "verbosity", "user", "parallel_tool_calls", "service_tier", "prediction",
    "web_search_options", "modalities", "audio", "logit_bias", "logprobs", "top_logprobs", "seed", "store",
    "safety_identifier", "prompt_cache_key", "functions", "function_call", "max_completion_tokens",
)  # fmt: skip


def claim() -> None:
    """Apply the claim; parts that are in place already are left alone.

    Raises:
        AttributeError: LiteLLM has moved a name.
    """
    _claim_dispatch()
    _claim_parameters()


def is_claimed() -> bool:
    """Whether ``minimax/`` calls reach our handler in this process."""
    import litellm

    main = litellm.main
    return (
        hasattr(getattr(main, "_complete_minimax", None), MARK)
        and hasattr(getattr(main, "_complete_custom_providers", None), MARK)
        and any(item["provider"] == MINIMAX for item in litellm.custom_provider_map)
    )


def unused_names() -> set[str]:
    """Return the names claimed here that LiteLLM's ``completion`` no longer uses."""
    import litellm

    completion = innermost(litellm.main.completion)
    return {"_complete_minimax", "_complete_custom_providers", "get_optional_params"} - _global_names(
        completion.__code__
    )


def _global_names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _global_names(constant)
    return names


def _claim_dispatch() -> None:
    import litellm

    main = litellm.main
    if not hasattr(main._complete_custom_providers, MARK):
        main._complete_custom_providers = _opening_dispatch(main._complete_custom_providers)
    if not hasattr(main._complete_minimax, MARK):
        original = main._complete_minimax

        @functools.wraps(original)
        def complete_minimax(ctx: Any) -> Any:
            return main._complete_custom_providers(ctx)

        setattr(complete_minimax, MARK, original)
        main._complete_minimax = complete_minimax


def _opening_dispatch(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(original)
    def complete_custom_providers(ctx: Any) -> Any:
        response = original(ctx)
        if not ctx.stream or ctx.custom_llm_provider not in PROVIDERS:
            return response
        if hasattr(response, "chunks"):  # false for another handler registered under our name
            response.chunks = KeptChunks()
        return _opened(response) if ctx.acompletion else response

    setattr(complete_custom_providers, MARK, original)
    return complete_custom_providers


def _opened(wrapper: Any) -> Coroutine[Any, Any, Any]:
    """Return a coroutine that opens the upstream; ``litellm.acompletion`` awaits what its dispatch returns."""

    async def open_upstream() -> Any:
        stream = wrapper.completion_stream
        # A hybrid answers under the name that the client sent; LiteLLM would name its last chunk without the prefix.
        wrapper._cached_model_name = getattr(stream, "model", None) or wrapper._cached_model_name
        if hasattr(stream, "open"):  # false for another handler registered under our name
            try:
                await stream.open()
            except BaseException:
                await stream.aclose()
                raise
        if hasattr(stream, "provider_headers"):
            wrapper._hidden_params["additional_headers"] |= stream.provider_headers()
        return wrapper

    return open_upstream()


def _claim_parameters() -> None:
    import litellm

    if not hasattr(litellm.MinimaxChatConfig, MARK):
        litellm.MinimaxChatConfig = _chat_config(litellm.MinimaxChatConfig)
    main = litellm.main
    if not hasattr(main.get_optional_params, MARK):
        main.get_optional_params = _with_our_rules(main.get_optional_params)


def _chat_config(built_in: type[Any]) -> type[Any]:
    class MinimaxChatConfig(built_in):
        """LiteLLM's config for ``minimax/``, listing what this plugin supports."""

        def get_supported_openai_params(self, model: str) -> list[str]:
            return list(supported_openai_params(catalog.find(model)))

        def map_openai_params(
            self,
            non_default_params: dict[str, Any],
            optional_params: dict[str, Any],
            model: str,
            drop_params: bool,
            *_: object,
            **__: object,
        ) -> dict[str, Any]:
            supported = set(self.get_supported_openai_params(model))
            if _several(non_default_params.get("n"), model, drop=drop_params):
                supported.discard("n")
            optional_params.update({key: value for key, value in non_default_params.items() if key in supported})
            return optional_params

    setattr(MinimaxChatConfig, MARK, built_in)
    return MinimaxChatConfig


def _several(choices: object, model: str, *, drop: bool) -> bool:
    """Whether ``n`` asks for several choices: LiteLLM refuses parameters by name only, and here it is the value."""
    import litellm

    if not isinstance(choices, int) or choices <= 1:
        return False
    if not (drop or litellm.drop_params):
        raise several_choices(choices, CallContext(model))
    return True


def _with_our_rules(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    @functools.wraps(original)
    def get_optional_params(*args: Any, **kwargs: Any) -> dict[str, Any]:
        provider = kwargs.get("custom_llm_provider")
        if provider == MINIMAX_PLUGIN:
            kwargs["custom_llm_provider"] = MINIMAX
        elif provider == HYBRID:
            kwargs["allowed_openai_params"] = [*(kwargs.get("allowed_openai_params") or ()), *_HYBRID_PARAMS]
        return original(*args, **kwargs)

    setattr(get_optional_params, MARK, original)
    return get_optional_params
