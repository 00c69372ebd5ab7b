"""Runs something as soon as LiteLLM is imported: at once if it already is, else directly after its import.

``import litellm_minimax`` registers everything, whether it comes before or after ``import litellm``. Importing LiteLLM
from here would work as well, but takes seconds, and a command that only prints a table should not wait for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

NAME = "litellm"


def when_litellm_arrives(then: Callable[[], None]) -> None:
    """Call ``then`` now if LiteLLM is imported, else at the end of its import.

    An exception from ``then`` reaches the code that imports LiteLLM, and that import fails: a claim that does not hold
    is never ignored. The next attempt fails again.
    """
    if NAME in sys.modules:
        then()
    else:
        sys.meta_path.insert(0, _Awaiting(then))


class _Awaiting(MetaPathFinder):
    """Finds LiteLLM where the other finders find it, and calls ``then`` after its import."""

    def __init__(self, then: Callable[[], None]) -> None:
        self._name = NAME
        self._then = then

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._name or self not in sys.meta_path:
            return None
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            find = getattr(finder, "find_spec", None)
            spec: ModuleSpec | None = find(fullname, path, target) if find else None
            if spec is not None and spec.loader is not None:
                spec.loader = _ThenCalling(spec.loader, self._arrived)
                return spec
        return None

    def _arrived(self) -> None:
        self._then()
        # Not before: if `then` has failed, the next import of LiteLLM has to fail as well.
        if self in sys.meta_path:
            sys.meta_path.remove(self)


class _ThenCalling(Loader):
    """LiteLLM's own loader, with a call after it; the module keeps no trace of this one."""

    def __init__(self, own: Loader, then: Callable[[], None]) -> None:
        self._own = own
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._own
        if module.__spec__ is not None:
            module.__spec__.loader = self._own
        self._own.exec_module(module)
        self._then()
