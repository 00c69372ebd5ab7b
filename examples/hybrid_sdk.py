"""One model reasons, another writes the code, in LiteLLM's SDK. Here both are MiniMax's; any two models work."""

import asyncio
import json

import litellm

import litellm_minimax  # noqa: F401 -- importing it registers the provider

MODEL = "hybrid/[minimax:MiniMax-M2,minimax:MiniMax-M3]"


async def main() -> None:
    stream = await litellm.acompletion(
        MODEL, messages=[{"role": "user", "content": "Write a function that merges two sorted lists."}], stream=True
    )
    answering = False
    async for chunk in stream:
        if not chunk.choices:
            continue
        delta = chunk.choices[0].delta
        print(getattr(delta, "reasoning_content", None) or "", end="", flush=True)
        if delta.content:
            print("" if answering else "\n\n", delta.content, sep="", end="", flush=True)
            answering = True
        told = (getattr(delta, "provider_specific_fields", None) or {}).get("hybrid", {})
        if "decision" in told:
            print("\n\n" + json.dumps(told, indent=2))


asyncio.run(main())
