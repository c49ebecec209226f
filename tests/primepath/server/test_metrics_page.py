"""The page on monitoring, the alerts and the dashboard name the metrics that exist.

After a metric has changed, run this file with ``UPDATE_METRICS=1`` to write the table, and review the difference.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pages import PRODUCTION, ROOT, section

pytestmark = pytest.mark.one_database

PAGE = PRODUCTION / "monitoring.md"
ALERTS_PAGE = PRODUCTION / "alerts.md"
DASHBOARD = ROOT / "deploy" / "monitoring" / "grafana-dashboard.json"
ALERTS = ROOT / "deploy" / "monitoring" / "alerts.yaml"
HEADER = "| metric | type | labels | meaning |\n|---|---|---|---|\n"
_NAME = re.compile(r"\bprimepath_\w+")
# All that the product declares. A server imports some modules with the first request, or only with some settings.
_LIST = """
import importlib, json, pkgutil, primepath.asgi, primepath, loaders, schema
from prometheus_client import REGISTRY
for package in (primepath, loaders, schema):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
found = {c._name: [c._type, list(c._labelnames), c._documentation]
         for c in REGISTRY._collector_to_names if getattr(c, "_name", "").startswith("primepath_")}
print(json.dumps(found))
"""


@cache
def declared() -> dict[str, tuple[str, list[str], str]]:
    """Return the type, labels and meaning of each metric by its name."""
    environment = {name: value for name, value in os.environ.items() if "PROMETHEUS" not in name}
    command = [sys.executable, "-c", _LIST]
    output = subprocess.check_output(command, cwd=ROOT, env=environment, text=True)
    return {
        f"{name}_total" if kind == "counter" else name: (kind, labels, meaning)
        for name, (kind, labels, meaning) in json.loads(output).items()
    }


def series() -> set[str]:
    """Return the names that an expression can use."""
    names = set(declared())
    for name, (kind, _, _) in declared().items():
        if kind == "histogram":
            names |= {f"{name}_{part}" for part in ("bucket", "sum", "count")}
    return names


def row(name: str) -> str:
    kind, labels, meaning = declared()[name]
    return f"| `{name}` | {kind} | {', '.join(f'`{each}`' for each in labels)} | {meaning} |"


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(ALERTS.read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def expressions(content: Any) -> list[str]:
    """Return all PromQL expressions in a dashboard."""
    if isinstance(content, list):
        return [found for each in content for found in expressions(each)]
    if not isinstance(content, dict):
        return []
    own = [content[name] for name in ("expr", "query") if isinstance(content.get(name), str)]
    return own + [found for each in content.values() for found in expressions(each)]


def test_page_lists_every_metric() -> None:
    expected = "".join(f"{row(name)}\n" for name in sorted(declared()))
    text = PAGE.read_text()
    before, found, rest = text.partition(HEADER)
    assert found
    table = re.match(r"(\|.*\n)*", rest)
    assert table is not None
    if os.environ.get("UPDATE_METRICS"):
        PAGE.write_text(f"{before}{HEADER}{expected}{rest[table.end() :]}")
        return
    assert table[0] == expected


def test_metric_has_a_unit_or_counts_and_few_labels() -> None:
    """Names have base units, and ``_total`` for counters only: prometheus.io/docs/practices/naming."""
    for name, (kind, labels, meaning) in declared().items():
        assert name.endswith("_total") == (kind == "counter"), name
        assert not re.search(r"_(ms|milliseconds|kb|percent)(_|$)", name), name
        assert len(labels) <= 2, name
        assert meaning.endswith("."), name


def test_alerts_name_metrics_that_exist() -> None:
    names = {name for rule in alerts() for name in _NAME.findall(rule["expr"])}
    assert len(names) > 3
    assert names - series() == set()


def test_every_alert_has_a_severity_and_a_section() -> None:
    names = [rule["alert"] for rule in alerts()]
    assert len(names) == len(set(names))
    page = ALERTS_PAGE.read_text()
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == names
    for rule in alerts():
        name = rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["runbook"].endswith(f"docs/production/alerts.md#{name.lower()}")
        assert rule["annotations"]["summary"]
        text = section(page, name)
        for part in ("**Meaning.**", "**Look at**", "**Do.**"):
            assert part in text, (name, part)


def test_dashboard_names_metrics_that_exist() -> None:
    content = json.loads(DASHBOARD.read_text())
    found = expressions(content)
    names = {name for expression in found for name in _NAME.findall(expression)}
    assert len(found) > 10
    assert names - series() == set()


def test_panels_of_the_dashboard_have_places_and_titles() -> None:
    content = json.loads(DASHBOARD.read_text())
    panels = content["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert panel["title"]
        assert place["x"] + place["w"] <= 24
    for first in panels:
        assert not [other for other in panels if other is not first and _overlap(first, other)]


def _overlap(first: dict[str, Any], second: dict[str, Any]) -> bool:
    a, b = first["gridPos"], second["gridPos"]
    return bool(
        a["x"] < b["x"] + b["w"]
        and b["x"] < a["x"] + a["w"]
        and a["y"] < b["y"] + b["h"]
        and b["y"] < a["y"] + a["h"]
    )


@pytest.mark.parametrize("file", [ALERTS, DASHBOARD], ids=lambda file: file.name)
def test_file_is_plain_ascii(file: Path) -> None:
    assert file.read_text().isascii()
