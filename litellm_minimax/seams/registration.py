"""Putting our handlers into LiteLLM, and claiming the provider name ``minimax``. The only reach into private names.

Why a claim: LiteLLM has a built-in provider called ``minimax`` that its dispatch tries before any custom handler. A
handler that is only listed in ``litellm.custom_provider_map`` under that name is silently never called (seen on
1.80.12 to 1.110.2). So, in ``litellm.main``:

* ``_complete_minimax`` points at ``_complete_custom_providers``, which finds our handler by its provider name;
* ``_complete_custom_providers`` opens one of our async streams before it hands it over, so that an error which comes
  instead of the first byte keeps its HTTP status on every door (``/v1/messages`` has sent 200 otherwise);
* ``get_optional_params`` gives ``minimax-plugin/`` the rules of ``minimax/`` and lets ``hybrid/`` pass what its
  executor may know (the execution call applies the executor's own rules).

Further, ``litellm.MinimaxChatConfig`` lists the parameters we support, so that ``UnsupportedParamsError`` and
``drop_params`` are LiteLLM's own, and the built-in Anthropic pass-through is repaired (``pass_through.py``).

Everything is checked after it was done. A LiteLLM that has moved these names makes the import fail with
:class:`ClaimError`, because the alternative is that calls silently go to the built-in provider.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Coroutine, Mapping
from importlib import metadata
from types import CodeType
from typing import TYPE_CHECKING, Any

from litellm_minimax import catalog
from litellm_minimax.observability import metrics
from litellm_minimax.seams import claim_media
from litellm_minimax.upstream.errors import CallContext, several_choices
from litellm_minimax.wire.outgoing.parameters import supported_openai_params

if TYPE_CHECKING:
    from litellm import CustomLLM

MINIMAX = "minimax"
MINIMAX_PLUGIN = "minimax-plugin"
HYBRID = "hybrid"

KNOWN_BAD_RELEASES = ("1.82.7", "1.82.8", "1.107.")
"""Releases of LiteLLM that were published with malicious code; the last is a prefix."""
SUPPORTED = "1.94.3 to 1.110.2"

_HYBRID_PARAMS = (
    "reasoning_effort", "thinking", "verbosity", "user", "parallel_tool_calls", "service_tier", "prediction",
    "web_search_options", "modalities", "audio", "logit_bias", "logprobs", "top_logprobs", "seed", "store",
    "safety_identifier", "prompt_cache_key", "functions", "function_call", "max_completion_tokens",
)  # fmt: skip
_MARK = "__litellm_minimax_original__"


class ClaimError(ImportError):
    """This LiteLLM can't be served by this package, or must not be."""


def register(handlers: Mapping[str, CustomLLM]) -> None:
    """Register ``handlers`` (provider name → handler) with LiteLLM; does nothing that is already done.

    Safe to repeat after something replaced ``litellm.custom_provider_map``, as the proxy does.

    Raises:
        ClaimError: this LiteLLM is known to be malicious, or has moved what the claim needs.
    """
    release = _litellm_release()
    _refuse_known_bad(release)
    _list_providers(handlers)
    _register_models()
    metrics.expose()
    if os.environ.get("MINIMAX_CLAIM", "").strip().lower() == "off":
        return
    try:
        _claim_dispatch()
        _claim_parameters()
        claim_media.claim()
        from litellm_minimax.messages import pass_through

        pass_through.repair()
    except (AttributeError, ImportError) as error:
        raise _moved(release, str(error)) from error
    _check_claim(release)


def is_claimed() -> bool:
    """Whether ``minimax/`` calls reach our handler in this process."""
    import litellm

    main = litellm.main
    return (
        hasattr(getattr(main, "_complete_minimax", None), _MARK)
        and hasattr(getattr(main, "_complete_custom_providers", None), _MARK)
        and any(item["provider"] == MINIMAX for item in litellm.custom_provider_map)
    )


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
    if MINIMAX not in litellm._custom_providers:
        # Newer releases warn that a built-in provider of this name will win, when they add the name themselves. It
        # will not (see above), so the name is there before they look.
        litellm._custom_providers.append(MINIMAX)
    litellm.utils.custom_llm_setup()


def _claim_dispatch() -> None:
    import litellm

    main = litellm.main
    if not hasattr(main._complete_custom_providers, _MARK):
        main._complete_custom_providers = _opening_dispatch(main._complete_custom_providers)
    if not hasattr(main._complete_minimax, _MARK):
        original = main._complete_minimax

        @functools.wraps(original)
        def complete_minimax(ctx: Any) -> Any:
            return main._complete_custom_providers(ctx)

        setattr(complete_minimax, _MARK, original)
        main._complete_minimax = complete_minimax


