"""For the documentation site: links that leave ``docs/`` lead to the file in the repository, if it is there.

On GitHub the pages are read where they stand, beside the files that they name; the site has the pages alone.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

log = logging.getLogger("mkdocs.hooks.docs_links")
_OUTWARD = re.compile(r"\]\((?P<target>\.\./[^)#\s]*)(?P<anchor>#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, **_: Any) -> str:
    """The page's text with its outward links made whole; a missing file is a warning, which stops a strict build."""
    docs = Path(config["docs_dir"])
    root = docs.parent

    def whole(found: re.Match[str]) -> str:
        path = (docs / page.file.src_path).parent.joinpath(found["target"]).resolve()
        if not path.exists():
            log.warning("%s links to %s, which is not there", page.file.src_path, found["target"])
            return found[0]
        kind = "tree" if path.is_dir() else "blob"
        inside = path.relative_to(root)
        return f"]({config['extra']['repository']}/{kind}/main/{inside}{found['anchor'] or ''})"

    return _OUTWARD.sub(whole, markdown)
