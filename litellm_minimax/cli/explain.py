"""``litellm-minimax explain MODEL``: what a hybrid's name means, which options apply, and what would be decided.

It calls no proxy, no model and no cache, so it does not know what a running proxy remembers: a turn's notes, recent
failures, and the money spent so far.
"""

from __future__ import annotations

import dataclasses
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from litellm_minimax.cli import proxy_config
from litellm_minimax.cli.configured_groups import ConfiguredGroups
from litellm_minimax.cli.models import aligned
from litellm_minimax.hybrid.asking import conversation, policy, preset, spec
from litellm_minimax.hybrid.handing_over import history
from litellm_minimax.hybrid.members import parameters
from litellm_minimax.hybrid.members.resolution import resolve
from litellm_minimax.wire.faults import InvalidRequest

_FIRST = {"messages": [{"role": "user", "content": "…"}]}
"""The request to explain if no file is given."""
_ROLES: tuple[spec.Role, ...] = ("reasoning", "execution")


@click.command()
@click.argument("model")
@click.option("--messages", "file", help="A request's body or its messages, as JSON in OpenAI's form; '-' reads stdin.")
@click.option(
    "--config", type=click.Path(path_type=Path), help="The proxy's configuration; by default the shipped one."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def explain(model: str, file: str | None, config: Path | None, *, as_json: bool) -> None:
    """Explain a hybrid: its members, the options in force, and the decision for a request. Makes no call."""
    try:
        path = config or proxy_config.shipped()
        told = explanation(model, proxy_config.load(path), _request(file), os.environ)
    except (InvalidRequest, proxy_config.ConfigError) as fault:
        raise click.ClickException(str(fault)) from None
    if as_json:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        _show(told, path.name, given=file is not None)
    if told["problems"]:
        sys.exit(1)


def explanation(
    model: str, config: Mapping[str, Any], request: Mapping[str, Any], environment: Mapping[str, str]
) -> dict[str, Any]:
    """Return the explanation, as ``--json`` prints it.

    Args:
        model: the name as a client types it.
        config: the proxy's configuration.
        request: a request's body, of which the messages, tools, parameters and ``metadata.hybrid`` are read.
        environment: the process's environment, for the switches that give defaults.

    Raises:
        InvalidRequest: no hybrid has this name, or the request or an option is not right.
    """
    entry, members = _named(model, config)
    written = (entry or {}).get("litellm_params") or {}
    options = preset.read(written.get("hybrid"), environment)
    parsed = members or options.members
    if parsed is None:
        raise InvalidRequest("model", f"{spec.quoted(model)} names no models.", f"Example: {spec.EXAMPLE}")
    override = preset.read_override((request.get("metadata") or {}).get("hybrid"))
    in_force = override.applied_to(options)
    problems: list[str] = []
    anything = in_force.allow_unconfigured_members or model.startswith("hybrid/")
    groups = ConfiguredGroups(config)
    pairs = zip(_ROLES, (parsed.reasoning, parsed.execution), strict=True)
    return {
        "model": model,
        "entry": entry.get("model_name") if entry else None,
        "members": {role: _member(each, role, groups, in_force, problems, anything=anything) for role, each in pairs},
        "options": _options(in_force),
        "changed": sorted(name for name, value in _options(in_force).items() if value != _DEFAULTS[name]),
        **_decided(request, in_force, override),
        "problems": problems,
    }


def _named(model: str, config: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, spec.HybridSpec | None]:
    """Return the configuration's entry for the name, and the members if the name itself contains them."""
    entries = [
        entry
        for entry in config.get("model_list") or ()
        if str((entry.get("litellm_params") or {}).get("model", "")).startswith("hybrid/")
    ]
    if spec.looks_like_spec(model):
        parsed = spec.parse(model)
        # `hybrid/[R,E]` is the SDK's, which has no configuration.
        name = "" if model.startswith("hybrid/") else "hybrid:*"
        return next((entry for entry in entries if entry.get("model_name") == name), None), parsed
    found = next((entry for entry in entries if entry.get("model_name") == model), None)
    if found is None:
        names = ", ".join(sorted(name for entry in entries if "*" not in (name := str(entry.get("model_name")))))
        raise InvalidRequest(
            "model",
            f"no hybrid is called {spec.quoted(model)}.",
            f"There are: {names}. Or name both models: {spec.EXAMPLE}",
        )
    return found, None


def _member(
    member: spec.Member,
    role: spec.Role,
    groups: ConfiguredGroups,
    options: preset.Preset,
    problems: list[str],
    *,
    anything: bool,
) -> dict[str, Any]:
    told: dict[str, Any] = {"written": member.raw, "parameters": dict(member.params), "group": None, "model": None}
    try:
        target = resolve(member, role, groups, options.backends, {}, unconfigured=anything)
        told |= {"group": target.name if target.in_router else None, "model": target.model}
        parameters.check(member, role, target, member.params)
    except InvalidRequest as fault:
        problems.append(str(fault))
    return told


def _options(options: preset.Preset) -> dict[str, Any]:
    told = {field.name: getattr(options, field.name) for field in dataclasses.fields(options)}
    told.pop("members")
    return told | {"trigger": sorted(options.trigger), "backends": dict(options.backends)}


_DEFAULTS = _options(preset.Preset())


def _decided(request: Mapping[str, Any], options: preset.Preset, override: preset.Override) -> dict[str, Any]:
    messages = history.clean(request["messages"])
    talk = conversation.read(messages, has_tools=bool(request.get("tools")))
    off = policy.turned_thinking_off(request)

    def decided(remembered: policy.Remembered) -> dict[str, str]:
        decision = policy.decide(talk, options, override, thinking_off=off, remembered=remembered)
        return {"decision": policy.WORDS[decision.kind], "reason": decision.reason}

    shape = {
        "messages": talk.length,
        "user_turns": talk.user_turns,
        "in_tool_round": talk.turn_start >= 0 and talk.in_tool_round,
        "tool_error": talk.tool_error,
        "stalled": talk.stalled,
        "troubled_rounds": talk.troubled_rounds,
        "side_call": talk.side_call,
        "planning": talk.planning,
    }
    return {
        "conversation": shape,
        "decided": decided(policy.Remembered()),
        "decided_with_notes": decided(policy.Remembered(has_notes=True)) if shape["in_tool_round"] else None,
    }


def _request(file: str | None) -> Mapping[str, Any]:
    if file is None:
        return _FIRST
    try:
        given = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRequest("--messages", f"{file} can't be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise InvalidRequest("--messages", f"{file} is not JSON: {error}.") from None
    body = {"messages": given} if isinstance(given, list) else given
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise InvalidRequest("--messages", "expected a list of messages, or an object with one under 'messages'.")
    if "system" in body or any(map(_is_anthropics, messages)):
        raise InvalidRequest(
            "--messages",
            "this is a request of /v1/messages; OpenAI's form is expected.",
            "Write it as for /v1/chat/completions: calls under 'tool_calls', results as 'tool' messages.",
        )
    if not isinstance(body.get("metadata"), (dict, type(None))):
        raise InvalidRequest("--messages", "metadata must be an object.")
    return dict(body)


def _is_anthropics(message: Mapping[str, Any]) -> bool:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and part.get("type") in {"tool_use", "tool_result"} for part in parts)


def _show(told: Mapping[str, Any], config: str, *, given: bool) -> None:
    served = f"served by {told['entry']} of {config}" if told["entry"] else f"served by no entry of {config}"
    click.echo(f"{told['model']}   ({served})\n")
    rows = [
        (
            role,
            member["written"],
            "→ " + _target(member),
            ", ".join(f"{k} {v}" for k, v in member["parameters"].items()),
        )
        for role, member in told["members"].items()
    ]
    for line in aligned(rows):
        click.echo(f"  {line}")
    click.echo("\nOptions in force; * is not the default:")
    for name, value in told["options"].items():
        click.echo(f"  {'*' if name in told['changed'] else ' '} {name:<32} {_word(value)}")
    shape = told["conversation"]
    what = ", ".join(f"{name} {_word(value)}" for name, value in shape.items() if value)
    click.echo(f"\nThe request: {what if given else 'a person’s first message'}")
    click.echo("Decision:    {decision}, reason {reason}".format(**told["decided"]))
    if told["decided_with_notes"] not in (None, told["decided"]):
        click.echo(
            "             {decision}, reason {reason}, if the turn has had notes".format(**told["decided_with_notes"])
        )
    for problem in told["problems"]:
        click.echo(f"Problem:     {problem}")


def _target(member: Mapping[str, Any]) -> str:
    if member["model"] is None:
        return "nothing"
    return f"model group {member['group']} ({member['model']})" if member["group"] else str(member["model"])


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return "none" if value is None else str(value)
