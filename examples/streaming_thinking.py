"""A streamed answer with the thinking dimmed, asynchronously."""

import asyncio
import sys

import litellm

import litellm_minimax  # noqa: F401 -- importing it registers the provider

DIM, PLAIN = ("\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "")


async def main() -> None:
    stream = await litellm.acompletion(
        "minimax/MiniMax-M2",
        messages=[{"role": "user", "content": "Solve this logic puzzle..."}],
        stream=True,
        stream_options={"include_usage": True},
    )
    answering = False
    async for chunk in stream:
        if getattr(chunk, "usage", None):
            print(f"\n[{chunk.usage.completion_tokens} tokens]")
        for choice in chunk.choices:
            if getattr(choice.delta, "reasoning_content", None):
                print(f"{DIM}{choice.delta.reasoning_content}{PLAIN}", end="", flush=True)
            if choice.delta.content:
                print("" if answering else "\n\n", choice.delta.content, sep="", end="", flush=True)
                answering = True


asyncio.run(main())
