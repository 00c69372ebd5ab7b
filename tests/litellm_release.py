"""Where an older LiteLLM does less, and a test of ours would only show that."""

from importlib.metadata import version

import pytest
from packaging.version import Version

OLD = Version(version("litellm")) < Version("1.100")
needs_a_later_litellm = pytest.mark.skipif(
    OLD, reason="LiteLLM before 1.100 differs here: see docs/hybrid.md, 'Limits'"
)
