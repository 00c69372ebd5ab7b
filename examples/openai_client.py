"""OpenAI's own client against the proxy: `litellm-minimax serve`, then run this with LITELLM_MASTER_KEY set."""

import os

from openai import OpenAI

client = OpenAI(
    base_url=os.environ.get("LITELLM_URL", "http://127.0.0.1:4000") + "/v1",
    api_key=os.environ["LITELLM_MASTER_KEY"],
)
stream = client.chat.completions.create(
    model="MiniMax-M2", messages=[{"role": "user", "content": "Hello!"}], stream=True
)
answering = False
for chunk in stream:
    for choice in chunk.choices:
        print((choice.delta.model_extra or {}).get("reasoning_content") or "", end="", flush=True)
        if choice.delta.content:
            print("" if answering else "\n\n", choice.delta.content, sep="", end="", flush=True)
            answering = True
print()
