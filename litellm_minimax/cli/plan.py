"""Asks MiniMax what a plan has left, puts it into words, and warns once before it runs out."""

from __future__ import annotations

import logging
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from litellm_minimax.upstream.addresses import Address
from litellm_minimax.wire.faults import ProtocolFault, UpstreamFault
from litellm_minimax.wire.quota.remains import Bucket, Window, read_remains

NETWORK_SECONDS = 10
PLAN_KEY = "sk-cp-"
"""The prefix of MiniMax's plan keys."""
EVERY_SECONDS = 600.0
_MOST_BYTES = 1 << 20
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400

log = logging.getLogger("litellm_minimax")


def ask(address: Address, key: str) -> tuple[Bucket, ...]:
    """Return what is left for a key, by group of models.

    Raises:
        UpstreamFault: MiniMax answered with an error.
        ProtocolFault: the answer can't be read.
        OSError: the server does not answer.
    """
    today, older = address.quota
    status, body = _get(today, key)
    if status == 404:
        status, body = _get(older, key)
    return read_remains(status, body, time.time())


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Refuses redirects, so that the key is not sent to another address."""

    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


def _get(url: str, key: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}", "Accept": "application/json"})  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=NETWORK_SECONDS) as response:
            return response.status, response.read(_MOST_BYTES)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(_MOST_BYTES)


def about_to_end(buckets: tuple[Bucket, ...]) -> Iterator[tuple[Bucket, Window]]:
    """Yield the windows with less than a tenth left."""
    return ((bucket, window) for bucket in buckets for window in bucket.windows if window.nearly_used_up)


def length_of(window: Window) -> str:
    """Return ``5 hours``, ``week`` or ``window``."""
    if window.name == "week":
        return "week"
    hours = round((window.seconds or 0) / _HOUR)
    return f"{hours} hours" if hours > 1 else "window"


def left_of(window: Window) -> str:
    """Return ``89 %``, or that there is no limit."""
    if not window.limited:
        return "no limit"
    return f"{window.left:.0f} %" if window.left is not None else "not told"


def reset_of(window: Window, now: float) -> str:
    """Return when it resets: the time, and how long until then."""
    if not window.limited or window.ends is None or window.ends <= now:
        return "–"
    moment = datetime.fromtimestamp(window.ends, UTC)
    return f"{moment:%Y-%m-%d %H:%M} UTC, in {_span(window.ends - now)}"


def in_words(bucket: Bucket, window: Window, now: float) -> str:
    """Return one sentence about one window."""
    reset = reset_of(window, now)
    resets = f"; resets {reset}" if reset != "–" else ""
    return f"{bucket.name}: {left_of(window)} of the {length_of(window)} left{resets}"


def _span(seconds: float) -> str:
    days, rest = divmod(int(seconds), _DAY)
    hours, rest = divmod(rest, _HOUR)
    parts = ((days, "d"), (hours, "h"), (rest // _MINUTE, "min"))
    told = [f"{count} {unit}" for count, unit in parts if count][:2]
    return " ".join(told) or "less than a minute"


class Watch:
    """Warns in the log, once for each window, when less than a tenth of a plan is left."""

    def __init__(self, asking: Callable[[], tuple[Bucket, ...]]) -> None:
        self._asking = asking
        self._warned: set[tuple[str, str, float | None]] = set()

    def look(self) -> None:
        """Ask, and warn if needed; a missing answer is only logged at debug level."""
        try:
            buckets = self._asking()
        except (OSError, UpstreamFault, ProtocolFault) as error:
            log.debug("the plan's quota can't be read: %s", error)
            return
        for bucket, window in about_to_end(buckets):
            # The end moves by seconds if MiniMax reports it as a remaining time.
            which = (bucket.name, window.name, None if window.ends is None else window.ends // _HOUR)
            if which not in self._warned:
                self._warned.add(which)
                log.warning("MiniMax plan nearly used up: %s", in_words(bucket, window, time.time()))

    def start(self, every: float = EVERY_SECONDS) -> None:
        """Look from time to time, in a thread that ends with the process."""
        threading.Thread(target=self._run, args=(every,), name="minimax-plan-watch", daemon=True).start()

    def _run(self, every: float) -> None:
        while True:
            self.look()
            time.sleep(every)
