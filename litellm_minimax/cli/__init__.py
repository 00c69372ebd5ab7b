"""The command line: ``litellm-minimax demo | serve | simulate | doctor | models``."""

from __future__ import annotations

import click

from litellm_minimax.__about__ import __version__
from litellm_minimax.cli.demo import demo
from litellm_minimax.cli.doctor import doctor
from litellm_minimax.cli.models import models
from litellm_minimax.cli.serve import serve
from litellm_minimax.cli.simulate import simulate

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="litellm-minimax")
def main() -> None:
    """MiniMax and hybrid models for LiteLLM."""


for _command in (demo, serve, simulate, doctor, models):
    main.add_command(_command)
