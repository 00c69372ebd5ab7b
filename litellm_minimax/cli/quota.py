"""``litellm-minimax quota``: what a Token Plan has left, by group of models and window, and when it resets."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import click

from litellm_minimax.cli import plan
from litellm_minimax.cli.checks_upstream import masked
from litellm_minimax.cli.models import aligned
from litellm_minimax.upstream import addresses
from litellm_minimax.upstream.addresses import Address
from litellm_minimax.wire.faults import InvalidRequest, ProtocolFault, UpstreamFault
from litellm_minimax.wire.quota.remains import Bucket, Window, tells_no_plan

COLUMNS = ("models", "window", "left", "used", "resets")
_KEY_CODES = frozenset({1004, 2049})


@click.command()
@click.option("--region", type=click.Choice(["global", "cn"]), help="Ask this region's host; default: the set one.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def quota(region: str | None, *, as_json: bool) -> None:
    """Show what a Token Plan has left. Costs nothing. Ends with 1 if MiniMax can't be asked."""
    key = os.environ.get("MINIMAX_API_KEY", "").strip()
    if not key:
        raise click.ClickException("MINIMAX_API_KEY is not set. Export the key of your plan, and ask again.")
    address = _address(region)
    try:
        buckets = plan.ask(address, key)
    except UpstreamFault as fault:
        if not tells_no_plan(fault):
            raise click.ClickException(_refused(fault, address)) from None
        buckets = None
    except ProtocolFault as fault:
        raise click.ClickException(f"{address.host}: {fault.problem} Is it MiniMax? Check MINIMAX_API_BASE.") from None
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise click.ClickException(f"{address.host} can't be reached: {reason}. Check the network.") from None
    if as_json:
        click.echo(json.dumps(as_record(address, buckets), indent=2))
    elif buckets is None:
        click.echo(
            f"No Token Plan behind {masked(key)} at {address.host}: it is pay-as-you-go, so there is no quota to use "
            "up.\nIts balance is shown at platform.minimax.io (or platform.minimaxi.com)."
        )
    else:
        _show(address, key, buckets)


def _address(region: str | None) -> Address:
    if region:
        return Address(addresses.REGION_ROOTS[region])
    try:
        return addresses.resolve(None, os.environ)
    except InvalidRequest as fault:
        raise click.ClickException(str(fault)) from None


def _refused(fault: UpstreamFault, address: Address) -> str:
    text = (
        f"{address.host} says: {fault.text} ({f'code {fault.code}, ' if fault.code else ''}HTTP {fault.http_status})."
    )
    if fault.code in _KEY_CODES or fault.http_status in {401, 403}:
        other = address.other_region
        region = f" Keys belong to one region; this one may be for {other}: try --region." if other else ""
        return f"{text} Check MINIMAX_API_KEY.{region}"
    return f"{text} Try again in a moment."


def _show(address: Address, key: str, buckets: tuple[Bucket, ...]) -> None:
    click.echo(f"The plan of {masked(key)} at {address.host}\n")
    if not buckets:
        click.echo("MiniMax names no quota for it.")
        return
    now = time.time()
    rows = [row(bucket, window, now) for bucket in buckets for window in bucket.windows]
    for line in aligned([COLUMNS, *rows]):
        click.echo(line)
    for bucket, window in plan.about_to_end(buckets):
        click.echo(f"\n! Nearly used up: {plan.in_words(bucket, window, now)}")
    click.echo("\nWhat was used in the last minutes may not be counted yet.")


def row(bucket: Bucket, window: Window, now: float) -> tuple[str, ...]:
    """Return one row of the table."""
    used = "–" if window.used is None else f"{window.used} of {window.total}"
    return bucket.name, plan.length_of(window), plan.left_of(window), used, plan.reset_of(window, now)


def as_record(address: Address, buckets: tuple[Bucket, ...] | None) -> dict[str, Any]:
    """Return the same as plain JSON types."""
    return {
        "host": address.host,
        "plan": buckets is not None,
        "models": [
            {"name": bucket.name, "windows": [_window_record(window) for window in bucket.windows]}
            for bucket in buckets or ()
        ],
    }


def _window_record(window: Window) -> dict[str, Any]:
    ends = None if window.ends is None else datetime.fromtimestamp(window.ends, UTC).isoformat(timespec="seconds")
    return {
        "window": window.name, "limited": window.limited, "left_percent": window.left, "used": window.used,
        "total": window.total, "resets_at": ends, "nearly_used_up": window.nearly_used_up,
    }  # fmt: skip
