"""The handler that LiteLLM calls for embeddings: it sends the requests one after another and joins the vectors.

If one request fails the whole call fails, because a list with missing vectors is of no use. The requests are sent one
after another because MiniMax's rate limit for embeddings is low. A refusal is raised as ``RateLimitError`` and not
retried here, because retries are the job of LiteLLM and its Router.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from litellm import CustomLLM

from litellm_minimax import catalog
from litellm_minimax.upstream import addresses, transport
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import to_litellm
from litellm_minimax.upstream.headers import api_key, request_headers
from litellm_minimax.upstream.transport import Post, Timeouts
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.wire.embeddings.answer import EmbeddingAnswer, read_answer
from litellm_minimax.wire.embeddings.request import Part, build_request
from litellm_minimax.wire.faults import InvalidRequest, WireFault
from litellm_minimax.wire.incoming.errors_told import parse_error_body
from litellm_minimax.wire.json_text import dumps

if TYPE_CHECKING:
    from litellm.types.utils import EmbeddingResponse


class _Call:
    """One embedding call from LiteLLM, unpacked and checked; nothing has been sent yet."""

    def __init__(self, kwargs: Mapping[str, Any]) -> None:
        self._kwargs = kwargs
        self.model = catalog.embedding_id(str(kwargs["model"]))
        litellm_params: Mapping[str, Any] = kwargs.get("litellm_params") or {}
        self._tls_verify = litellm_params.get("ssl_verify")
        self.context = CallContext(self.model, litellm_params.get("custom_llm_provider") or "minimax")
        try:
            address = addresses.resolve(kwargs.get("api_base"), os.environ)
            self.context = replace(self.context, address=address)
            parameters = dict(kwargs.get("optional_params") or {})
            extra_headers = parameters.pop("extra_headers", None) or kwargs.get("headers")
            extra_body = parameters.pop("extra_body", None)
            if not isinstance(extra_body, Mapping | None):
                raise InvalidRequest("extra_body", "it must be an object.")
            parameters |= extra_body or {}
            if catalog.find(self.model) is not None or catalog.image_facts(self.model) is not None:
                known = ", ".join(facts.id for facts in catalog.EMBEDDINGS)
                raise InvalidRequest("model", f"{self.model} makes no embeddings.", f"This does: {known}.")
            self.request = build_request(self.model, kwargs["input"], parameters)
            self._url = address.embeddings
            self._headers = request_headers(
                api_key(kwargs.get("api_key"), self.context), extra_headers, streaming=False
            )
        except WireFault as fault:
            raise to_litellm(fault, self.context) from fault
        self._tell()

    def _tell(self) -> None:
        """Show LiteLLM's loggers the first request, without the key."""
        logging_obj = self._kwargs.get("logging_obj")
        if logging_obj is not None:
            logging_obj.pre_call(
                input=self._kwargs["input"],
                api_key="",
                additional_args={
                    "complete_input_dict": self.request.parts[0].body,
                    "api_base": self._url,
                    "headers": {name: value for name, value in self._headers.items() if name != "authorization"},
                },
            )

    def post(self, part: Part) -> Post:
        """Return the request for one part; LiteLLM's timeout applies to each."""
        return Post(
            url=self._url,
            headers=self._headers,
            body=dumps(part.body),
            timeouts=Timeouts.of(self._kwargs.get("timeout"), streaming=False),
            tls_verify=self._tls_verify,
        )

    def read(self, part: Part, status: int, headers: Mapping[str, str], body: bytes) -> EmbeddingAnswer:
        """Return the vectors of one part."""
        trace = headers.get("trace-id")
        if status >= 300:
            raise parse_error_body(status, body, trace)
        return read_answer(body, part, self.request.encoding, trace)

    def joined(self, answers: list[EmbeddingAnswer]) -> EmbeddingResponse:
        """Return all parts as LiteLLM's response, in the order of the texts."""
        from litellm.types.utils import Usage

        vectors = [vector for answer in answers for vector in answer.vectors]
        tokens = sum(answer.tokens for answer in answers)
        response: EmbeddingResponse = self._kwargs["model_response"]
        response.object = "list"
        response.model = self.model
        response.data = [
            {"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)
        ]
        response.usage = Usage(prompt_tokens=tokens, completion_tokens=0, total_tokens=tokens)
        return response


class EmbeddingLLM(CustomLLM):
    """MiniMax's embeddings for LiteLLM. Stateless, like the chat handler."""

    def embedding(self, **kwargs: Any) -> EmbeddingResponse:
        """Return the vectors of one or more texts, blocking. Raises only LiteLLM's exceptions."""
        call = _Call(kwargs)
        answers: list[EmbeddingAnswer] = []
        try:
            for part in call.request.parts:
                answer = transport.post(call.post(part), kwargs.get("client"))
                body = answer.whole() if answer.status < 300 else answer.beginning()
                answers.append(call.read(part, answer.status, answer.headers, body))
        except (WireFault, TransportFault) as fault:
            raise to_litellm(fault, call.context) from fault
        return call.joined(answers)

    async def aembedding(self, **kwargs: Any) -> EmbeddingResponse:
        """Do the same as :meth:`embedding`, asynchronously."""
        call = _Call(kwargs)
        answers: list[EmbeddingAnswer] = []
        try:
            for part in call.request.parts:
                answer = await transport.apost(call.post(part), kwargs.get("client"))
                body = await (answer.whole() if answer.status < 300 else answer.beginning())
                answers.append(call.read(part, answer.status, answer.headers, body))
        except (WireFault, TransportFault) as fault:
            raise to_litellm(fault, call.context) from fault
        return call.joined(answers)
