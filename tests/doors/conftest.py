"""One simulator and one started proxy for the tests of the doors; the simulator is fresh for each test."""

import os
from pathlib import Path

import pytest
import yaml
from proxy_process import SHIPPED_CONFIG, StartedProxy, write_config

from litellm_minimax.simulator import Quirks, Simulator


@pytest.fixture(scope="session")
def _simulators():
    with Simulator() as minimax, Simulator(quirks=Quirks(dialect="self_hosted")) as own:
        yield minimax, own


@pytest.fixture(scope="session")
def proxy(_simulators, tmp_path_factory):
    """The shipped configuration, and one deployment of the open weights on a server without parsers."""
    minimax, own = _simulators
    config = yaml.safe_load(Path(os.environ.get("LITELLM_MINIMAX_TEST_CONFIG", SHIPPED_CONFIG)).read_text())
    weights = {"model": "minimax/MiniMax-M2", "api_base": f"{own.base_url}/v1", "api_key": "none", "self_hosted": "on"}
    config["model_list"].insert(0, {"model_name": "own-weights", "litellm_params": weights})
    config["router_settings"]["num_retries"] = 0  # an error is tested as it comes, without the waits between tries
    path = write_config(tmp_path_factory.mktemp("doors") / "config.yaml", config)
    env = {"MINIMAX_API_KEY": "sk-api-doors-0123456789abcdef", "MINIMAX_API_BASE": minimax.base_url,
           "DASHSCOPE_API_KEY": "sk-none"}  # fmt: skip
    with StartedProxy(path, env=env) as started:
        yield started


@pytest.fixture
def sim(_simulators):
    simulator = _simulators[0]
    simulator.reset()
    simulator.quirks = Quirks()
    return simulator


@pytest.fixture
def own(_simulators):
    _simulators[1].reset()
    return _simulators[1]
