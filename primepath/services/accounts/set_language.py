"""Set the language of an account."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from primepath.domain.history import FieldChange, HistoryAction, HistorySubject
from primepath.domain.language import Language
from primepath.domain.viewer import Viewer
from primepath.models import AccountPreferences
from primepath.services.history import Recorded, record


@transaction.atomic
def set_language(*, viewer: Viewer, language: Language) -> None:
    """Store the language in which the viewer wants to read. Their choice so far does not matter."""
    preferences, is_new = AccountPreferences.objects.select_for_update().get_or_create(
        user_id=viewer.account_id, defaults={"language": language}
    )
    before = None if is_new else preferences.language
    if before == language:
        return
    if not is_new:
        preferences.language = language
        preferences.save(update_fields=["language"])
    record(
        viewer=viewer,
        action=HistoryAction.UPDATE_ACCOUNT,
        subject=HistorySubject.ACCOUNT,
        at=timezone.now(),
        entries=[
            Recorded(str(viewer.account_id), [FieldChange("language", before, language.value)])
        ],
    )
