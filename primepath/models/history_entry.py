"""The history: each change with its author, its time, and the values before and after."""

from __future__ import annotations

from functools import cache
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from primepath.db.constraints import choices, one_of
from primepath.db.fields import BinaryTextField
from primepath.db.reading import reading_connection
from primepath.db.server_identity import ServerIdentity, fingerprint, server_state
from primepath.domain.history import HistoryAction, HistorySubject
from primepath.models.history_position import (
    CurrentTransaction,
    HistoryPosition,
    Located,
)
from primepath.models.teacher import Teacher
from primepath.terms import named


class HistoryIsAppendOnlyError(Exception):
    """The program tried to change or delete a history entry."""


class HistoryEntryQuerySet(models.QuerySet["HistoryEntry"]):
    def position(self) -> HistoryPosition:
        """Return the current position in the whole history. `primepath.feed` reads what has changed since then."""
        return HistoryPosition.current(_sql_of_newest(reading_connection().vendor))

    def locate(self, position: HistoryPosition) -> Located:
        """Return whether ``position`` was taken in this history.

        ``position`` has an entry. It was not if the database has been restored from an older copy, or is another database. A standby can lack
        entries of its own primary. It has all that the position can name once their transactions have ended here too.
        """
        at: Any = position.entry_at
        entry = self.filter(pk=position.entry_id, at=at)
        for server in entry.values_list(ServerIdentity(), flat=True):
            return Located.HERE if fingerprint(server) == position.server else Located.ELSEWHERE
        here = server_state()
        if here.fingerprint != position.server:
            return Located.ELSEWHERE
        is_behind = here.is_standby and here.open_from < position.end
        return Located.AHEAD if is_behind else Located.ELSEWHERE

    def update(self, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnlyError("History entries cannot be changed.")

    def delete(self) -> NoReturn:
        raise HistoryIsAppendOnlyError("History entries cannot be deleted.")

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[HistoryEntry]:
        if kwargs.get("update_conflicts"):
            raise HistoryIsAppendOnlyError("History entries cannot be changed.")
        return super().bulk_create(*args, **kwargs)


@cache
def _sql_of_newest(_vendor: str) -> str:
    return str(HistoryEntry.objects.order_by("-pk").values("pk", "at")[:1].query)


class HistoryEntry(models.Model):
    """A change of one object, written in the transaction of the change.

    PrimePath does not use a library for this (django-simple-history, django-auditlog, django-pghistory). They write one
    row per changed row in separate statements: several per bulk change, and more for many-to-many relations. Or they
    need PostgreSQL's triggers. Here the history of a change of 1,000 cells is written by one statement.

    ``changes`` is a list of ``[field, before, after]``; see `primepath.domain.history.FieldChange`.
    ``change_set`` is the same for all entries that one call of a service wrote. Entries of earlier versions have none.
    ``undoes`` is the change set that the entry's own one undoes, or None.
    ``transaction`` is the id of the transaction that wrote the entry; see `primepath.models.history_position`.
    """

    at = models.DateTimeField(_("time"))
    action = models.CharField(
        max_length=30, choices=choices(HistoryAction), verbose_name=_("action")
    )
    subject = models.CharField(
        max_length=14, choices=choices(HistorySubject), verbose_name=_("subject")
    )
    subject_key = BinaryTextField(max_length=48, verbose_name=_("subject key"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("account"),
        # The index `history_of_an_actor` begins with it.
        db_index=False,
    )
    actor_name = models.CharField(_("changed by"), max_length=150)
    teacher = models.ForeignKey(
        Teacher, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("teacher")
    )
    changes = models.JSONField(verbose_name=_("changes"))
    change_set = models.UUIDField(null=True, editable=False, verbose_name=_("change set"))
    undoes = models.UUIDField(null=True, editable=False, verbose_name=_("undoes"))
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), editable=False)

    objects = HistoryEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        ordering = ["-id"]
        constraints = [
            one_of("action", HistoryAction, name="history_action_known"),
            one_of("subject", HistorySubject, name="history_subject_known"),
        ]
        indexes = [
            models.Index(fields=["subject", "subject_key", "-id"], name="history_of_a_subject"),
            models.Index(fields=["transaction"], name="history_of_a_transaction"),
            models.Index(fields=["change_set"], name="history_of_a_change_set"),
            models.Index(
                fields=["undoes"],
                name="history_of_an_undo",
                condition=models.Q(undoes__isnull=False),
            ),
            models.Index(fields=["actor", "transaction", "id"], name="history_of_an_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {named(self.action)} {self.subject_key}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise HistoryIsAppendOnlyError("History entries cannot be changed.")
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise HistoryIsAppendOnlyError("History entries cannot be deleted.")