def _opening_dispatch(original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(original)
    def complete_custom_providers(ctx: Any) -> Any:
        response = original(ctx)
        if ctx.acompletion and ctx.stream and ctx.custom_llm_provider in {MINIMAX, MINIMAX_PLUGIN, HYBRID}:
            return _opened(response)
        return response

    setattr(complete_custom_providers, _MARK, original)
    return complete_custom_providers


def _opened(wrapper: Any) -> Coroutine[Any, Any, Any]:
    """``litellm.acompletion`` awaits a coroutine that its dispatch returns: the place to open the upstream."""

    async def open_upstream() -> Any:
        stream = wrapper.completion_stream
        # A hybrid answers under the name that the client typed; LiteLLM would name its last chunk without the prefix.
        wrapper._cached_model_name = getattr(stream, "model", None) or wrapper._cached_model_name
        if hasattr(stream, "open"):  # not a stream of a handler that somebody put under our name
            try:
                await stream.open()
            except BaseException:
                await stream.aclose()
                raise
        return wrapper

    return open_upstream()


def _claim_parameters() -> None:
    import litellm

    if not hasattr(litellm.MinimaxChatConfig, _MARK):
        litellm.MinimaxChatConfig = _chat_config(litellm.MinimaxChatConfig)
    main = litellm.main
    if not hasattr(main.get_optional_params, _MARK):
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

    setattr(MinimaxChatConfig, _MARK, built_in)
    return MinimaxChatConfig


def _several(choices: object, model: str, *, drop: bool) -> bool:
    """LiteLLM refuses parameters by name only; of ``n`` it is the value that MiniMax can't do."""
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

    setattr(get_optional_params, _MARK, original)
    return get_optional_params


def _check_claim(release: str) -> None:
    """The names exist; does LiteLLM's ``completion`` still go through them?"""
    import litellm

    completion: Any = litellm.main.completion
    while hasattr(completion, "__wrapped__"):
        completion = completion.__wrapped__
    used = _global_names(completion.__code__)
    missing = {"_complete_minimax", "_complete_custom_providers", "get_optional_params"} - used
    if missing or not is_claimed():
        raise _moved(release, f"completion() no longer uses {', '.join(sorted(missing))}")


def _global_names(code: CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _global_names(constant)
    return names


def _moved(release: str, detail: str) -> ClaimError:
    return ClaimError(
        f"litellm-minimax can't claim the provider name 'minimax' on LiteLLM {release}: {detail}. Without the claim "
        f"LiteLLM's built-in provider would silently answer instead. Two ways out: install a supported LiteLLM "
        f"({SUPPORTED}); or set MINIMAX_CLAIM=off and call the same models as minimax-plugin/<model>."
    )


def _register_models() -> None:
    import litellm

    entries = {
        f"{provider}/{name}": _model_info(facts, provider)
        for facts in catalog.MODELS
        for provider in (MINIMAX, MINIMAX_PLUGIN)
        for name in (facts.id, *facts.nicknames)
    } | claim_media.model_infos()
    missing = {key: entry for key, entry in entries.items() if not _holds(litellm.model_cost.get(key), entry)}
    for key, entry in missing.items():
        # register_model() first looks for what LiteLLM knows of a model, and for a name that is not there it goes
        # through all of its 3,000 models each time: half of what this package would add to the import.
        litellm.model_cost.setdefault(key, dict(entry))
    if missing:
        litellm.register_model(missing)
    # What `/v1/models` lists for `minimax/*`; the same set stands behind `litellm.models_by_provider`.
    litellm.minimax_models.update(f"{MINIMAX}/{facts.id}" for facts in catalog.MODELS)


def _holds(known: Mapping[str, Any] | None, entry: Mapping[str, Any]) -> bool:
    return known is not None and all(known.get(key) == value for key, value in entry.items())


def _model_info(facts: catalog.ModelFacts, provider: str) -> dict[str, Any]:
    info: dict[str, Any] = {
        "litellm_provider": provider,
        "mode": "chat",
        "max_tokens": facts.max_output,
        "max_input_tokens": facts.context,
        "max_output_tokens": facts.max_output,
        "supports_system_messages": True,
        "supports_function_calling": facts.tools,
        "supports_parallel_function_calling": facts.tools,
        "supports_tool_choice": facts.tools,
        "supports_response_schema": True,
        "supports_reasoning": facts.reasons,
        "supports_vision": facts.images,
        "supports_video_input": facts.video,
        "supports_prompt_caching": facts.price is not None and facts.price.cache_read is not None,
        "supports_native_streaming": True,
        "source": facts.source,
    }
    if facts.price:
        info |= _prices(facts.price, "")
    else:
        # Older releases warn at every import about a model without cache prices.
        info |= {"cache_read_input_token_cost": 0.0, "cache_creation_input_token_cost": 0.0}
    if facts.long_context_price and facts.long_context_from:
        info |= _prices(facts.long_context_price, f"_above_{facts.long_context_from // 1000}k_tokens")
    return info


def _prices(price: catalog.Price, suffix: str) -> dict[str, float]:
    """LiteLLM's cost keys, in dollars per token; where no cache price is published, cached tokens cost full price."""
    per_token = 1e-6
    return {
        f"input_cost_per_token{suffix}": price.input * per_token,
        f"output_cost_per_token{suffix}": price.output * per_token,
        f"cache_read_input_token_cost{suffix}": (price.cache_read or price.input) * per_token,
        f"cache_creation_input_token_cost{suffix}": (price.cache_write or price.input) * per_token,
    }
