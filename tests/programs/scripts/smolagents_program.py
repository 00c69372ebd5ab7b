"""An agent of smolagents with one tool, as its documentation writes it."""

from smolagents import LiteLLMModel, ToolCallingAgent, tool


@tool
def stock(part: str) -> int:
    """Say how many of a part the warehouse has.

    Args:
        part: the part's name.
    """
    return {"bolts": 42}[part]


agent = ToolCallingAgent(tools=[stock], model=LiteLLMModel(model_id="minimax/MiniMax-M2"), max_steps=4)
print("ANSWER:", agent.run("How many bolts are in stock?"))
for step in agent.memory.steps:
    message = getattr(step, "model_output_message", None)
    if message is not None:
        print("REASONING:", message.raw.choices[0].message.reasoning_content)
