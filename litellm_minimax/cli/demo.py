"""``litellm-minimax demo``: a simulated MiniMax, a real LiteLLM proxy, and a few calls, shown live."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click

from litellm_minimax.cli import proxy_config, scenes
from litellm_minimax.cli.own_name import own_name
from litellm_minimax.cli.proxy_child import ProxyChild, ProxyStartError
from litellm_minimax.cli.scenes import Bill, Stage
from litellm_minimax.cli.serve import require_proxy
from litellm_minimax.cli.simulated import StandIns, stand_ins
from litellm_minimax.cli.terminal import Screen

SCENES: tuple[tuple[str, Callable[[Stage], None]], ...] = (
    ("Thinking and answer, streamed apart", scenes.thinking_and_answer),
    ("A tool call; the thinking is kept", scenes.tool_round),
    ("Errors say what to do next", scenes.errors),
    ("Hybrid: MiniMax-M2 reasons, a coder writes", scenes.hybrid),
    ("Advisor: the coder asks in the middle of its work", scenes.consultation),
    ("Besides chat: the nearest text, and a picture", scenes.media),
    ("What it would cost", scenes.costs),
)


@click.command()
def demo() -> None:
    """Show everything in half a minute: no key, no network; only one picture stays on disk."""
    require_proxy()
    screen = Screen()
    screen.plain("litellm-minimax: everything below is SIMULATED.")
    screen.plain("The proxy is LiteLLM's own; the model is made up.")
    try:
        with stand_ins() as servers:
            _play(servers, screen)
    except ProxyStartError as error:
        raise click.ClickException(f"{error}\nFind the cause with: {own_name()} doctor") from None
    except KeyboardInterrupt:
        screen.plain("Stopped.")
        sys.exit(130)


def _play(servers: StandIns, screen: Screen) -> None:
    from openai import OpenAI, OpenAIError

    screen.plain("Starting the proxy on a free port of this machine (about 10 s) …")
    began = time.monotonic()
    # The user's real configuration must neither be reached nor change what is shown.
    environment: dict[str, str | None] = {
        "MINIMAX_REGION": None, "MINIMAX_CLAIM": None, "MINIMAX_SELF_HOSTED": None, "MINIMAX_REASONING_MEMORY": None,
        "DATABASE_URL": None, "LITELLM_MASTER_KEY": None, "DISABLE_HYBRID_BACKEND": None,
        **servers.environment,
    }  # fmt: skip
    with ProxyChild(proxy_config.shipped(), env=environment) as proxy:
        screen.good(f"proxy ready on {proxy.url} after {time.monotonic() - began:.0f} s")
        client = OpenAI(base_url=f"{proxy.url}/v1", api_key=proxy.master_key, max_retries=0, timeout=60)
        stage = Stage(client, servers, screen, Bill())
        try:
            for number, (title, scene) in enumerate(SCENES, 1):
                screen.title(number, title)
                scene(stage)
        except OpenAIError as error:
            screen.close()
            raise click.ClickException(f"{error}\nThe proxy's last words:\n{proxy.last_lines()}") from None
    screen.plain(_next())


def _next() -> str:
    command = own_name()
    steps = (
        (f"{command} serve", "the proxy, with lines to paste for clients"),
        ("export MINIMAX_API_KEY=…", "from then on it is the real MiniMax"),
        (f"{command} doctor", "checks the set-up; each failure has its fix"),
    )
    width = max(len(typed) for typed, _ in steps)
    return "\n".join(("", "Next", *(f"  {typed:<{width}}  {what}" for typed, what in steps), ""))
