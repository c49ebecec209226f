"""Bearer tokens."""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter

from django.db.models import QuerySet
from django.utils import timezone

from loaders.dispatch import Stage
from loaders.generic import GroupLoader, RowLoader
from loaders.loader_group import LoaderGroup
from primepath.models import ApiToken
from primepath.server.answer_life import do_not_keep_answer


class TokenLoaders(LoaderGroup):
    """The tokens of the viewer that are valid. A viewer sees only their own.

    Each sign-in and each use writes the table, so answers with tokens are not kept.
    """

    @cached_property
    def token_by_id(self) -> RowLoader[int, ApiToken]:
        do_not_keep_answer()
        return RowLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: self._tokens().filter(pk__key_in=ids),
            attrgetter("pk"),
        )

    @cached_property
    def tokens_by_user(self) -> GroupLoader[int, ApiToken]:
        """Tokens of the viewer, newest first. Other users have none here."""
        do_not_keep_answer()
        return GroupLoader(
            self._dispatcher,
            Stage.DETAIL,
            lambda ids: self._tokens().filter(user__key_in=ids),
            attrgetter("user_id"),
        )

    def _tokens(self) -> QuerySet[ApiToken]:
        return ApiToken.objects.valid(timezone.now()).filter(user=self._viewer.user_id)
