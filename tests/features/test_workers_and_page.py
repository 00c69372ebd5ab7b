"""Two workers under one port, and the Admin UI's list of models in a real browser."""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import jwt
import pytest
from proxy_process import SHIPPED_CONFIG, free_port

from litellm_minimax import catalog
from litellm_minimax.cli.proxy_child import answers, new_master_key
from litellm_minimax.simulator import Answer
from tests.features.conftest import KEY


def test_two_workers(sim, tmp_path):
    """``litellm --num_workers 2``: both answer, whole and streamed, plain and hybrid."""
    port, key = free_port(), new_master_key()
    command = [sys.executable, "-m", "litellm.proxy.proxy_cli", "--config", str(SHIPPED_CONFIG), "--port", str(port)]
    command += ["--host", "127.0.0.1", "--num_workers", "2"]
    env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MASTER_KEY": key, "MINIMAX_API_KEY": KEY,
           "MINIMAX_API_BASE": sim.base_url, "DASHSCOPE_API_KEY": "k"}  # fmt: skip
    sim.on(lambda _: True, Answer("Here.", "Thought.", first_delay=0.05))
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        deadline = time.monotonic() + 90
        while not answers(f"http://127.0.0.1:{port}/health/readiness"):
            assert process.poll() is None, (tmp_path / "log").read_text()[-2000:]
            assert time.monotonic() < deadline
            time.sleep(0.1)

        def ask(number):
            body = {"model": "hybrid:[MiniMax-M2,MiniMax-M2.1]" if number % 3 == 0 else "MiniMax-M2",
                    "stream": number % 2 == 0, "messages": [{"role": "user", "content": "Hello!"}]}  # fmt: skip
            # A connection of its own each, so that the kernel spreads them over the workers.
            response = httpx.post(
                f"http://127.0.0.1:{port}/v1/chat/completions", json=body, timeout=60,
                headers={"Authorization": f"Bearer {key}"},
            )  # fmt: skip
            return response.status_code == 200 and "Here." in response.text and "Thought." in response.text

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(ask, range(40)))
        asked_by = {request.headers.get("user-agent") for request in sim.requests}
        assert all(agent.startswith("litellm-minimax/") for agent in asked_by)
        workers = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False).stdout
        assert len(workers.split()) >= 2
    finally:
        process.terminate()
        assert process.wait(30) is not None


def test_the_admin_ui_lists_our_models(proxy, sim):
    """Its hub of models; the page "Models + Endpoints" and the login want LiteLLM's database, so the session is made here."""
    browser_of = pytest.importorskip("playwright.sync_api", reason="pip install playwright").sync_playwright
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs the distribution's chromium")
    session = {"user_id": "default_user_id", "key": proxy.master_key, "user_role": "proxy_admin", "login_method": "username_password",
               "premium_user": False, "auth_header_name": "Authorization", "exp": int(time.time()) + 600}  # fmt: skip
    with browser_of() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context()
        context.add_cookies(
            [{"name": "token", "value": jwt.encode(session, proxy.master_key, "HS256"), "url": proxy.url}]
        )
        page = context.new_page()
        page.goto(f"{proxy.url}/ui/model-hub-table/")
        page.get_by_placeholder("Search model names").fill("MiniMax-M2.7-highspeed")
        row = page.locator("tr", has_text="MiniMax-M2.7-highspeed").first
        row.wait_for(timeout=60_000)
        shown = row.inner_text()
        browser.close()
    price = catalog.find("MiniMax-M2.7-highspeed").price
    for telling in ("minimax", "Function Calling", "Reasoning", f"${price.input:.2f}", f"${price.output:.2f}"):
        assert telling in shown
