"""Setting aside what is loaded: once, by a proxy whose hooks are at work, and by nothing else."""

import json
import subprocess
import sys

PROCESS = """
import asyncio, gc, json, logging, os
import litellm, litellm_minimax
from litellm_minimax.seams import freeze, proxy_hooks

ASKED = {"model": "m", "messages": [{"role": "user", "content": "Hi!"}]}
told, lines = {}, []
handler = logging.Handler()
handler.emit = lambda record: lines.append(record.getMessage())
freeze.log.addHandler(handler)
freeze.log.setLevel(logging.INFO)

async def after(switch, *, at_work, hooks=None):
    os.environ["MINIMAX_GC_FREEZE"] = switch
    if hooks is None:
        hooks = proxy_hooks.ProxyHooks()
    else:
        await hooks.async_pre_call_hook(None, None, ASKED, "acompletion")
    litellm.callbacks = [hooks] if at_work else []
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return gc.get_freeze_count()

freeze.SETTLE_SECONDS = 0
litellm.completion("minimax/MiniMax-M2", [{"role": "user", "content": "Hi!"}], mock_response="Hello!")
told["imported"] = gc.get_freeze_count()
made = proxy_hooks.ProxyHooks()  # as an import of the hooks makes them: outside of an event loop
told["not at work"] = asyncio.run(after("", at_work=False))
told["off"] = asyncio.run(after("off", at_work=True))
told["at work"] = asyncio.run(after("", at_work=True, hooks=made))
gc.unfreeze()
told["again"] = asyncio.run(after("", at_work=True))
told["lines"] = lines
print(json.dumps(told))
"""


def test_it_happens_once_and_only_where_the_hooks_are_at_work():
    ran = subprocess.run([sys.executable, "-c", PROCESS], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["imported"] == told["not at work"] == told["off"] == told["again"] == 0
    assert told["at work"] > 100_000
    assert len(told["lines"]) == 1
    said, _, rest = told["lines"][0].partition(" objects set aside from garbage collection in ")
    assert 0 <= int(said.replace(",", "")) - told["at work"] < 1_000, "a few of them were freed since"
    assert rest
