"""Ready-to-paste lines that connect a client to a running proxy, shared by the command and the documentation."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from litellm_minimax import catalog
from litellm_minimax.hybrid.asking.spec import EXAMPLE

KEY_VARIABLE = "LITELLM_MASTER_KEY"
_SMALLEST_CONTEXT = 204_800
"""MiniMax-M2's context, used for a hybrid or an unknown model."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to connect one client to the proxy.

    Attributes:
        client: the client's name.
        where: where the lines go: a shell, or a file.
        text: the lines.
    """

    client: str
    where: str
    text: str


def recipes(url: str, model: str, key: str | None = None) -> list[Recipe]:
    """Return the lines for every client we know.

    Args:
        url: the root of the proxy, without ``/v1``.
        model: the model to ask for.
        key: the proxy's key; ``None`` writes ``$LITELLM_MASTER_KEY`` in its place, for a key that the reader knows.
    """
    shell_key = shlex.quote(key) if key else f'"${KEY_VARIABLE}"'
    return [
        Recipe("curl", "shell", _curl(url, model, key)),
        Recipe("OpenAI SDK", "Python", _openai_sdk(url, model, key)),
        Recipe("Claude Code", "shell", _claude_code(url, model, shell_key)),
        Recipe("Codex", "~/.codex/config.toml", _codex(url, model)),
        Recipe("opencode", "opencode.json", _opencode(url, model)),
        Recipe("qwen-code", "shell", _qwen_code(url, model, shell_key)),
    ]


def hybrid_recipe(url: str, key: str | None = None) -> Recipe:
    """Return a first request to the shipped hybrid; the arguments are those of :func:`recipes`."""
    return Recipe(
        "hybrid", "shell; any client can have it as the model hybrid-coder", _curl(url, EXAMPLE, key, "Write a sort.")
    )


def _context(model: str) -> int:
    """Return a model's context in tokens; agents guess it wrongly for unknown names, and then fill it up."""
    facts = catalog.find(model)
    return facts.context if facts else _SMALLEST_CONTEXT


def _curl(url: str, model: str, key: str | None, asked: str = "Hello!") -> str:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": asked}]})
    return "\n".join((
        f"curl -s {url}/v1/chat/completions \\",
        f'  -H "Authorization: Bearer {key or "$" + KEY_VARIABLE}" -H "Content-Type: application/json" \\',
        f"  -d '{body}'",
    ))  # fmt: skip


def _openai_sdk(url: str, model: str, key: str | None) -> str:
    key_text = f'"{key}"' if key else f'os.environ["{KEY_VARIABLE}"]'
    return "\n".join((
        *(() if key else ("import os",)),
        "from openai import OpenAI",
        f'client = OpenAI(base_url="{url}/v1", api_key={key_text})',
        f'answer = client.chat.completions.create(model="{model}", messages=[{{"role": "user", "content": "Hello!"}}])',
        "print(answer.choices[0].message.reasoning_content, answer.choices[0].message.content)",
    ))  # fmt: skip


def _claude_code(url: str, model: str, key: str) -> str:
    return "\n".join((
        f"export ANTHROPIC_BASE_URL={url}",
        f"export ANTHROPIC_AUTH_TOKEN={key}",
        f"export ANTHROPIC_MODEL={model}",
        f"export ANTHROPIC_DEFAULT_HAIKU_MODEL={model}   # small side tasks",
        f"export CLAUDE_CODE_MAX_CONTEXT_TOKENS={_context(model)}",
        "claude",
    ))  # fmt: skip


def _codex(url: str, model: str) -> str:
    return "\n".join((
        f'model = "{model}"',
        'model_provider = "litellm"',
        f"model_context_window = {_context(model)}",
        "",
        "[model_providers.litellm]",
        'name = "LiteLLM"',
        f'base_url = "{url}/v1"',
        f'env_key = "{KEY_VARIABLE}"   # the shell that starts codex must export it',
        'wire_api = "responses"',
    ))  # fmt: skip


def _opencode(url: str, model: str) -> str:
    # `interleaved` makes opencode send the thinking back in tool loops.
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "LiteLLM",
        "options": {"baseURL": f"{url}/v1", "apiKey": f"{{env:{KEY_VARIABLE}}}"},
        "models": {
            model: {
                "interleaved": {"field": "reasoning_content"},
                "limit": {"context": _context(model), "output": 65_536},
            }
        },
    }
    return json.dumps({"$schema": "https://opencode.ai/config.json", "provider": {"litellm": provider}}, indent=2)


def _qwen_code(url: str, model: str, key: str) -> str:
    return f"export OPENAI_BASE_URL={url}/v1 OPENAI_API_KEY={key} OPENAI_MODEL={model}\nqwen"
