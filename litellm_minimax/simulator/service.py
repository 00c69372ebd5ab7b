"""From a recorded request to a reply: routes, keys, checks, the answer, and its format."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter, deque
from typing import TYPE_CHECKING, Any

from litellm_minimax.catalog import MODELS, Thinking, find
from litellm_minimax.simulator import (
    anthropic_door,
    behaviour,
    chat,
    chat_stream,
    checks,
    conversation,
    directives,
    listings,
    media,
    off_script,
    prose,
    shapes,
    usage,
)
from litellm_minimax.simulator.answers import Answer
from litellm_minimax.simulator.faults import Fault, MinimaxError, error_for, invalid
from litellm_minimax.simulator.plays import play
from litellm_minimax.simulator.quirks import Quirks
from litellm_minimax.simulator.reply import JSON_TYPE, SSE_TYPE, Exchange, Reply
from litellm_minimax.simulator.scripts import SCENARIOS, Script

if TYPE_CHECKING:
    from collections.abc import Iterable

    from litellm_minimax.simulator.faults import Family
    from litellm_minimax.simulator.records import RecordedRequest
    from litellm_minimax.simulator.replay import Replay

Scripted = Answer | Fault

_CHAT: dict[str, Family] = {
    "/v1/chat/completions": "chat", "/v1/text/chatcompletion_v2": "native", "/anthropic/v1/messages": "anthropic",
}  # fmt: skip


class Service:
    """The state behind the endpoints: scripted answers, caches, and the switches."""

    def __init__(
        self,
        quirks: Quirks,
        api_keys: Iterable[str] | None = None,
        path_prefix: str = "",
        replay: Replay | None = None,
    ) -> None:
        self.quirks = quirks
        self._replay = replay
        self.path_prefix = path_prefix.rstrip("/")
        self._keys = None if api_keys is None else frozenset(api_keys)
        self._queue: deque[Scripted] = deque()
        self._standing: list[tuple[Any, Any]] = []
        self._issued = conversation.IssuedReasoning()
        self._cache = usage.PromptCache()
        self._used: Counter[str] = Counter()

    # -- scripting ----------------------------------------------------------------------------------------------

    def enqueue(self, *scripted: Scripted) -> None:
        """Give the next valid chat requests these answers, in order."""
        for item in scripted:
            self._queue.extend([item] * max(1, item.repeat))

    def on(self, match: Any, scripted: Any) -> None:
        """Give requests that match this answer, whenever the queue is empty; the latest match wins."""
        self._standing.insert(0, (match, scripted))

    def reset(self) -> None:
        """Forget scripted answers, issued reasoning, the prompt cache and directive counts."""
        self._queue.clear()
        self._standing.clear()
        self._issued.clear()
        self._cache.clear()
        self._used.clear()

    @property
    def waiting(self) -> int:
        """How many scripted answers are still in the queue."""
        return len(self._queue)

    # -- routes -------------------------------------------------------------------------------------------------

    def reply_to(self, record: RecordedRequest) -> Reply:
        """Return the reply to any request except those under ``/simulator``."""
        if self._replay is not None:
            return self._replay.reply_to(record)
        inside = record.path.startswith(self.path_prefix)
        path = record.path.removeprefix(self.path_prefix) if inside else ""
        family = _CHAT.get(path)
        if family == "anthropic" and self.quirks.dialect != "minimax":
            family = None
        if family is not None and record.method == "POST":
            return self._chat(record, family)
        if path in media.PATHS and record.method == "POST" and self.quirks.dialect == "minimax":
            return self._media(record, path)
        if record.method == "GET":
            listed = self._listing(record, path)
            if listed is not None:
                return listed
        return Reply(404, _headers(record) | {"Content-Type": "text/plain"}, b"404 page not found")

    def _listing(self, record: RecordedRequest, path: str) -> Reply | None:
        family: Family = "anthropic" if path.startswith("/anthropic") else "chat"
        told: Any
        if path.startswith(media.PICTURES):
            return _picture(record, path)
        if path in media.QUOTA:
            told, family = media.quota(self.quirks), "native"
            if told is None:
                return self._error(record, family, error_for(2062, self.quirks))
        elif path == "/anthropic/v1/models":
            told = listings.anthropic_models()
        elif self.quirks.v1_models and path == "/v1/models":
            told = {"object": "list", "data": [listings.model(facts.id) for facts in MODELS]}
        elif self.quirks.v1_models and path.startswith("/v1/models/"):
            facts = find(path.removeprefix("/v1/models/"))
            if facts is None:
                return self._error(record, family, invalid(f"unknown model '{path.rsplit('/', 1)[-1].lower()}'"))
            told = listings.model(facts.id)
        else:
            return None
        refused = self._key_error(record)
        if refused is not None:
            return self._error(record, family, refused)
        return Reply(200, _headers(record) | {"Content-Type": JSON_TYPE}, chat.dumps(told).encode())

    # -- pictures and embeddings -------------------------------------------------------------------------------------

    def _media(self, record: RecordedRequest, path: str) -> Reply:
        family = media.PATHS[path]
        refused = self._key_error(record)
        if refused is not None:
            return self._error(record, family, refused)
        wrong = checks.syntax_error(record.raw)
        quirks, fault = self.quirks, None
        talk = conversation.read({})
        if wrong is None and isinstance(record.body, dict):
            asked = [{"role": "user", "content": media.prompt_of(path, record.body)}]
            talk = conversation.read({"model": record.body.get("model"), "messages": asked})
            try:
                orders = directives.read(talk, self._used)
                quirks, fault = orders.changed(quirks), orders.fault()
            except (ValueError, TypeError) as mistake:
                wrong = f"simulator directive: {mistake}"
        wrong = wrong or media.refusal(path, record.body, quirks)
        if wrong is not None:
            return self._error(record, family, invalid(wrong))
        exchange = Exchange(family, record, quirks, int(time.time()), record.body, talk)
        root = f"http://{record.headers.get('host', 'localhost')}{self.path_prefix}"
        told = media.answer(path, record.body, quirks, root, record.trace_id)
        reply = Reply(200, _headers(record) | {"Content-Type": JSON_TYPE}, chat.dumps(told).encode())
        scripted = fault or (self._queue.popleft() if self._queue else None)
        if isinstance(scripted, Fault):
            return play(scripted, reply, exchange)
        if scripted is not None and scripted.raw_json is not None:
            raw = scripted.raw_json
            reply.body = raw if isinstance(raw, bytes) else chat.dumps(dict(raw)).encode()
        return reply

    # -- chat ---------------------------------------------------------------------------------------------------

    def _chat(self, record: RecordedRequest, family: Family) -> Reply:
        refused = self._key_error(record)
        if refused is not None:
            return self._error(record, family, refused)
        wrong = checks.syntax_error(record.raw)
        if wrong is not None:
            return self._error(record, family, invalid(wrong))
        wrong = shapes.mismatch(record.body, shapes.ANTHROPIC if family == "anthropic" else shapes.CHAT)
        if wrong is not None:
            return self._error(record, family, invalid(wrong))
        exchange = self._exchange(record, family, record.body)
        orders = directives.Orders()
        try:
            orders = directives.read(exchange.talk, self._used)
            exchange.quirks = orders.changed(self.quirks)
            asked_fault = orders.fault()
        except (ValueError, TypeError) as mistake:
            return self._error(record, family, invalid(f"simulator directive: {mistake}"))
        refused = self._refusal(exchange)
        if refused is not None:
            return self._refuse(exchange, refused)
        self._settle(exchange)
        scripted = asked_fault or self._scripted(exchange, orders)
        fault = scripted if isinstance(scripted, Fault) else None
        answer = (fault.answer if fault else scripted) or self._made_up(exchange)
        if not isinstance(answer, Answer):
            raise TypeError(f"a scripted answer is an Answer or a Fault, not {answer!r}")
        reply = self._render(answer, exchange)
        return play(fault, reply, exchange) if fault else reply

    def _exchange(self, record: RecordedRequest, family: Family, body: dict[str, Any]) -> Exchange:
        if family == "anthropic":
            body = anthropic_door.as_chat(body)
        talk = conversation.read(body)
        return Exchange(
            family, record, self.quirks, int(time.time()), body, talk,
            stream=body.get("stream") is True,
            include_usage=(body.get("stream_options") or {}).get("include_usage") is True,
        )  # fmt: skip

    def _refusal(self, exchange: Exchange) -> MinimaxError | None:
        if exchange.quirks.dialect != "minimax":
            reason = checks.required(exchange.body, exchange.quirks)
        else:
            asked = exchange.record.body
            spoken = anthropic_door.refusal(asked, exchange.quirks) if exchange.family == "anthropic" else None
            reason = spoken or checks.refusal(exchange.body, exchange.quirks)
        if reason and reason.startswith("unknown model"):
            return dataclasses.replace(invalid(reason), status=exchange.quirks.unknown_model_status)
        return invalid(reason) if reason else None

    def _refuse(self, exchange: Exchange, wrong: MinimaxError) -> Reply:
        if exchange.stream and exchange.quirks.validation == "frame":
            reply = Reply(200, _headers(exchange.record) | {"Content-Type": SSE_TYPE}, steps=iter(()))
            fault = Fault("error", code=wrong.code, text=wrong.text, envelope="frame")
            return play(fault, reply, exchange)
        return self._error(exchange.record, exchange.family, wrong, exchange.quirks)

    def _settle(self, exchange: Exchange) -> None:
        """Set what follows from the model: its canonical id, whether it thinks, where the thinking goes."""
        facts, quirks, body = find(exchange.talk.model), exchange.quirks, exchange.body
        exchange.model = facts.id if facts and quirks.dialect == "minimax" else exchange.talk.model
        if facts and facts.status == "retired" and quirks.retired == "replaced":
            exchange.model = MODELS[0].id
        kind = facts.thinking if facts else Thinking.ALWAYS
        exchange.thinking = kind is not Thinking.NONE
        if kind is Thinking.SWITCH:
            default = quirks.anthropic_m3_thinking if exchange.family == "anthropic" else "adaptive"
            asked = (body.get("thinking") or {}).get("type")
            switched_off = body.get("reasoning") in ("disabled", {"enabled": False})
            off = (asked or default) == "disabled" or switched_off
            exchange.thinking = not off or quirks.thinking_switch == "ignored"
        by_model = kind is Thinking.EFFORT if quirks.reasoning_split_default is None else quirks.reasoning_split_default
        exchange.split = body.get("reasoning_split", by_model) is True and quirks.reasoning_split == "heeded"
        counted = self._issued.intact(exchange.talk.loop)
        exchange.record.reasoning_turns, exchange.record.reasoning_turns_intact = counted

    def _scripted(self, exchange: Exchange, orders: directives.Orders) -> Scripted | None:
        if self._queue:
            return self._queue.popleft()
        for match, scripted in self._standing:
            body = exchange.record.body
            if match(body) if callable(match) else str(match).lower() == exchange.talk.model.lower():
                made = self._from_standing(scripted, exchange)
                if made is not None:
                    return made
        scenario = SCENARIOS.get(orders.settings.get("scenario", ""))
        if scenario is not None:
            played = scenario(orders.settings).answer(exchange.talk, thinking=exchange.thinking)
            if played is not None:
                return played
        return orders.bench(exchange.talk)

    @staticmethod
    def _from_standing(scripted: Any, exchange: Exchange) -> Scripted | None:
        if isinstance(scripted, Script):
            return scripted.answer(exchange.talk, thinking=exchange.thinking)
        if isinstance(scripted, Answer | Fault):
            return scripted
        made: Scripted | None = scripted(exchange.record.body)
        return made

    def _made_up(self, exchange: Exchange) -> Answer:
        by_model = "none" if find(exchange.model) and "m3" in exchange.model.lower() else "ignored"
        chosen = exchange.quirks.tool_choice
        obeyed = {"by_model": by_model, "ignored": "ignored", "obeyed": "all"}[chosen]
        if exchange.quirks.dialect != "minimax":
            obeyed = "all"
        answer = behaviour.respond(
            exchange.talk, exchange.body, thinking=exchange.thinking, obeyed=obeyed, quirks=exchange.quirks
        )
        if exchange.quirks.stop == "heeded":
            answer = dataclasses.replace(answer, text=behaviour.stopped(answer.text, exchange.body.get("stop")))
        if exchange.quirks.split_utf8:
            answer = dataclasses.replace(answer, text=answer.text.replace(" ", " é 思 ", 3))
        return answer

    # -- rendering ----------------------------------------------------------------------------------------------

    def _render(self, answer: Answer, exchange: Exchange) -> Reply:
        """Return the reply with an answer; count its usage and remember its reasoning."""
        if answer.quirks:
            exchange.quirks = exchange.quirks.changed(**answer.quirks)
        answer = answer.with_ids(exchange.trace_id)
        most = exchange.body.get("max_completion_tokens") or exchange.body.get("max_tokens")
        if most is not None and answer.chunks is None:
            answer = answer.cut(most, usage.CHARS_PER_TOKEN)
        too_long = self._count(answer, exchange)
        if too_long is not None:
            return self._refuse(exchange, too_long)
        calls = [(call.id or "", call.name, call.arguments_text) for call in answer.tool_calls]
        self._issued.remember(answer.reasoning, calls, ids_are_ours=exchange.quirks.dialect != "self_hosted")
        if exchange.family != "anthropic":
            answer = off_script.written(answer, exchange.quirks)
        headers = _headers(exchange.record, answered=True) | dict(answer.headers)
        quirks = exchange.quirks
        reply = Reply(answer.status, headers, first_delay=answer.first_delay, close=quirks.connection_close)
        if exchange.stream:
            door = anthropic_door.stream if exchange.family == "anthropic" else chat_stream.stream
            reply.headers = {"Content-Type": SSE_TYPE} | headers
            reply.steps = door(answer, exchange)
            reply.delay, reply.frames_per_write = answer.delay, answer.chunks_per_write
            reply.write_bytes, reply.split_utf8 = quirks.write_bytes, quirks.split_utf8
        else:
            reply.headers = {"Content-Type": JSON_TYPE} | headers
            reply.body = _body(answer, exchange)
        return reply

    def _count(self, answer: Answer, exchange: Exchange) -> MinimaxError | None:
        """Set the exchange's usage; return an error if the prompt is longer than the model's context."""
        facts = find(exchange.model)
        costs = usage.prompt_tokens(exchange.body, exchange.talk, sees_pictures=facts is None or facts.images)
        prompt = sum(costs)
        context = facts.context if facts else 0
        if facts and facts.role_play and exchange.quirks.her_context:
            context = exchange.quirks.her_context
        if facts and exchange.quirks.dialect == "minimax" and prompt > context:
            return invalid("context window exceeds limit")
        completion, thought = usage.completion_tokens(answer)
        cached, written, explicit = 0, 0, False
        if exchange.quirks.passive_cache:
            cached, written, explicit = self._cache.look_up(exchange.body, costs)
        exchange.usage = usage.Usage(prompt, completion, thought, cached, written, explicit)
        exchange.record.answered.tokens = completion
        return None

    # -- errors -------------------------------------------------------------------------------------------------

    def _key_error(self, record: RecordedRequest) -> MinimaxError | None:
        """Return the error for a missing or wrong key; ``Authorization`` wins over ``x-api-key``."""
        scheme, _, token = record.headers.get("authorization", "").partition(" ")
        key = token.strip() if scheme.lower() == "bearer" else ""
        if record.path.startswith(f"{self.path_prefix}/anthropic") and self.quirks.anthropic_auth == "x-api-key":
            key = ""
        key = key or record.headers.get("x-api-key", "").strip()
        good = bool(key) and not key.startswith("wrong") and (self._keys is None or key in self._keys)
        return None if good else error_for(1004, self.quirks, status=self.quirks.wrong_key_status)

    def _error(
        self, record: RecordedRequest, family: Family, told: MinimaxError, quirks: Quirks | None = None
    ) -> Reply:
        record.answered.code = told.code
        status, body = told.body(family, record.trace_id, quirks or self.quirks)
        return Reply(status, _headers(record) | {"Content-Type": JSON_TYPE}, body)


def _body(answer: Answer, exchange: Exchange) -> bytes:
    if isinstance(answer.raw_json, bytes):
        return answer.raw_json
    if answer.raw_json is not None:
        return chat.dumps(dict(answer.raw_json)).encode()
    door = anthropic_door.whole if exchange.family == "anthropic" else chat.whole
    return chat.dumps(door(answer, exchange)).encode()


def _picture(record: RecordedRequest, path: str) -> Reply:
    """Return an image by its address, which is signed, so no key is needed."""
    data = media.picture(path.removeprefix(media.PICTURES))
    if data is None:
        return Reply(404, _headers(record) | {"Content-Type": "text/plain"}, b"no such picture")
    return Reply(200, _headers(record) | {"Content-Type": "image/png"}, data)


def _headers(record: RecordedRequest, *, answered: bool = False) -> dict[str, str]:
    """Return the headers that the live service sends, without rate limits or Retry-After."""
    trace = record.trace_id
    mixed = prose.digest(trace)
    told = {
        "Trace-Id": trace, "Minimax-Request-Id": mixed[:32], "alb_receive_time": f"{time.time():.3f}",
        "alb_request_id": mixed[32:], "Vary": "Accept-Encoding",
    }  # fmt: skip
    if answered:
        told |= {
            "X-Session-Id": mixed[8:40],
            "X-Mm-Request-Id": f"{int(mixed[:12], 16)}_{int(mixed[12:20], 16)}{mixed[20:24]}",
        }
    return told
