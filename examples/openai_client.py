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
for chunk in stream:
    for choice in chunk.choices:
        thinking = (choice.delta.model_extra or {}).get("reasoning_content")
        print(thinking or choice.delta.content or "", end="", flush=True)
print()
