"""Note when something was last used, accurate to one hour."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from django.db import connections
from django.db.models import Model, Q
from django.utils import timezone

logger = logging.getLogger("primepath.last_use")

_ACCURACY = timedelta(hours=1)
_MOST_NOTED = 10_000
_writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="last-use")


class LastUse:
    """Writes the column ``last_used_at`` of a table.

    A thread writes it later. So no reader waits for a lock, and reading works while the database accepts no changes. A row is not written
    again within the hour, also if that failed.
    """

    def __init__(self, model: type[Model]) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._noted: dict[int, datetime] = {}

    def note(self, key: int, last_used_at: datetime | None) -> None:
        """Note that a row is used now. ``last_used_at`` is what is stored."""
        now = timezone.now()
        if last_used_at is not None and last_used_at > now - _ACCURACY:
            return
        with self._lock:
            noted = self._noted.get(key)
            if noted is not None and noted > now - _ACCURACY:
                return
            if len(self._noted) > _MOST_NOTED:
                self._noted.clear()
            self._noted[key] = now
        _writer.submit(self._write, key, now)

    def _write(self, key: int, now: datetime) -> None:
        try:
            earlier = Q(last_used_at=None) | Q(last_used_at__lt=now)
            self._model._default_manager.filter(earlier, pk=key).update(last_used_at=now)
        except Exception:
            name = self._model._meta.verbose_name
            logger.warning("The use of %s %s could not be noted.", name, key, exc_info=True)
        finally:
            connections.close_all()
