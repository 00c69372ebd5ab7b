"""A DSPy agent with one tool, as its documentation writes it."""

import dspy


def stock(part: str) -> int:
    """Say how many of a part the warehouse has."""
    return {"bolts": 42}[part]


dspy.configure(lm=dspy.LM("minimax/MiniMax-M2", cache=False))
agent = dspy.ReAct("question -> answer", tools=[stock], max_iters=4)
print("ANSWER:", agent(question="How many bolts are in stock?").answer)
for call in dspy.settings.lm.history:
    print("REASONING:", call["response"].choices[0].message.reasoning_content)
