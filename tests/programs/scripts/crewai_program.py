"""A crew of one agent with one tool, as CrewAI's documentation writes it."""

from crewai import LLM, Agent, Crew, Task
from crewai.tools import tool


@tool("stock")
def stock(part: str) -> int:
    """Say how many of a part the warehouse has."""
    return {"bolts": 42}[part]


clerk = Agent(
    role="Clerk", goal="Answer questions about the warehouse.", backstory="You know every shelf.",
    tools=[stock], llm=LLM(model="minimax/MiniMax-M2"),
)  # fmt: skip
task = Task(description="How many bolts are in stock?", expected_output="One sentence.", agent=clerk)
print("ANSWER:", Crew(agents=[clerk], tasks=[task]).kickoff().raw)
