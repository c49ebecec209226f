"""The history: who changed what, when, from what to what."""

from __future__ import annotations

from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models

from primepath.db.constraints import choices, one_of
from primepath.db.fields import BinaryTextField
from primepath.domain.history import HistoryAction, HistorySubject
from primepath.models.history_position import (
    CurrentSnapshot,
    CurrentTransaction,
    HistoryPosition,
)
from primepath.models.teacher import Teacher


class HistoryIsAppendOnlyError(Exception):
    """Somebody tried to rewrite history."""


class HistoryEntryQuerySet(models.QuerySet["HistoryEntry"]):
    def position(self) -> HistoryPosition:
        """How far the history can be seen now: whoever keeps it asks later for what came `after` it."""
        newest = self.order_by("-pk").values_list("pk", "at", CurrentSnapshot()).first()
        if newest is None:
            return HistoryPosition()
        entry_id, at, snapshot = newest
        return HistoryPosition(entry_id, at, *map(int, snapshot.split(":")))

    def after(self, position: HistoryPosition) -> Self:
        """The entries that could not be seen at ``position``; one may be among them that could."""
        return self.filter(position.later)

    def knows(self, position: HistoryPosition) -> bool:
        """Whether this is the history in which ``position`` was taken, and not an older copy of it or another."""
        if position.entry_at is None:
            return True
        return self.filter(pk=position.entry_id, at=position.entry_at).exists()

    def update(self, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnlyError("Entries of the history do not change.")

    def delete(self) -> NoReturn:
        raise HistoryIsAppendOnlyError("Entries of the history are not deleted.")

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[HistoryEntry]:
        if kwargs.get("update_conflicts"):
            raise HistoryIsAppendOnlyError("Entries of the history do not change.")
        return super().bulk_create(*args, **kwargs)


class HistoryEntry(models.Model):
    """One change of one thing, written in the transaction that made it.

    The libraries that keep a model's history (django-simple-history, django-auditlog, django-pghistory) were not taken:
    they write a row a changed row in statements of their own, several a bulk change and more for many-to-many
    relations, or need PostgreSQL's triggers; here a change of 1,000 cells has its history in one statement.

    ``changes`` is a list of ``[field, before, after]``; `primepath.domain.history.FieldChange` says what they mean.
    ``transaction`` is the number of the transaction that wrote the entry; see `primepath.models.history_position`.
    """

    at = models.DateTimeField()
    action = models.CharField(max_length=30, choices=choices(HistoryAction))
    subject = models.CharField(max_length=14, choices=choices(HistorySubject))
    subject_key = BinaryTextField(max_length=48)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField(max_length=150)
    teacher = models.ForeignKey(Teacher, on_delete=models.PROTECT, null=True, related_name="+")
    changes = models.JSONField()
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    objects = HistoryEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "history entry"
        verbose_name_plural = "history"
        ordering = ["-id"]
        constraints = [
            one_of("action", HistoryAction, name="history_action_known"),
            one_of("subject", HistorySubject, name="history_subject_known"),
        ]
        indexes = [
            models.Index(fields=["subject", "subject_key", "-id"], name="history_of_a_subject"),
            models.Index(fields=["transaction"], name="history_of_a_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.subject_key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsAppendOnlyError("Entries of the history do not change.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnlyError("Entries of the history are not deleted.")
