"""The handlers that LiteLLM calls for images: they unpack, translate, send once, and read.

Nothing is retried here. H3-Image finishes and charges a request even if its client leaves, so a timeout or a broken
connection of such a call raises an error that LiteLLM's Router does not retry either.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import litellm
from litellm import CustomLLM
from litellm.types.utils import all_litellm_params

from litellm_minimax import catalog
from litellm_minimax.images import CLAIMED
from litellm_minimax.images.price import priced
from litellm_minimax.images.uploads import as_given
from litellm_minimax.upstream import addresses, transport
from litellm_minimax.upstream.error_table import CallContext
from litellm_minimax.upstream.errors import charged_all_the_same, to_litellm
from litellm_minimax.upstream.headers import api_key, request_headers
from litellm_minimax.upstream.transport import Post, Timeouts
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UpstreamFault, WireFault
from litellm_minimax.wire.images.answer import ImageAnswer, read_answer
from litellm_minimax.wire.images.request import build_edit, build_generation
from litellm_minimax.wire.incoming.errors_told import parse_error_body
from litellm_minimax.wire.json_text import dumps

if TYPE_CHECKING:
    from litellm.types.utils import ImageResponse

log = logging.getLogger("litellm_minimax")

SECONDS = 600.0
"""The timeout if none is set: the longest time for an image by MiniMax's documentation."""
_LITELLMS_OWN = frozenset(all_litellm_params) | {
    "drop_params", "additional_drop_params", "allowed_openai_params", "ssl_verify", "timeout", "async_call",
    "specific_deployment", "user_api_key_dict",
}  # fmt: skip
"""LiteLLM's own list, and the names missing from it (1.94.3, 1.108.7)."""
_FORM_NAMES = frozenset({"image[]", "mask[]"})
"""The oldest releases pass on a form's files under these names, too."""
_GATEWAY_GAVE_UP = frozenset({408, 499, 504})


class _Call:
    """One image call from LiteLLM, unpacked and checked; nothing has been sent yet."""

    def __init__(self, kwargs: Mapping[str, Any], *, edit: bool) -> None:
        self._kwargs = kwargs
        self._optional: dict[str, Any] = dict(kwargs.get("optional_params") or {})
        claimed = self._optional.pop(CLAIMED, None)
        self._optional |= claimed if edit and isinstance(claimed, Mapping) else {}
        name = str(kwargs["model"])
        self.context = CallContext(name, _provider(kwargs.get("logging_obj"), self._optional))
        try:
            address = addresses.resolve(kwargs.get("api_base"), os.environ)
            self.context = replace(self.context, address=address)
            self.facts = _facts(name)
            self.request = self._build(edit=edit)
            headers = request_headers(
                api_key(kwargs.get("api_key"), self.context), self._optional.get("extra_headers"), streaming=False
            )
            timeout = kwargs.get("timeout")
            self.post = Post(
                url=address.images(self.request.path),
                headers=headers,
                body=_body(self.request.body),
                timeouts=Timeouts.of(SECONDS if timeout is None else timeout, streaming=False),
                tls_verify=self._optional.get("ssl_verify"),
            )
        except WireFault as fault:
            raise to_litellm(fault, self.context) from fault
        self._tell()

    def _build(self, *, edit: bool) -> Any:
        drop = self._optional.get("drop_params") is True or litellm.drop_params is True
        given = {name: value for name, value in self._optional.items() if not _is_litellms(name)}
        if edit:
            pictures = as_given(self._kwargs.get("image"))
            return build_edit(self.facts, self._kwargs.get("prompt"), pictures, given, drop=drop)
        return build_generation(self.facts, self._kwargs.get("prompt"), given, drop=drop)

    def _tell(self) -> None:
        """Show LiteLLM's loggers the request, without the key and the images."""
        if self.request.notes:
            log.debug("%s: %s", self.facts.id, "; ".join(self.request.notes))
        logging_obj = self._kwargs.get("logging_obj")
        if logging_obj is None:
            return
        shown = {
            name: value for name, value in self.request.body.items() if name not in {"images", "subject_reference"}
        }
        logging_obj.pre_call(
            input=self._kwargs.get("prompt"),
            api_key="",
            additional_args={
                "complete_input_dict": shown,
                "api_base": self.post.url,
                "headers": {name: value for name, value in self.post.headers.items() if name != "authorization"},
            },
        )

    @property
    def most_bytes(self) -> int:
        """Most bytes to read of an answer: ten of H3-Image's largest images in base64 exceed the limit for chat."""
        return transport.MAX_STREAM_BYTES if self.facts.shape == "openai" else transport.MAX_BODY_BYTES

    @property
    def client(self) -> Any:
        """The caller's HTTP client."""
        return self._kwargs.get("client")

    def read(self, status: int, headers: Mapping[str, str], body: bytes) -> ImageResponse:
        """Return LiteLLM's response for the answer."""
        trace = headers.get("trace-id")
        if status >= 300:
            raise parse_error_body(status, body, trace)
        return self._response(read_answer(body, self.facts, self.request, trace))

    def error(self, fault: WireFault | TransportFault) -> Exception:
        """Return the exception to raise; for a model that charges for every request, one that nothing retries."""
        told = to_litellm(fault, self.context)
        return charged_all_the_same(told, self.context) if self.facts.once and _may_be_made(fault) else told

    def _response(self, answer: ImageAnswer) -> ImageResponse:
        from litellm.types.utils import ImageObject

        notes = [*self.request.notes, *answer.notes]
        if answer.failed:
            log.warning("%s: %d of %d pictures failed", self.facts.id, answer.failed, self.request.wanted)
        response: ImageResponse = self._kwargs["model_response"]
        if answer.created:
            response.created = answer.created
        response.data = [
            ImageObject(url=made.url, b64_json=made.b64_json, revised_prompt=made.revised_prompt)
            for made in answer.pictures
        ]
        told: dict[str, Any] = {"notes": notes} if notes else {}
        told |= {"failed_count": answer.failed} if answer.failed else {}
        told |= {"id": answer.id} if answer.id else {}
        sizes = [made.size for made in answer.pictures]
        told |= {"sizes": sizes} if any(sizes) else {}
        response.minimax = told  # the class allows fields beyond OpenAI's
        _count(response, answer)
        cost = answer.cost(priced(self.facts, self._kwargs.get("logging_obj")))
        if cost is not None:
            # The only way to set a cost that every supported LiteLLM keeps, whatever the unit of the price.
            response._hidden_params["response_cost"] = cost  # noqa: SLF001 - older releases have no other name for it
        return response


