"""The command line: ``litellm-minimax demo | serve | simulate | doctor | models``."""

from __future__ import annotations

import click

from litellm_minimax.__about__ import __version__
from litellm_minimax.cli.demo import demo as demo_command
from litellm_minimax.cli.doctor import doctor as doctor_command
from litellm_minimax.cli.models import models as models_command
from litellm_minimax.cli.serve import serve as serve_command
from litellm_minimax.cli.simulate import simulate as simulate_command

__all__ = ["main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="litellm-minimax")
def main() -> None:
    """MiniMax and hybrid models for LiteLLM."""


for _command in (demo_command, serve_command, simulate_command, doctor_command, models_command):
    main.add_command(_command)
