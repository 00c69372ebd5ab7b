"""Speed of the plugin against LiteLLM's built-in provider, as ratios in one run: ``python -m bench``.

Everything stays on loopback and is bounded. One simulator process answers; each contender lives in a process of its
own that is started once and asked in turn, round by round, so that whatever else the machine does hits all alike.
"""

import os

# Else LiteLLM fetches its price map at import, and this run is to stay on loopback.
os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
