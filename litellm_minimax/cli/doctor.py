"""``litellm-minimax doctor``."""

from __future__ import annotations

import click


@click.command()
def doctor() -> None:
    """Check the set-up."""
