"""The demo's scenes: real calls of the OpenAI client through a real proxy, answered by the simulator."""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litellm_minimax.cli.simulated import StandIns
from litellm_minimax.cli.terminal import Screen
from litellm_minimax.hybrid.asking.spec import EXAMPLE
from litellm_minimax.simulator import Answer, Fault, ToolCall

if TYPE_CHECKING:
    from openai import OpenAI

MODEL = "MiniMax-M2"
ADVISED = "hybrid-advisor"
EMBEDDING_MODEL, IMAGE_MODEL = "embo-01", "image-01"
PICTURE = Path(tempfile.gettempdir()) / "litellm-minimax-demo.png"
"""The only file that the demo leaves behind; it is named at the end."""
LABEL = "[simulated]"
PACE = 0.03
"""Seconds between two deltas, slow enough to watch."""
_TRIES = 3  # the shipped configuration retries a failed call twice

_WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city, now.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


@dataclass(slots=True)
class Bill:
    """The cost of the calls at MiniMax's prices."""

    rows: list[tuple[str, int, int, float]] = field(default_factory=list)

    def add(self, what: str, usage: Any, cost: float) -> None:
        """Add one call: its name, its usage as the client received it, its cost in dollars."""
        self.rows.append((what, usage.prompt_tokens, usage.completion_tokens, cost))


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything a scene needs."""

    client: OpenAI
    servers: StandIns
    screen: Screen
    bill: Bill


def thinking_and_answer(stage: Stage) -> None:
    """Show a streamed answer: the thinking arrives separately from the text."""
    question = "Three boxes are labelled apples, oranges and mixed; every label is wrong. Which one do I open?"
    stage.servers.minimax.enqueue(
        _paced(
            reasoning="Every label is wrong, so the box labelled mixed holds one kind only. One fruit from it tells "
            "which kind, and the other two follow, because neither may keep its label.",
            text=f"{LABEL} Open the box labelled mixed. It holds a single kind; the fruit you draw names it, and the "
            "two other boxes must swap their labels.",
        )
    )
    usage = _show_stream(stage, {"model": MODEL, "messages": [_user(question)]}, question)
    stage.bill.add("streamed answer", usage, _price(usage))


def tool_round(stage: Stage) -> None:
    """Show a tool call, its result, and the thinking that goes back with it although the client dropped it."""
    question = "Do I need an umbrella in Paris today?"
    thought = "I can't know the weather, so I ask get_weather for Paris before I answer."
    stage.servers.minimax.enqueue(
        Answer(reasoning=thought, tool_calls=[ToolCall("get_weather", {"city": "Paris"})]),
        _paced(reasoning="It rains, so the answer is yes.", text=f"{LABEL} Yes. It is 14 °C in Paris and raining."),
    )
    messages: list[dict[str, Any]] = [_user(question)]
    stage.screen.line("you", question)
    create: Any = stage.client.chat.completions.with_raw_response.create
    raw = create(model=MODEL, messages=messages, tools=[_WEATHER])
    answer = raw.parse()
    message = answer.choices[0].message
    stage.bill.add("tool call", answer.usage, _cost_header(raw))
    stage.screen.line("thinking", message.reasoning_content)
    call = message.tool_calls[0]
    stage.screen.line("calls", f"{call.function.name}({call.function.arguments})   {call.id}")
    result = "14 °C, rain"
    stage.screen.line("tool", result)
    # What most clients keep of an answer: the call, but not the thinking.
    messages.append({"role": "assistant", "content": None, "tool_calls": [call.model_dump()]})
    messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    usage = _show_stream(stage, {"model": MODEL, "messages": messages, "tools": [_WEATHER]})
    stage.bill.add("answer after tool", usage, _price(usage))
    sent = json.dumps(stage.servers.minimax.last.body, ensure_ascii=False)
    if thought in sent:
        stage.screen.good("the client dropped the thinking of the first call; MiniMax got it back with the result")
    else:
        stage.screen.bad("MiniMax did not get the thinking of the first call back")


def errors(stage: Stage) -> None:
    """Show two errors, as the client reads them."""
    import openai

    faults = (
        ("MiniMax says: too many requests", Fault("error", code=1002, repeat=_TRIES)),
        ("MiniMax refuses the key, inside an HTTP 200", Fault("error", code=1004, envelope="base_resp", repeat=_TRIES)),
    )
    for title, fault in faults:
        stage.servers.minimax.enqueue(fault)
        try:
            stage.client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hello!"}])
        except openai.APIStatusError as error:
            stage.screen.line("server", title)
            stage.screen.line("error", f"{error.status_code} {type(error).__name__}: {_first_paragraph(error)}")
        else:
            stage.screen.bad(f"no error came of: {title}")
        stage.servers.minimax.service.reset()


def hybrid(stage: Stage) -> None:
    """Show a hybrid: one model reasons, another writes the code."""
    question = "Write a Python function that says whether a year is a leap year."
    stage.servers.minimax.enqueue(
        _paced(
            reasoning="Divisible by 4, but centuries only if divisible by 400. One boolean expression is enough; "
            "1900 and 2000 are the cases to get right.",
            text=f"{LABEL} (cut off here: the coder answers)",
        )
    )
    stage.servers.coder.enqueue(
        _paced(
            text="# [simulated]\ndef is_leap(year: int) -> bool:\n"
            "    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)"
        )
    )
    stage.screen.line("model", EXAMPLE)
    _show_hybrid(stage, EXAMPLE, question, "hybrid (both models)")


def consultation(stage: Stage) -> None:
    """The coder works, asks the reasoning model in the middle, and goes on; the client sees one answer."""
    question = "Two workers write to one file, and lines get lost. What do I change?"
    stage.servers.coder.enqueue(
        Answer(
            text=f"{LABEL} Let me look at how they write.",
            tool_calls=[ToolCall("consult_advisor", {"question": "A lock, or one writer?"})],
        ),
        _paced(text="One process writes, and the others send it their lines through a queue."),
    )
    stage.servers.minimax.enqueue(
        _paced(
            reasoning="A lock on the file does not hold on network drives.",
            text="Take one writer: it needs no lock, and keeps the order of each worker's lines.",
        )
    )
    stage.screen.line("model", ADVISED)
    _show_hybrid(stage, ADVISED, question, "advisor (both models)")
    asked = stage.servers.minimax.last.body["messages"][-1]["content"]
    if "A lock, or one writer?" in asked:
        stage.screen.good("the coder called a tool that the client never saw, and MiniMax-M2 answered it")
    else:
        stage.screen.bad("the coder's question did not reach MiniMax-M2")


def _show_hybrid(stage: Stage, model: str, question: str, name: str) -> None:
    """Show a streamed answer of two models, and what each of them did."""
    found: dict[str, Any] = {}
    usage = _show_stream(stage, {"model": model, "messages": [_user(question)]}, question, found)
    told = found.get("hybrid") or {}
    phases = told.get("phases") or []
    stage.bill.add(name, usage, sum(float(phase.get("cost") or 0) for phase in phases))
    steps = "; ".join(f"{phase['phase']}: {phase['model']}, {phase['completion_tokens']} tokens" for phase in phases)
    stage.screen.line("hybrid", f"{told.get('decision', 'no decision was reported')} – {steps}")


def media(stage: Stage) -> None:
    """Find the nearest of three sentences to a question, and make a picture file."""
    question = "Which animal is red?"
    texts = ["The fox is a red animal.", "Invoices are due in thirty days.", "The train leaves at noon."]
    create: Any = stage.client.embeddings.with_raw_response.create
    raw = create(model=EMBEDDING_MODEL, input=[question, *texts], extra_body={"type": "query"})
    answer = raw.parse()
    asked, *others = (item.embedding for item in answer.data)
    nearness = [sum(a * b for a, b in zip(asked, other, strict=True)) for other in others]
    closest = max(range(len(texts)), key=nearness.__getitem__)
    stage.screen.line("you", question)
    stage.screen.line("nearest", f"{texts[closest]} ({nearness[closest]:.2f})")
    stage.bill.add("embeddings", answer.usage, _cost_header(raw))
    prompt = "A fox in the snow."
    generate: Any = stage.client.images.with_raw_response.generate
    raw = generate(model=IMAGE_MODEL, prompt=prompt, size="1024x576", response_format="b64_json")
    picture = base64.b64decode(raw.parse().data[0].b64_json)
    PICTURE.write_bytes(picture)
    stage.screen.line("you", prompt)
    stage.screen.line("image", f"{LABEL} {len(picture):,} bytes in {PICTURE}")
    stage.bill.rows.append(("image", 0, 0, _cost_header(raw)))


def _cost_header(raw: Any) -> float:
    return float(raw.headers.get("x-litellm-response-cost") or 0)


def costs(stage: Stage) -> None:
    """Show what all calls would have cost."""
    stage.screen.plain(f"  {'':<22}{'prompt':>8}{'answer':>8}   dollars")
    for what, prompt, completion, cost in stage.bill.rows:
        stage.screen.plain(f"  {what:<22}{prompt:>8}{completion:>8}   {cost:.6f}")
    total = sum(row[3] for row in stage.bill.rows)
    stage.screen.plain(f"  {'together':<22}{'':>8}{'':>8}   {total:.6f}   (nothing was spent)")


def _show_stream(
    stage: Stage, request: dict[str, Any], question: str | None = None, fields: dict[str, Any] | None = None
) -> Any:
    """Show one streamed call as it arrives; return its usage, and put the provider's fields into ``fields``."""
    if question:
        stage.screen.line("you", question)
    usage = None
    stream: Any = stage.client.chat.completions.create(**request, stream=True, stream_options={"include_usage": True})
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            extra = choice.delta.model_extra or {}
            if fields is not None:
                fields.update(extra.get("provider_specific_fields") or {})
                fields.update((chunk.model_extra or {}).get("provider_specific_fields") or {})
            if extra.get("reasoning_content"):
                stage.screen.stream("thinking", extra["reasoning_content"])
            if choice.delta.content:
                stage.screen.stream("answer", choice.delta.content)
    stage.screen.close()
    return usage


def _paced(text: str, reasoning: str = "") -> Answer:
    return Answer(text=text, reasoning=reasoning, chunk_chars=12, delay=PACE)


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def _price(usage: Any) -> float:
    """Return dollars by LiteLLM's price table, which has MiniMax's prices from this package."""
    import litellm

    prompt, completion = litellm.cost_per_token(
        model=f"minimax/{MODEL}", prompt_tokens=usage.prompt_tokens, completion_tokens=usage.completion_tokens
    )
    return float(prompt + completion)


def _first_paragraph(error: Any) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    text = str(body.get("message") or error.message)
    # LiteLLM prepends its class's name, which is shown already.
    return text.split("\n", 1)[0].removeprefix(f"litellm.{type(error).__name__}: ")
