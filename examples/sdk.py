"""One answer through LiteLLM's SDK: what the model thought, what it says, what it cost.

Run it with MINIMAX_API_KEY set. Without a key, start `litellm-minimax simulate` in another shell, and run here:

    export MINIMAX_API_BASE=http://127.0.0.1:8787 MINIMAX_API_KEY=any
"""

import litellm

import litellm_minimax  # noqa: F401 -- importing it registers the provider

answer = litellm.completion(
    "minimax/MiniMax-M2",
    messages=[
        {"role": "system", "content": "Answer in one sentence."},
        {"role": "user", "content": "Explain quantum physics"},
    ],
)
message = answer.choices[0].message
print("thought: ", message.reasoning_content)
print("answer:  ", message.content)
print("tokens:  ", answer.usage.prompt_tokens, "+", answer.usage.completion_tokens)
print("dollars: ", f"{litellm.completion_cost(answer, custom_llm_provider='minimax'):.6f}")
