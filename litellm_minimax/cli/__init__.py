"""The command line: ``litellm-minimax demo | serve | run | simulate | doctor | models | explain | quota | verify …``.

A command's module is imported only when that command runs: commands that only print (``--help``, ``--version``,
``models``) start at once, and LiteLLM, which takes seconds, is imported only by the commands that need it.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from litellm_minimax.__about__ import __version__

__all__ = ["command_line", "main"]

COMMANDS = {
    "demo": "Show it all in half a minute, simulated.",
    "serve": "Run the proxy; simulated without a key.",
    "run": "Run a program that uses LiteLLM, with the plugin in it.",
    "simulate": "Run a MiniMax-shaped server alone.",
    "doctor": "Check the set-up; each failure has its fix.",
    "models": "List the models and their prices.",
    "explain": "Explain a hybrid, its options and its decision.",
    "quota": "Show what a Token Plan has left.",
    "verify": "Check this package's assumptions against the real service.",
    "eval": "Measure whether a hybrid is worth its money.",
}
"""Each command and its line in the help; its code is the function of this name in the module of this name."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"{__name__}.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="litellm-minimax")
def main() -> None:
    """MiniMax and hybrid models for LiteLLM."""


def command_line() -> None:
    """Run the command line, as the installed script does."""
    # LiteLLM downloads a price map on import, unless it is set to use the one it ships.
    if sys.argv[1:2] != ["run"]:  # a program under `run` gets its usual environment
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    try:
        main()
    except ImportError as error:  # an unsupported LiteLLM; the message says so in one sentence
        sys.exit(f"litellm-minimax: {error}")
