"""Python imports this at its start in every process under ``litellm-minimax run``: see ``cli/run.py``.

It imports nothing that Python has not imported already, and loads the plugin only when LiteLLM is imported, so that a
program without LiteLLM pays nothing. The Python here may belong to another environment, and may be older than the
plugin requires.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

STARTED = "LITELLM_MINIMAX_RUN"
PLUGIN = "litellm_minimax"
OLDEST = (3, 11)


class _Awaiting:
    """Loads the plugin, or says why it can't, when LiteLLM is imported."""

    def find_spec(
        self, fullname: str, path: "Sequence[str] | None" = None, target: "ModuleType | None" = None
    ) -> "ModuleSpec | None":
        if fullname != "litellm" or self not in sys.meta_path:
            return None
        if not _finds("litellm", self):
            return None
        sys.meta_path.remove(self)  # before the import below, which may ask for LiteLLM
        if _finds(PLUGIN):
            __import__(PLUGIN)  # puts its own finder first, which registers everything after the import
        else:
            _say(_what_is_missing())
        for finder in list(sys.meta_path):
            spec = finder.find_spec(fullname, path, target) if hasattr(finder, "find_spec") else None
            if spec is not None:
                return spec
        return None


def _finds(name: str, besides: object = None) -> bool:
    for finder in list(sys.meta_path):
        if finder is not besides and hasattr(finder, "find_spec"):
            spec = finder.find_spec(name, None)
            if spec is not None:
                return spec.loader is not None  # without one it is a folder that an uninstalled package has left behind
    return False


def _what_is_missing() -> str:
    told = f"this program runs on {sys.executable}, which has LiteLLM but not litellm-minimax: "
    told += "minimax/… would go to LiteLLM's built-in provider. "
    if sys.version_info < OLDEST:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return f"{told}litellm-minimax needs Python 3.11 or newer, and this one is {version}."
    return f"{told}Install it there:\n    {_installing()}"


def _installing() -> str:
    """Return the command that adds the plugin to this environment, by the tool that made the environment."""
    package = f"litellm-minimax=={os.environ[STARTED].split()[1]}"
    tool = os.path.basename(sys.prefix)
    if os.path.exists(os.path.join(sys.prefix, "pipx_metadata.json")):
        return f"pipx inject {tool} {package}"
    if os.path.exists(os.path.join(sys.prefix, "uv-receipt.toml")):
        return f"uv tool install {tool} --with {package}"
    if _finds("pip"):
        return f"{sys.executable} -m pip install {package}"
    return f"uv pip install --python {sys.executable} {package}"


def _say(text: str) -> None:
    sys.stderr.write(f"litellm-minimax run: {text}\n")
    sys.stderr.flush()


def _start() -> None:
    started = os.environ.get(STARTED, "").split()
    if len(started) != 2:
        return  # the directory was put on the path by other means
    if started[0] == str(os.getpid()) and _finds("litellm") and not _finds(PLUGIN):
        # The command itself. Its LiteLLM may be imported in a thread or inside a bare `except`, so it ends here. What
        # the command starts later may be anything, so there the message comes when LiteLLM is imported, and nothing
        # ends.
        _say(_what_is_missing())
        os._exit(1)  # `site` would swallow an exception, or Python would report it as a fatal error
    sys.meta_path.insert(0, _Awaiting())


def _run_the_next() -> None:
    """Import the ``sitecustomize`` that this one hides. Its exceptions go to ``site``, as they would without us."""
    here = os.path.dirname(os.path.abspath(__file__))
    hidden = [entry for entry in sys.path if os.path.abspath(entry) == here]
    own = sys.modules.pop(__name__)
    for entry in hidden:
        sys.path.remove(entry)
    try:
        __import__("sitecustomize")
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
    finally:
        # Back in first place: a program may pass its own sys.path to its children as their PYTHONPATH.
        sys.path[:0] = hidden
        sys.modules.setdefault(__name__, own)


_start()
_run_the_next()
