"""Repairs LiteLLM's built-in Anthropic pass-through for ``minimax/`` (``/v1/messages``).

Without the repairs, the documented ``https://api.minimax.io/v1`` becomes ``/v1/v1/messages`` (404); a system message
inside ``messages``, which Claude Code sends, is a 2013; ``thinking: adaptive`` becomes ``enabled``, which M3 refuses;
an error that MiniMax sends with HTTP 200 looks like an answer.

Two places in LiteLLM are replaced. Both are found from ``MinimaxMessagesConfig``, which has not moved from 1.94.3 to
1.110.2 (the modules around it have, twice):

* methods of ``MinimaxMessagesConfig``: the URL, the key, the body, the errors, the answer, the stream;
* ``anthropic_messages_handler``, next to the class's base. There all parameters of a call are known, and the call is
  awaited, so the reasoning memory can be asked before the call, and a stream can be opened before status 200 is sent.
  From there a deployment marked ``self_hosted`` goes to our own translation, as ``minimax-plugin/``.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import inspect
import logging
import os
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from litellm_minimax import catalog
from litellm_minimax.messages import remembering
from litellm_minimax.messages.opened_stream import OpenedStream
from litellm_minimax.upstream import addresses
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import missing_key, to_litellm
from litellm_minimax.wire.anthropic.answer import error_of_message, events_of_message
from litellm_minimax.wire.anthropic.request import MessagesRequest, build_messages_request, with_system_folded
from litellm_minimax.wire.anthropic.tool_use import with_one_tool_use
from litellm_minimax.wire.anthropic.tools import with_tool_changes
from litellm_minimax.wire.events import Event
from litellm_minimax.wire.faults import WireFault
from litellm_minimax.wire.incoming.stream import parse_error_body

log = logging.getLogger("litellm_minimax.anthropic_route")

_MARK = "__litellm_minimax_original__"
_ON = frozenset({"on", "true", "1"})


@dataclass(slots=True)
class _Call:
    """What the two replaced places share about one call."""

    model: str = ""
    scope: str | None = None
    """The caller's scope in the reasoning memory; ``None`` when it is off or the model does not think."""
    one_call: bool = False
    """Pass on only the first tool use of the answer."""
    stream: OpenedStream | None = None
    answered: list[Event] = field(default_factory=list)


_current: ContextVar[_Call | None] = ContextVar("litellm_minimax_messages_call", default=None)


def repair() -> None:
    """Replace what is wrong in LiteLLM; a second call does nothing.

    Raises:
        AttributeError, ImportError: this LiteLLM has moved something that is replaced.
    """
    from litellm.llms.minimax.messages.transformation import MinimaxMessagesConfig

    for method in _METHODS:
        built_in = getattr(MinimaxMessagesConfig, method.__name__)
        if not hasattr(built_in, _MARK):
            setattr(MinimaxMessagesConfig, method.__name__, _marked(method, built_in))
    beside = MinimaxMessagesConfig.__mro__[1].__module__.removesuffix("transformation")
    module: Any = importlib.import_module(beside + "handler")
    if not hasattr(module.anthropic_messages_handler, _MARK):
        module.anthropic_messages_handler = _handler(module.anthropic_messages_handler)


