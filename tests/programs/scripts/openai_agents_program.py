"""An agent of openai-agents on its LitellmModel, as its documentation writes it."""

import asyncio

from agents import Agent, Runner, function_tool, set_tracing_disabled
from agents.extensions.models.litellm_model import LitellmModel
from agents.items import ReasoningItem

set_tracing_disabled(disabled=True)


@function_tool
def stock(part: str) -> int:
    """Say how many of a part the warehouse has."""
    return {"bolts": 42}[part]


async def main() -> None:
    agent = Agent(
        name="Warehouse", instructions="Answer in one sentence.", tools=[stock],
        model=LitellmModel(model="minimax/MiniMax-M2", api_key=None),
    )  # fmt: skip
    result = await Runner.run(agent, "How many bolts are in stock?")
    print("ANSWER:", result.final_output)
    for item in result.new_items:
        if isinstance(item, ReasoningItem):
            print("REASONING:", item.raw_item.summary[0].text)


asyncio.run(main())
