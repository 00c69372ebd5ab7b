"""Sends the requests of a check, one at a time, records them, and keeps within limits of money and time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litellm_minimax import catalog
from litellm_minimax.__about__ import __version__
from litellm_minimax.upstream import transport
from litellm_minimax.upstream.error_table import ABOUT_THE_REQUEST, BY_CODE
from litellm_minimax.upstream.transport import Post, Timeouts
from litellm_minimax.upstream.transport_faults import TransportFault
from litellm_minimax.verify.exchange import Exchange, Piece, harmless, without_secrets
from litellm_minimax.verify.told import Told, object_of, told_by
from litellm_minimax.wire.faults import ProtocolFault

if TYPE_CHECKING:
    from litellm_minimax.upstream.addresses import Address

CHAT = "/v1/chat/completions"
MESSAGES = "/anthropic/v1/messages"
EMBEDDINGS = "/v1/embeddings"
_MOST_BYTES = 4 * 1024 * 1024
_HANG_UP_BYTES = 8 * 1024
HANG_UP_TOKENS = 2_048
"""Tokens counted for an answer that is cut short: what 8 KB of a stream hold, and some in transit."""
_DEAREST = catalog.Price(0.60, 2.40)
"""Dollars per million tokens for a model without a known price: the highest of the others."""


class Unsettled(Exception):
    """The check can't decide; the message says why."""


class NotServed(Unsettled):
    """This key has no such model; another one may."""


class UnknownModel(NotServed):
    """The service has no model of this name."""


@dataclass(slots=True)
class Budget:
    """The money that is left, in dollars. A request counts at its maximum until its answer shows the real cost."""

    limit: float
    spent: float = 0.0
    reserved: float = 0.0

    def reserve(self, most: float) -> None:
        """Reserve ``most``.

        Raises:
            Unsettled: there is not enough left.
        """
        if self.spent + self.reserved + most > self.limit:
            raise Unsettled(f"not asked: it may cost ${most:.4f}, and the limit is ${self.limit:.2f} (--max-cost)")
        self.reserved += most

    def settle(self, most: float, cost: float) -> None:
        """Replace the reservation by the real ``cost``."""
        self.reserved -= most
        self.spent += cost


