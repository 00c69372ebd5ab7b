"""The ``litellm-minimax`` command, outside the package because two things must happen before its import.

Importing ``litellm_minimax`` imports LiteLLM, which downloads a price map unless it is told not to; and it fails, on
purpose, on a LiteLLM that it can't serve, which a person at a terminal should read as one sentence.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    try:
        from litellm_minimax.cli import main as command
    except ImportError as error:
        sys.exit(f"litellm-minimax: {error}")
    command()
