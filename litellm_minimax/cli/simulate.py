"""``litellm-minimax simulate``: the MiniMax-shaped server alone."""

from __future__ import annotations

from pathlib import Path

import click

from litellm_minimax.simulator import Quirks, serve
from litellm_minimax.simulator.replay import Replay


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--port", default=8787, show_default=True, help="0 picks a free one.")
@click.option("--quirk", "quirks", multiple=True, metavar="NAME[:VALUE]", help="A switch of the simulator; repeatable.")
@click.option("--replay", type=click.Path(path_type=Path), metavar="DIR", help="Serve what `verify` recorded there.")
@click.option("--pauses/--no-pauses", default=True, help="In a replay, keep the pauses between reads.")
def simulate(host: str, port: int, quirks: tuple[str, ...], replay: Path | None, *, pauses: bool) -> None:
    """Run a MiniMax-shaped server on this machine. Its answers are simulated; any key works.

    It prints the export line that points this package at it. A prompt can steer it:
    [[simulate: fault=error code=1002]], [[simulate: tool=get_weather]].
    """
    chosen = Quirks()
    try:
        for quirk in quirks:
            chosen = chosen.with_named(quirk)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--quirk") from None
    try:
        recorded = Replay(replay, pauses=pauses) if replay is not None else None
    except (ValueError, OSError) as error:
        raise click.BadParameter(str(error), param_hint="--replay") from None
    try:
        serve(host, port, chosen, replay=recorded)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--host") from None
    except OSError as error:
        raise click.ClickException(f"Port {port} can't be used ({error.strerror}). Try --port 0.") from None
