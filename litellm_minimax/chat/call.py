"""One call from LiteLLM: its unpacked arguments, and the request built from them."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from litellm_minimax import catalog
from litellm_minimax.memory import reasoning_memory
from litellm_minimax.upstream import addresses
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import one_line, to_litellm
from litellm_minimax.upstream.headers import api_key, request_headers
from litellm_minimax.upstream.transport import Post, Timeouts
from litellm_minimax.wire.faults import InvalidRequest, WireFault
from litellm_minimax.wire.incoming.answer import AnswerReader
from litellm_minimax.wire.incoming.collector import AnswerCollector
from litellm_minimax.wire.incoming.format_check import validate
from litellm_minimax.wire.incoming.stream import parse_error_body
from litellm_minimax.wire.json_text import dumps
from litellm_minimax.wire.options import KEEP_CLOSERS, ReadOptions, Server
from litellm_minimax.wire.outgoing.request import BuiltRequest, ChatRequest, build_request
from litellm_minimax.wire.outgoing.response_format import RETRIES, read_retries
from litellm_minimax.wire.outgoing.unreturned_reasoning import MissingReasoning, turns_without_reasoning

if TYPE_CHECKING:
    from litellm_minimax.upstream.addresses import Address

log = logging.getLogger("litellm_minimax")

_warned: set[str] = set()


class Call:
    """One call from LiteLLM. Its arguments are unpacked at once; the request is built after the memory was asked."""

    def __init__(self, kwargs: Mapping[str, Any], *, streaming: bool) -> None:
        self._kwargs = kwargs
        self._streaming = streaming
        typed = str(kwargs["model"])
        self.facts = catalog.find(typed)
        self.model = self.facts.id if self.facts else typed
        self.litellm_params: Mapping[str, Any] = kwargs.get("litellm_params") or {}
        self.context = CallContext(self.model, self.litellm_params.get("custom_llm_provider") or "minimax")
        self.messages: Sequence[Mapping[str, Any]] = kwargs["messages"]
        self.client = kwargs.get("client")
        self.scope: str | None = None
        """The caller's scope in the reasoning memory; ``None`` when the memory is off."""
        self.read = ReadOptions()
        self.format_retries = 0
        """How often to ask again when a whole answer does not fit ``response_format``."""
        self._recalled: Mapping[int, str] = {}
        try:
            self.address = addresses.resolve(kwargs.get("api_base"), os.environ)
        except WireFault as fault:
            raise to_litellm(fault, self.context) from fault
        self.context = replace(self.context, address=self.address)
        self._key = api_key(kwargs.get("api_key"), self.context)
        if reasoning_memory.is_on() and (self.facts is None or self.facts.reasons):
            self.scope = reasoning_memory.scope_of(self._key, self.litellm_params)

    def _missing(self) -> list[MissingReasoning]:
        return turns_without_reasoning(self.messages) if self.scope else []

    def recall(self) -> Mapping[int, str]:
        """Return the reasoning that the client dropped, as far as it is remembered."""
        missing = self._missing()
        return reasoning_memory.recall(self.scope, missing) if missing and self.scope else {}

    async def arecall(self) -> Mapping[int, str]:
        """Do the same as :meth:`recall`, asynchronously."""
        missing = self._missing()
        return await reasoning_memory.arecall(self.scope, missing) if missing and self.scope else {}

    def prepare(self, recalled: Mapping[int, str]) -> None:
        """Build the request.

        Raises:
            InvalidRequest: the call can't be sent as it is.
        """
        self._recalled = recalled
        self._build(self.messages)

    def prepare_again(self, turns: Sequence[Mapping[str, Any]]) -> None:
        """Build the request that continues the conversation with ``turns``."""
        self._build([*self.messages, *turns])

    def _build(self, messages: Sequence[Mapping[str, Any]]) -> None:
        kwargs = self._kwargs
        parameters = dict(kwargs.get("optional_params") or {})
        self.format_retries = read_retries(parameters.pop(RETRIES, None))
        server = _server(parameters.pop("self_hosted", None), self.address)
        request = build_request(
            ChatRequest(
                model=self.model,
                facts=self.facts,
                messages=messages,
                parameters=parameters,
                stream=self._streaming,
                server=server,
                recalled=self._recalled,
            )
        )
        metadata = self.litellm_params.get("metadata") or {}
        self.read = replace(request.read, keep_closers=metadata.get(KEEP_CLOSERS) is True)
        self.post = Post(
            url=self.address.chat,
            headers=request_headers(self._key, kwargs.get("headers"), streaming=self._streaming),
            body=dumps(request.body),
            timeouts=Timeouts.of(kwargs.get("timeout"), streaming=self._streaming),
            tls_verify=self.litellm_params.get("ssl_verify"),
        )
        _tell(self.facts, request)
        _log_to_litellm(kwargs, request, self.post)

    def read_whole(self, status: int, headers: Mapping[str, str], body: bytes) -> AnswerCollector:
        """A whole answer."""
        if status >= 300:
            raise parse_error_body(status, body, headers.get("trace-id"))
        reader = AnswerReader(self.read)
        collected = AnswerCollector()
        collected.add(reader.feed(body))
        collected.add(reader.close())
        if reader.fault is not None:
            raise reader.fault
        return collected

    def format_problem(self, answer: AnswerCollector) -> str | None:
        """Return why the text of a finished answer does not fit ``response_format``; ``None`` if it does."""
        asked = self.read.response_format
        if asked is None or answer.calls or (answer.finish and answer.finish.reason != "stop"):
            return None
        return validate(answer.text, asked)

    def keep(self, answer: AnswerCollector) -> None:
        """Remember the reasoning of a finished answer."""
        if self.scope:
            reasoning_memory.keep(self.scope, answer)

    async def akeep(self, answer: AnswerCollector) -> None:
        """Do the same as :meth:`keep`, asynchronously."""
        if self.scope:
            await reasoning_memory.akeep(self.scope, answer)


def _server(switch: Any, address: Address) -> Server:
    """Return who answers there: MiniMax, somebody's own server with the open weights, or unknown."""
    text = str(os.environ.get("MINIMAX_SELF_HOSTED", "") if switch is None else switch).strip().lower()
    if text in {"on", "true", "1"}:
        return "self_hosted"
    if text in {"off", "false", "0"} or address.is_minimax:
        return "minimax"
    if text not in {"", "auto"}:
        raise InvalidRequest("self_hosted", f"{text!r} is not on, off or auto.")
    return "unknown"


def _tell(facts: catalog.ModelFacts | None, request: BuiltRequest) -> None:
    """Warn once that a model will be retired, and log at debug level what was changed in the request."""
    if facts and facts.note and facts.id not in _warned:
        _warned.add(facts.id)
        log.warning("%s: %s", facts.id, facts.note)
    if request.notes and log.isEnabledFor(logging.DEBUG):
        log.debug("%s", one_line(f"request to {request.body.get('model')}: {'; '.join(request.notes)}"))


def _log_to_litellm(kwargs: Mapping[str, Any], request: BuiltRequest, post: Post) -> None:
    """Show LiteLLM's loggers what is sent, without the key."""
    logging_obj = kwargs.get("logging_obj")
    if logging_obj is None:
        return
    logging_obj.pre_call(
        input=kwargs["messages"],
        api_key="",
        additional_args={
            "complete_input_dict": request.body,
            "api_base": post.url,
            "headers": {name: value for name, value in post.headers.items() if name != "authorization"},
        },
    )