def _count(response: ImageResponse, answer: ImageAnswer) -> None:
    if answer.usage is None:
        return
    from litellm.types.utils import ImageUsage, ImageUsageInputTokensDetails

    tokens = answer.usage
    sent = tokens.text_in + tokens.image_in
    response.usage = ImageUsage(
        input_tokens=sent,
        input_tokens_details=ImageUsageInputTokensDetails(image_tokens=tokens.image_in, text_tokens=tokens.text_in),
        output_tokens=tokens.out,
        total_tokens=sent + tokens.out,
    )


def _facts(name: str) -> catalog.ImageFacts:
    facts = catalog.image_facts(name)
    if facts is None:
        known = ", ".join(known.id for known in catalog.IMAGES)
        raise InvalidRequest("model", f"{name[:80]} makes no pictures.", f"These do: {known}.")
    return facts


def _provider(logging_obj: Any, optional: Mapping[str, Any]) -> str:
    """Return the name by which the call came; add it to LiteLLM's log of an edit, which has none (1.94.3, 1.108.7)."""
    details = getattr(logging_obj, "model_call_details", None)
    known = details.get("custom_llm_provider") if isinstance(details, dict) else None
    provider = known or optional.get("custom_llm_provider") or "minimax"
    if isinstance(details, dict) and not known:
        details["custom_llm_provider"] = provider
    return str(provider)


def _is_litellms(name: str) -> bool:
    """Whether LiteLLM adds the parameter for itself; ``extra_headers`` are not part of the body."""
    return name in _LITELLMS_OWN | _FORM_NAMES or name.startswith(("litellm_", "_")) or name == "extra_headers"


def _body(body: Mapping[str, Any]) -> bytes:
    try:
        return dumps(dict(body))
    except (TypeError, ValueError):
        raise InvalidRequest("extra_body", "it holds something that JSON can't express.") from None


def _may_be_made(fault: WireFault | TransportFault) -> bool:
    """Whether the request may have arrived, so that images may be made and charged although the answer is lost."""
    match fault:
        case TransportFault():
            return fault.kind == "interrupted" or (fault.kind == "timeout" and fault.phase != "connect")
        case ProtocolFault():
            return True
        case UpstreamFault():
            return fault.http_status in _GATEWAY_GAVE_UP
    return False


class ImageLLM(CustomLLM):
    """MiniMax's images for LiteLLM. Stateless, like the chat handler."""

    def image_generation(self, **kwargs: Any) -> ImageResponse:
        """Make images from a text, blocking. Raises only LiteLLM's exceptions."""
        return _send(_Call(kwargs, edit=False))

    def aimage_generation(self, **kwargs: Any) -> Coroutine[Any, Any, ImageResponse]:
        """Do the same as :meth:`image_generation`, asynchronously.

        LiteLLM calls this in a thread and awaits the result in the event loop. The body, which may hold megabytes of
        images, is therefore built in the thread.
        """
        return _asend(_Call(kwargs, edit=False))

    def image_edit(self, **kwargs: Any) -> ImageResponse:
        """Make images from images and a text, blocking."""
        return _send(_Call(kwargs, edit=True))

    def aimage_edit(self, **kwargs: Any) -> Coroutine[Any, Any, ImageResponse]:
        """Do the same as :meth:`image_edit`, asynchronously; the body is built as in :meth:`aimage_generation`."""
        return _asend(_Call(kwargs, edit=True))


def _send(call: _Call) -> ImageResponse:
    try:
        answer = transport.post(call.post, call.client)
        body = answer.whole(call.most_bytes) if answer.status < 300 else answer.beginning()
        return call.read(answer.status, answer.headers, body)
    except (WireFault, TransportFault) as fault:
        raise call.error(fault) from fault


async def _asend(call: _Call) -> ImageResponse:
    try:
        answer = await transport.apost(call.post, call.client)
        body = await (answer.whole(call.most_bytes) if answer.status < 300 else answer.beginning())
        return call.read(answer.status, answer.headers, body)
    except (WireFault, TransportFault) as fault:
        raise call.error(fault) from fault
