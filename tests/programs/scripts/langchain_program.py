"""A LangChain agent on langchain-litellm's ChatLiteLLM, as their documentation writes it."""

from langchain.agents import create_agent
from langchain_litellm import ChatLiteLLM


def stock(part: str) -> int:
    """Say how many of a part the warehouse has."""
    return {"bolts": 42}[part]


agent = create_agent(ChatLiteLLM(model="minimax/MiniMax-M2"), tools=[stock])
result = agent.invoke({"messages": [{"role": "user", "content": "How many bolts are in stock?"}]})
print("ANSWER:", result["messages"][-1].content)
for message in result["messages"]:
    if reasoning := message.additional_kwargs.get("reasoning_content"):
        print("REASONING:", reasoning)
