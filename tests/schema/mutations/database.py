"""Content of the database, for comparisons."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection

from primepath.models import HistoryEntry


def stored_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables of the product, by model name. The values are as the driver returns them."""
    with connection.cursor() as cursor:
        return {
            name: cursor.execute(statement).fetchall() for name, statement in _statements().items()
        }


# Most tests call it twice. Django would take longer to compile the queries than the database to run them.
@cache
def _statements() -> dict[str, str]:
    models = apps.get_app_config("primepath").get_models(include_auto_created=True)
    return {
        model.__name__: str(model._base_manager.order_by("pk").values_list().query)
        for model in models
    }


def history_size() -> int:
    return HistoryEntry.objects.count()
