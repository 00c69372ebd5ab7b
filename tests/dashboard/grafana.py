"""Grafana's JSON, made from the panels. ``python -m tests.dashboard.grafana`` writes it into ``deploy/grafana/``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.dashboard.panels import PANELS, Panel

FILE = Path(__file__).resolve().parents[2] / "deploy" / "grafana" / "litellm-minimax.json"
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS, HEIGHT = 24, 8


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it."""
    chooser = {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus", "current": {}}
    return {
        "uid": "litellm-minimax",
        "title": "litellm-minimax",
        "description": "Hybrids, MiniMax's errors and the reasoning memory of litellm-minimax.",
        "tags": ["litellm", "minimax"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": [chooser]},
        "panels": [_panel(panel, number) for number, panel in enumerate(PANELS)],
    }


def text() -> str:
    return json.dumps(dashboard(), indent=2) + "\n"


def _panel(panel: Panel, number: int) -> dict[str, Any]:
    across = COLUMNS // panel.width
    custom = {"stacking": {"mode": "normal"}, "fillOpacity": 20} if panel.stacked else {}
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "gridPos": {
            "x": number % across * panel.width,
            "y": number // across * HEIGHT,
            "w": panel.width,
            "h": HEIGHT,
        },
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0, "custom": custom}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "expr": query.promql, "legendFormat": query.legend, "datasource": SOURCE}
            for place, query in enumerate(panel.queries)
        ],
    }


if __name__ == "__main__":
    FILE.write_text(text())