@dataclass(slots=True)
class Asker:
    """Sends the requests of one check.

    Attributes:
        address: the server.
        key: the key.
        budget: shared by all checks.
        seconds: limit for one request, from the first byte sent to the last byte read.
        model: the model that this check is tried on.
        exchanges: requests and answers so far, in order.
    """

    address: Address
    key: str
    budget: Budget
    seconds: float = 30.0
    model: str = ""
    exchanges: list[Exchange] = field(default_factory=list)

    async def chat(self, messages: object, *, most: int = 512, hang_up: bool = False, **fields: Any) -> Told:
        """Send a request to ``/v1/chat/completions``; the answer may be an error of MiniMax's.

        Args:
            messages: the messages to send; a string is one user message.
            most: the most tokens the answer may have.
            hang_up: close the connection after the first few hundred tokens, if the whole answer is not needed.
            fields: further fields of the body; those that are ``None`` are left out.

        Raises:
            Unsettled: there was no answer that says anything about the request.
        """
        said = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        body = {"model": self.model, "messages": said, "max_completion_tokens": most, **fields}
        few = HANG_UP_TOKENS if hang_up else most
        return await self._ask(CHAT, body, {"Authorization": f"Bearer {self.key}"}, few, hang_up=hang_up)

    async def message(self, messages: object, *, most: int = 512, **fields: Any) -> Told:
        """Send a request to ``/anthropic/v1/messages``; otherwise like :meth:`chat`."""
        said = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        body = {"model": self.model, "messages": said, "max_tokens": most, **fields}
        return await self._ask(MESSAGES, body, {"Authorization": f"Bearer {self.key}"}, most)

    async def chat_with(self, key: str, messages: str) -> tuple[Told, int]:
        """Send a request with another key, which must be a wrong one; also return the HTTP status."""
        body = {"model": self.model, "messages": [{"role": "user", "content": messages}], "max_completion_tokens": 1}
        exchange = await self._exchange(CHAT, body, {"Authorization": f"Bearer {key}"}, 1)
        return told_by(exchange), exchange.status

    async def other(self, path: str, body: Mapping[str, Any], dollars: float) -> tuple[int, str, Mapping[str, Any]]:
        """Ask an endpoint that is not chat's.

        Args:
            path: the endpoint.
            body: the request, without its model.
            dollars: what it costs at most; counted as that if it succeeds.

        Returns:
            MiniMax's error code (0 for none), the error's sentence, and the answer.

        Raises:
            Unsettled: there was no answer that says anything about the request.
        """
        whole = {"model": self.model, **body}
        exchange = await self._exchange(path, whole, {"Authorization": f"Bearer {self.key}"}, 0, dollars=dollars)
        told, answer = told_by(exchange), object_of(exchange)
        _refuse_what_is_no_answer(exchange, told)
        if not told.code and answer is None:
            raise Unsettled("HTTP 200, but the body is not a JSON object")
        _refuse_what_says_nothing(told, self.model)
        return told.code, told.error, answer or {}

    @property
    def status(self) -> int:
        """The HTTP status of the last answer."""
        return self.exchanges[-1].status

    async def _ask(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str], most: int, *, hang_up: bool = False
    ) -> Told:
        exchange = await self._exchange(path, _without_none(body), headers, most, hang_up=hang_up)
        told = told_by(exchange)
        _refuse_what_is_no_answer(exchange, told)
        if not told.code and not (told.finish or told.text or told.thoughts or told.calls or told.choices):
            raise Unsettled("HTTP 200, but the body is not an answer of MiniMax's")
        _refuse_what_says_nothing(told, self.model)
        return told

    async def _exchange(
        self,
        path: str,
        body: Mapping[str, Any],
        headers: Mapping[str, str],
        most: int,
        *,
        hang_up: bool = False,
        dollars: float = 0.0,
    ) -> Exchange:
        raw = json.dumps(body, ensure_ascii=False).encode()
        reserve = dollars or cost(self.model, len(raw), most)
        self.budget.reserve(reserve)
        sent = {**headers, "Content-Type": "application/json", "User-Agent": f"litellm-minimax/{__version__} verify"}
        pieces: list[Piece] = []
        status, problem = 0, ""
        answered: Mapping[str, str] = {}
        spent = reserve
        try:
            async with asyncio.timeout(self.seconds):
                status, answered, problem = await self._post(path, raw, sent, pieces, hang_up=hang_up)
        except TimeoutError:
            problem = f"no whole answer within {self.seconds:g} s"
        finally:
            exchange = Exchange(
                path, body, harmless(sent), status, harmless(answered), without_secrets(pieces, self.key), problem
            )
            self.exchanges.append(exchange)
            spent = reserve if dollars and not told_by(exchange).code else _spent(self.model, exchange, reserve)
            self.budget.settle(reserve, spent)
        return exchange

    async def _post(
        self, path: str, raw: bytes, sent: Mapping[str, str], pieces: list[Piece], *, hang_up: bool
    ) -> tuple[int, Mapping[str, str], str]:
        began = time.monotonic()
        clocks = Timeouts(self.seconds, self.seconds, self.seconds, None)
        answer, size = None, 0
        try:
            answer = await transport.apost(Post(f"{self.address.root}{path}", sent, raw, clocks))
            async for data in answer.pieces():
                pieces.append(Piece(time.monotonic() - began, data))
                size += len(data)
                if hang_up and size > _HANG_UP_BYTES:
                    break
                if size > _MOST_BYTES:
                    return answer.status, answer.headers, f"more than {_MOST_BYTES >> 20} MB came"
        except (TransportFault, ProtocolFault) as fault:
            headers: Mapping[str, str] = answer.headers if answer is not None else {}
            return answer.status if answer is not None else 0, headers, str(fault)
        finally:
            if answer is not None:
                await answer.close()
        return answer.status, answer.headers, ""


def cost(model: str, prompt_bytes: int, answer_tokens: int) -> float:
    """Return the most that a request may cost, in dollars: a token is at least one byte of the body."""
    facts = catalog.find(model)
    price = (facts.price if facts else None) or _DEAREST
    return (prompt_bytes * price.input + answer_tokens * price.output) / 1e6


def _spent(model: str, exchange: Exchange, reserve: float) -> float:
    """Return what an exchange has cost by its usage: nothing for an error, the maximum if the answer does not say."""
    told = told_by(exchange)
    if told.code and not told.usage:
        return 0.0
    prompt = told.usage.get("prompt_tokens", told.usage.get("input_tokens"))
    answer = told.usage.get("completion_tokens", told.usage.get("output_tokens"))
    if isinstance(prompt, int) and isinstance(answer, int) and prompt >= 0 and answer >= 0:
        return cost(model, prompt, answer)
    return reserve


def _refuse_what_is_no_answer(exchange: Exchange, told: Told) -> None:
    if exchange.problem:
        raise Unsettled(exchange.problem)
    if not told.code and exchange.status != 200:
        raise Unsettled(f"HTTP {exchange.status} without an error of MiniMax's")


def _refuse_what_says_nothing(told: Told, model: str) -> None:
    """Raise for errors that are about the key, the plan or a passing state, not about the request."""
    if told.code == 2013 and "unknown model" in told.error.lower():
        raise UnknownModel(f"there is no {model} (error {told.code}: {told.error})")
    if told.code == 2061:
        raise NotServed(f"this key has no {model} (error {told.code}: {told.error})")
    if told.code < 0:
        raise Unsettled(f"an error that is not MiniMax's: {told.error}")
    if told.code in BY_CODE and told.code not in ABOUT_THE_REQUEST:
        raise Unsettled(f"error {told.code}: {told.error}")


def _without_none(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}
