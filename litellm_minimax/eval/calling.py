"""Inspect's model interface, implemented with LiteLLM; a call is refused if it might exceed the budget."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import litellm
from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageTool,
    GenerateConfig,
    Model,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    get_model,
    modelapi,
)
from inspect_ai.tool import ToolCall, ToolChoice, ToolInfo

import litellm_minimax  # noqa: F401 -- importing it registers the providers
from litellm_minimax.eval.contender import Contender, Prices
from litellm_minimax.eval.result import Spent
from litellm_minimax.verify.asking import Budget

PROVIDER = "litellm-minimax"
litellm.suppress_debug_info = True
_RETRIES = 3
_SENT = "sent"
"""The key in an assistant message's metadata for the unchanged answer, which is sent back with its thinking."""
_SPENT = "spent"
_AGAIN = (
    litellm.exceptions.RateLimitError, litellm.exceptions.ServiceUnavailableError, litellm.exceptions.Timeout,
    litellm.exceptions.InternalServerError, litellm.exceptions.APIConnectionError,
)  # fmt: skip
_STOPS = {"stop": "stop", "length": "max_tokens", "tool_calls": "tool_calls", "content_filter": "content_filter"}


@dataclass(slots=True)
class Purse:
    """The budget that all contenders share, and the prices."""

    budget: Budget
    prices: Prices


def model(contender: Contender, purse: Purse, answer_tokens: int, seconds: float) -> Model:
    """Return the contender as a model of inspect."""
    config = GenerateConfig(max_tokens=answer_tokens, max_retries=_RETRIES, attempt_timeout=None)
    return get_model(
        f"{PROVIDER}/{contender.name}", config=config, memoize=False, contender=contender, purse=purse, seconds=seconds
    )


def spent_by(output: ModelOutput) -> Spent:
    """Return what the call behind an output used."""
    return Spent(**(output.metadata or {}).get(_SPENT, {}))


@modelapi(name=PROVIDER)
class ThroughLiteLLM(ModelAPI):
    """A contender, called through LiteLLM."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 -- inspect's signature
        *,
        contender: Contender,
        purse: Purse,
        seconds: float,
    ) -> None:
        super().__init__(model_name, base_url, api_key, [], config)
        self.contender, self.purse, self.seconds = contender, purse, seconds

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 -- inspect's signature
        tools: list[ToolInfo],
        tool_choice: ToolChoice,  # noqa: ARG002 -- our solver never chooses
        config: GenerateConfig,
    ) -> ModelOutput:
        """Make one call, after reserving the most that it may cost.

        Raises:
            Unsettled: the call might exceed the budget.
        """
        body: dict[str, Any] = {"messages": [_sent(message) for message in input]}
        if tools:
            body["tools"] = [_tool(tool) for tool in tools]
        answer_tokens = config.max_tokens or 1
        most = self.contender.most(len(json.dumps(body).encode()), answer_tokens, self.purse.prices)
        self.purse.budget.reserve(most)
        began, cost = time.monotonic(), most
        try:
            answer = await litellm.acompletion(
                self.contender.model, **body, max_tokens=answer_tokens, timeout=self.seconds, num_retries=0,
                max_retries=0, **self.contender.options,
            )  # fmt: skip
            cost = _cost(answer, self.contender, self.purse.prices, most)
        except litellm.exceptions.Timeout:
            raise  # it may have been answered and billed nevertheless
        except Exception:
            cost = 0.0
            raise
        finally:
            self.purse.budget.settle(most, cost)
        return _output(answer, self.contender.name, cost, time.monotonic() - began)

    def should_retry(self, ex: BaseException) -> bool:
        """Whether an error is temporary; inspect waits longer before each retry."""
        return isinstance(ex, _AGAIN)

    def connection_key(self) -> str:
        """Return a key per contender, so that each has its own connection limit in inspect."""
        return self.contender.name


def _sent(message: ChatMessage) -> dict[str, Any]:
    """Return a message for LiteLLM; an assistant's message is sent back unchanged."""
    if isinstance(message, ChatMessageAssistant) and _SENT in (message.metadata or {}):
        return dict(message.metadata[_SENT])
    if isinstance(message, ChatMessageTool):
        said = f"Error: {message.error.message}" if message.error else message.text
        return {"role": "tool", "tool_call_id": message.tool_call_id, "content": said}
    return {"role": message.role, "content": message.text}


def _tool(tool: ToolInfo) -> dict[str, Any]:
    parameters = tool.parameters.model_dump(exclude_none=True)
    return {
        "type": "function",
        "function": {"name": tool.name, "description": tool.description, "parameters": parameters},
    }


def _output(answer: Any, name: str, cost: float, seconds: float) -> ModelOutput:
    message = answer.choices[0].message
    prompt, written = answer.usage.prompt_tokens, answer.usage.completion_tokens
    told = message.model_dump(exclude_none=True)
    said = ChatMessageAssistant(
        content=message.content or "",
        tool_calls=[_call(call) for call in message.tool_calls or ()] or None,
        metadata={_SENT: told},
    )
    spent = Spent(1, cost, seconds, prompt, written)
    return ModelOutput(
        model=name,
        choices=[
            ChatCompletionChoice(message=said, stop_reason=_STOPS.get(answer.choices[0].finish_reason, "unknown"))
        ],
        usage=ModelUsage(input_tokens=prompt, output_tokens=written, total_tokens=prompt + written),
        metadata={_SPENT: {field: getattr(spent, field) for field in Spent.__slots__}},
    )


def _call(call: Any) -> ToolCall:
    """Return a tool call; if its arguments are no JSON object, the model is told about the mistake."""
    try:
        arguments, problem = json.loads(call.function.arguments or "{}"), None
    except ValueError as error:
        arguments, problem = {}, f"The arguments are not JSON: {error}"
    if not isinstance(arguments, dict):
        arguments, problem = {}, "The arguments are not an object"
    return ToolCall(id=call.id, function=call.function.name, arguments=arguments, parse_error=problem)


def _cost(answer: Any, contender: Contender, prices: Prices, most: float) -> float:
    """Return the cost of an answer as reported by the proxy or LiteLLM, else of its tokens at the full price."""
    hidden = getattr(answer, "_hidden_params", {}) or {}
    headers = hidden.get("additional_headers") or {}
    for told in (headers.get("llm_provider-x-litellm-response-cost"), hidden.get("response_cost")):
        number = _number(told)
        if number:
            return number
    usage = answer.usage
    return max(
        (prices.cost(part.model, usage.prompt_tokens, usage.completion_tokens) for part in contender.parts),
        default=most,
    )


def _number(told: object) -> float:
    try:
        return float(str(told))
    except ValueError:
        return 0.0
