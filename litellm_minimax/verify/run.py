"""Runs the checks: which ones, in which order, what they may cost, and what each found."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from litellm_minimax.upstream.addresses import Address
from litellm_minimax.verify.asking import Asker, Budget, NotServed, Unsettled, cost
from litellm_minimax.verify.check import Check, Verdict
from litellm_minimax.verify.exchange import Exchange
from litellm_minimax.verify.table import ALL, BY_KEY
from litellm_minimax.verify.told import told_by

AT_ONCE = 4
"""Checks that run at the same time: few enough for the lowest rate limit, enough to finish within minutes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        check: the check.
        verdict: what was found.
        model: the model it was tried on.
        exchanges: the requests and answers.
        seconds: how long it took.
    """

    check: Check
    verdict: Verdict
    model: str = ""
    exchanges: Sequence[Exchange] = ()
    seconds: float = 0.0


@dataclass(slots=True)
class Plan:
    """The checks to run, and their limits.

    Attributes:
        checks: in order.
        address: the server.
        key: the key.
        max_cost: the most dollars all of it may cost.
        max_seconds: limit for all of it.
        seconds: limit for one request.
    """

    checks: Sequence[Check]
    address: Address
    key: str
    max_cost: float = 0.10
    max_seconds: float = 300.0
    seconds: float = 30.0
    budget: Budget = field(init=False)

    def __post_init__(self) -> None:
        self.budget = Budget(self.max_cost)

    @property
    def most(self) -> float:
        """The most dollars that the checks may cost together."""
        return sum(map(most, self.checks))


def most(check: Check) -> float:
    """The most dollars that a check may cost: a token per byte sent, all requested tokens, on its dearest model."""
    return check.dollars or max(cost(model, check.prompt_bytes, check.answer_tokens) for model in check.models)


def narrowed(checks: Sequence[Check], only: Sequence[str], model: str | None) -> list[Check]:
    """Return the checks with these keys, on this model.

    Raises:
        ValueError: no check has such a key, or no check is about that model.
    """
    unknown = set(only) - BY_KEY.keys()
    if unknown:
        raise ValueError(f"no check is called {', '.join(sorted(unknown))}; there are {', '.join(BY_KEY)}")
    chosen = [check for check in checks if not only or check.key in only]
    if model is None:
        return chosen
    about = [_on(check, model) for check in chosen if model.lower() in map(str.lower, check.models)]
    if not about:
        models = ", ".join(sorted({name for check in ALL for name in check.models}))
        raise ValueError(
            f"no chosen check is about {model}; there are checks about {models} "
            "(those of embeddings and images need --embeddings or --images)"
        )
    return about


def is_key_refused(findings: Sequence[Finding]) -> bool:
    """Whether the service refused the key in each request that was sent with it."""
    asked = [finding for finding in findings if finding.exchanges and finding.check.key != "wrong-key"]
    return bool(asked) and all(_refuses_key(exchange) for finding in asked for exchange in finding.exchanges)


def _refuses_key(exchange: Exchange) -> bool:
    return exchange.status == 401 or told_by(exchange).code in {1004, 2049}


async def run(plan: Plan, tell: Callable[[Finding], None]) -> list[Finding]:
    """Run all checks; never fails, whatever the service does.

    Args:
        plan: the checks and their limits.
        tell: called with each finding as it comes.

    Returns:
        One finding per check, in the plan's order.
    """
    turn = asyncio.Semaphore(AT_ONCE)
    give_up = time.monotonic() + plan.max_seconds

    async def one(check: Check) -> Finding:
        async with turn:
            finding = await _find(check, plan, give_up)
        tell(finding)
        return finding

    return await asyncio.gather(*map(one, plan.checks))


async def _find(check: Check, plan: Plan, give_up: float) -> Finding:
    began = time.monotonic()
    exchanges: list[Exchange] = []
    found, model = Verdict("not settled", "none of its models is served"), ""
    for model in check.models:
        left = give_up - time.monotonic()
        if left <= 0:
            found = Verdict("not settled", f"not asked: {plan.max_seconds:g} s have passed (--max-seconds)")
            break
        asker = Asker(plan.address, plan.key, plan.budget, min(plan.seconds, left), model, exchanges)
        try:
            found = await check.question(asker)
            break
        except NotServed as refused:
            found = Verdict("not settled", str(refused))
        except Unsettled as reason:
            found = Verdict("not settled", str(reason))
            break
        except Exception as error:  # noqa: BLE001 -- one check's mistake must not take the report of the others
            found = Verdict("not settled", f"the check itself failed ({error!r}): please report it")
            break
    return Finding(check, found, model, tuple(exchanges), time.monotonic() - began)


def _on(check: Check, model: str) -> Check:
    return replace(check, models=tuple(name for name in check.models if name.lower() == model.lower()))
