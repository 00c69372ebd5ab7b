"""Whether a member supports a parameter, by LiteLLM's own rules, checked before any call is made and paid for.

LiteLLM refuses a parameter that a model does not support (or, with ``drop_params``, leaves it out). Inside a hybrid
that would be too late: the reasoner's refusal would degrade every request, and the executor's would come after the
thinking is paid for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from litellm_minimax.hybrid.asking.spec import Member, Role, quoted
from litellm_minimax.hybrid.members.resolution import Target
from litellm_minimax.wire.faults import InvalidRequest

_CHECKED = ("temperature", "top_p", "max_tokens", "reasoning_effort", "verbosity")
"""The parameters of a model string except ``top_k``, which OpenAI does not have and LiteLLM passes to all providers."""


def check(member: Member, role: Role, target: Target, params: Mapping[str, Any]) -> None:
    """Refuse a parameter that LiteLLM would refuse later.

    Args:
        member: the member.
        role: which of the two it is; for the message.
        target: what the member resolved to.
        params: the parameters that the member is about to be called with.

    Raises:
        InvalidRequest: names the first parameter that the member does not support.
    """
    for name in _CHECKED:
        value = params.get(name)
        if isinstance(value, (str, int, float)) and not target.drops_params and _is_refused(target.model, name, value):
            raise InvalidRequest(
                name,
                f"the {role} member {quoted(member.raw)} does not take {name}={quoted(str(value))}: "
                f"LiteLLM refuses it for {target.model}.",
                "Leave it out for this member, or set drop_params on its deployment.",
            )


@lru_cache(maxsize=1024)
def _is_refused(model: str, name: str, value: object) -> bool:
    import litellm
    from litellm.utils import get_optional_params

    if litellm.drop_params:
        return False
    try:
        bare, provider, _, _ = litellm.get_llm_provider(model)
        get_optional_params(model=bare, custom_llm_provider=provider, **{name: value})
    except litellm.UnsupportedParamsError:
        return True
    except Exception:  # noqa: BLE001 - for a model that LiteLLM does not know, its server decides
        return False
    return False
