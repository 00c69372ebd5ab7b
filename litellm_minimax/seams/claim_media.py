"""The claim for LiteLLM's other endpoints: parameters that its own rules refuse or drop reach our handler.

LiteLLM refuses ``encoding_format``, ``dimensions`` and ``user`` for a provider without an embeddings config, and every
OpenAI SDK sends ``encoding_format: "base64"`` by itself, so each would get a 400. From an image call it silently drops
``n``, ``size``, ``response_format`` and others before a custom handler is asked, so ``n=4`` would make one image.
Everything is checked after it was done, as in ``registration.py``.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from litellm_minimax.images import CLAIMED
from litellm_minimax.seams.claim_chat import MINIMAX, MINIMAX_PLUGIN
from litellm_minimax.seams.wrapped import MARK, innermost

_PROVIDERS = (MINIMAX, MINIMAX_PLUGIN)
_EMBEDDING_PARAMS = ("encoding_format", "dimensions", "user", "extra_body")
_IMAGE_PARAMS = ("n", "size", "response_format", "quality", "style", "user", "extra_body")
_EDIT_PARAMS = ("n", "size", "response_format", "quality", "user", "mask", "extra_headers", "extra_body", "drop_params")
_WRAPPED = "original_function"
"""The name that LiteLLM's ``client`` decorator gives to the function inside it."""


def claim() -> None:
    """Wrap the places where LiteLLM's ``embedding``, ``image_generation`` and ``image_edit`` lose parameters.

    Parts that are in place already are left alone.

    Raises:
        AttributeError: this LiteLLM has moved it.
    """
    import litellm

    main, images = litellm.main, litellm.images.main
    _wrap(main, "get_optional_params_embeddings", _EMBEDDING_PARAMS, of=main.embedding)
    _wrap(images, "get_optional_params_image_gen", _IMAGE_PARAMS, of=images.image_generation)
    for name in ("image_edit", "aimage_edit"):  # older releases lose some in the latter already
        _claim_edits(name, getattr(images, name))
    if "_custom_providers" not in innermost(images.image_edit).__code__.co_names:
        raise AttributeError("image_edit() no longer asks custom handlers")


def _wrap(module: Any, name: str, parameters: tuple[str, ...], of: Callable[..., Any]) -> None:
    if not hasattr(getattr(module, name), MARK):
        setattr(module, name, _with_our_rules(getattr(module, name), parameters))
    if name not in innermost(of).__code__.co_names:
        raise AttributeError(f"{of.__name__}() no longer uses {name}")


def _claim_edits(name: str, edits: Any) -> None:
    """Wrap ``image_edit`` itself: LiteLLM passes a custom handler only the parameters that it has no name for.

    The function is reached by several names, some of which were bound before this runs. All of them are one function
    that a decorator made, so the function inside the decorator is replaced.
    """
    free = edits.__code__.co_freevars
    if _WRAPPED not in free:
        raise AttributeError(f"{name}() no longer holds {_WRAPPED}")
    cell = edits.__closure__[free.index(_WRAPPED)]
    original = cell.cell_contents
    if hasattr(original, MARK):
        return
    known = inspect.signature(original).parameters
    if missing := {"model", "custom_llm_provider", *_EDIT_PARAMS} - {"drop_params"} - set(known):
        raise AttributeError(f"{name}() no longer takes {', '.join(sorted(missing))}")
    cell.cell_contents = _carrying(original)


def _carrying(original: Callable[..., Any]) -> Callable[..., Any]:
    names = list(inspect.signature(original).parameters)

    @functools.wraps(original)
    def image_edit(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip(names, args, strict=False)) | kwargs
        provider = given.get("custom_llm_provider") or str(given.get("model")).partition("/")[0]
        if provider in _PROVIDERS:
            told = {name: given[name] for name in _EDIT_PARAMS if given.get(name) is not None}
            told = _without(told, given.get("additional_drop_params"))
            before = kwargs.get(CLAIMED)  # aimage_edit() calls image_edit()
            told |= {"custom_llm_provider": provider}
            kwargs[CLAIMED] = {**before, **told} if isinstance(before, Mapping) else told
        return original(*args, **kwargs)

    setattr(image_edit, MARK, original)
    return image_edit


def _without(told: dict[str, Any], dropped: Any) -> dict[str, Any]:
    """Apply ``additional_drop_params``, LiteLLM's rule for what an operator wants dropped by name."""
    names = dropped if isinstance(dropped, list | tuple) else ()
    return {name: value for name, value in told.items() if name not in names}


def _with_our_rules(
    original: Callable[..., dict[str, Any]], parameters: tuple[str, ...]
) -> Callable[..., dict[str, Any]]:
    """Wrap ``original`` so that our providers' ``parameters`` bypass it unchanged: the handler has its own rules."""

    @functools.wraps(original)
    def get_optional_params(*args: Any, **kwargs: Any) -> dict[str, Any]:
        if kwargs.get("custom_llm_provider") not in _PROVIDERS:
            return original(*args, **kwargs)
        ours = {name: kwargs.pop(name) for name in parameters if kwargs.get(name) is not None}
        ours = _without(ours, kwargs.get("additional_drop_params"))
        if kwargs.get("drop_params") is True and parameters is _IMAGE_PARAMS:
            ours["drop_params"] = True
        return original(*args, **kwargs) | ours

    setattr(get_optional_params, MARK, original)
    return get_optional_params
