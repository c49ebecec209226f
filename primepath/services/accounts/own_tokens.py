"""Revoke one's own tokens."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from primepath.domain.errors import InputError, UserErrorCode
from primepath.domain.history import HistoryAction, HistorySubject, differences
from primepath.domain.viewer import Viewer
from primepath.models import ApiToken
from primepath.services.history import Recorded, record
from primepath.services.validation import ValidationErrors


def own_tokens(viewer: Viewer) -> QuerySet[ApiToken]:
    """Return the viewer's tokens that are neither revoked nor expired, newest first."""
    return ApiToken.objects.valid(timezone.now()).filter(user=viewer.user_id)


@transaction.atomic
def revoke_own_token(
    *, viewer: Viewer, token_id: int | None, parse_errors: Iterable[InputError] = ()
) -> ApiToken:
    """Revoke a token of the viewer immediately. Return the token. Repeating this changes nothing.

    Error code: ``NOT_FOUND`` if the viewer has no such token.
    """
    errors = ValidationErrors(parse_errors)
    tokens = ApiToken.objects.select_for_update(no_key=True).filter(user=viewer.user_id)
    token = tokens.filter(pk=token_id).first() if token_id else None
    if token is None and token_id is not None:
        errors.add(UserErrorCode.NOT_FOUND, _("This token does not exist."), "token_id")
    errors.raise_if_any()
    assert token is not None
    if token.revoked_at is None:
        _revoke(viewer, [token])
    return token


@transaction.atomic
def revoke_own_tokens(*, viewer: Viewer) -> int:
    """Revoke all tokens of the viewer, including that of the request. Return their number."""
    tokens = list(own_tokens(viewer).select_for_update(of=("self",), no_key=True))
    _revoke(viewer, tokens)
    return len(tokens)


def _revoke(viewer: Viewer, tokens: list[ApiToken]) -> None:
    now = timezone.now()
    ApiToken.objects.filter(pk__in=[each.pk for each in tokens]).update(revoked_at=now)
    for token in tokens:
        token.revoked_at = now
    record(
        viewer=viewer,
        action=HistoryAction.REVOKE_TOKEN,
        subject=HistorySubject.TOKEN,
        at=now,
        entries=[Recorded(str(each.pk), differences({}, {"revoked_at": now})) for each in tokens],
    )
