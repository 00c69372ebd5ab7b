"""A hybrid through the proxy (`litellm-minimax serve`), with OpenAI's client. Needs LITELLM_MASTER_KEY."""

import os

import openai

url = os.environ.get("LITELLM_URL", "http://127.0.0.1:4000")
client = openai.OpenAI(base_url=f"{url}/v1", api_key=os.environ["LITELLM_MASTER_KEY"])
raw = client.chat.completions.with_raw_response.create(
    model="hybrid:[minimax:MiniMax-M2,qwen-oauth:qwen3-coder-plus]",
    messages=[{"role": "user", "content": "Write a function that merges two sorted lists."}],
    extra_body={"metadata": {"hybrid": {"hand_over": "plan"}}},
)
print("decision:", raw.headers["x-hybrid-decision"], "because of", raw.headers["x-hybrid-reason"])
message = raw.parse().choices[0].message
print("thinking:", getattr(message, "reasoning_content", None))
print("answer:", message.content)
