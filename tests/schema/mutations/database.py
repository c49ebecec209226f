"""Content of the database, for comparisons."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from primepath.models import HistoryEntry


def stored_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables of the product, by model name."""
    return {
        model.__name__: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_app_config("primepath").get_models(include_auto_created=True)
    }


def history_size() -> int:
    return HistoryEntry.objects.count()