def _marked(method: Callable[..., Any], built_in: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(built_in)
    def replaced(config: Any, *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(config, *args, **kwargs)
        bound.apply_defaults()
        return method(config, built_in, bound.arguments)

    signature = inspect.signature(built_in)
    setattr(replaced, _MARK, built_in)
    return replaced


# -- methods of MinimaxMessagesConfig: each gets the config, the built-in method and the call's arguments by name ------


def get_complete_url(_config: Any, _built_in: Any, given: Mapping[str, Any]) -> str:
    """Return ``<root>/anthropic/v1/messages`` for every form of base."""
    try:
        return addresses.resolve(given["api_base"], os.environ).anthropic_messages
    except WireFault as fault:
        raise to_litellm(fault, _context(given["model"])) from fault


def validate_anthropic_messages_environment(config: Any, _built_in: Any, given: Mapping[str, Any]) -> Any:
    """Return the headers with the key as MiniMax takes it, without the client's account or beta headers."""
    key = config.get_api_key(api_key=given["api_key"])
    if not key or not str(key).strip():
        raise missing_key(_context(given["model"]))
    headers = {name: value for name, value in (given["headers"] or {}).items() if name.lower() not in _OWN_HEADERS}
    headers |= {
        "authorization": f"Bearer {str(key).strip()}",
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
        # A proxy in between may hold a compressed stream back.
        "accept-encoding": "identity",
    }
    return headers, given["api_base"]


_OWN_HEADERS = frozenset({"authorization", "x-api-key", "content-type", "content-length", "host", "accept-encoding",
                          "anthropic-beta", "anthropic-version"})  # fmt: skip


def transform_anthropic_messages_request(_config: Any, _built_in: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body in the form that MiniMax accepts."""
    facts = catalog.find(given["model"])
    try:
        built = build_messages_request(
            MessagesRequest(
                model=facts.id if facts else given["model"],
                facts=facts,
                messages=given["messages"],
                parameters=given["anthropic_messages_optional_request_params"],
            )
        )
    except WireFault as fault:
        raise to_litellm(fault, _context(given["model"])) from fault
    if built.notes and log.isEnabledFor(logging.DEBUG):
        log.debug("request to %s: %s", given["model"], "; ".join(built.notes))
    if call := _current.get():
        call.one_call = built.one_call
    return built.body


def get_error_class(_config: Any, _built_in: Any, given: Mapping[str, Any]) -> Exception:
    """Return MiniMax's error as LiteLLM's exception, by the same table as for chat."""
    headers = given["headers"] or {}
    fault = parse_error_body(given["status_code"], str(given["error_message"]).encode(), headers.get("trace-id"))
    call = _current.get()
    return to_litellm(fault, _context(call.model if call else ""))


def transform_anthropic_messages_response(_config: Any, built_in: Any, given: Mapping[str, Any]) -> Any:
    """Return a whole answer; raise an error that came with HTTP 200."""
    response = given["raw_response"]
    fault = error_of_message(response.status_code, response.content, response.headers.get("trace-id"))
    if fault is not None:
        raise to_litellm(fault, _context(given["model"])) from fault
    answer = built_in(_config, model=given["model"], raw_response=response, logging_obj=given["logging_obj"])
    call = _current.get()
    if call is not None:
        if call.one_call:
            answer["content"] = with_one_tool_use(answer["content"])
        call.answered = events_of_message(answer)
    return answer


def get_async_streaming_response_iterator(config: Any, built_in: Any, given: Mapping[str, Any]) -> Any:
    """Return the stream; ``_handler`` opens it before it is passed on."""
    arguments = {name: value for name, value in given.items() if name not in ("self", "httpx_response")}
    call = _current.get() or _Call()
    call.stream = OpenedStream(
        given["httpx_response"],
        lambda response: built_in(config, httpx_response=response, **arguments),
        _context(given["model"]),
        functools.partial(remembering.keep, call.scope),
        one_call=call.one_call,
    )
    return call.stream


_METHODS = (
    get_complete_url,
    validate_anthropic_messages_environment,
    transform_anthropic_messages_request,
    get_error_class,
    transform_anthropic_messages_response,
    get_async_streaming_response_iterator,
)


# -- the handler ------------------------------------------------------------------------------------------------------


def _handler(original: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(original)

    @functools.wraps(original)
    def anthropic_messages_handler(*args: Any, **kwargs: Any) -> Any:
        given = dict(signature.bind(*args, **kwargs).arguments)
        given |= given.pop("kwargs", {})
        if _ours(given):
            given["messages"], given["tools"] = with_tool_changes(given["messages"], given.get("tools"))
        model = _minimax_model(given)
        if model is not None and _self_hosted(given):
            given |= {"model": f"minimax-plugin/{model}", "custom_llm_provider": "minimax-plugin"}
            model = None
        if model is None:
            if _ours(given):
                given["messages"], given["system"] = with_system_folded(given["messages"], given.get("system"))
            return original(**given)
        if not given.get("is_async"):
            return original(**given)
        return _answer(original, given, model)

    setattr(anthropic_messages_handler, _MARK, original)
    return anthropic_messages_handler


async def _answer(original: Callable[..., Any], given: dict[str, Any], model: str) -> Any:
    from litellm.llms.minimax.messages.transformation import MinimaxMessagesConfig

    key = MinimaxMessagesConfig.get_api_key(api_key=given.get("api_key"))
    call = _Call(model, remembering.scope_of(given, key, model))
    if call.scope:
        given["messages"] = await remembering.with_lost_reasoning(call.scope, given["messages"])
    token = _current.set(call)
    try:
        answer = original(**given)
        if asyncio.iscoroutine(answer):
            answer = await answer
        if call.stream is not None:
            await call.stream.open()
    finally:
        _current.reset(token)
    await remembering.keep(call.scope, call.answered)
    return answer


def _ours(given: Mapping[str, Any]) -> bool:
    providers = ("minimax", "minimax-plugin", "hybrid")
    return given.get("custom_llm_provider") in providers or str(given["model"]).partition("/")[0] in providers


def _minimax_model(given: Mapping[str, Any]) -> str | None:
    """Return the model without its prefix if this is a call for ``minimax/``."""
    prefix, _, name = str(given["model"]).partition("/")
    if name and prefix == "minimax":
        return name
    return str(given["model"]) if given.get("custom_llm_provider") == "minimax" else None


def _self_hosted(given: Mapping[str, Any]) -> bool:
    """Whether our own translation serves this call: an OpenAI-only server has no Anthropic endpoint."""
    switch = given.get("self_hosted")
    return str(os.environ.get("MINIMAX_SELF_HOSTED", "") if switch is None else switch).strip().lower() in _ON


def _context(model: str) -> CallContext:
    try:
        address = addresses.resolve(None, os.environ)
    except WireFault:
        address = None
    return CallContext(model, "minimax", address)
