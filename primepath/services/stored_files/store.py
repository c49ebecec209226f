"""Store files, find them again, and delete the expired ones."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from primepath.domain.stored_file import DOWNLOAD_KEPT, UPLOAD_KEPT, FilePurpose
from primepath.domain.viewer import Viewer
from primepath.models import StoredFile
from primepath.services.address_secrets import digest_of, new_secret

_KEPT = {FilePurpose.UPLOAD: UPLOAD_KEPT, FilePurpose.DOWNLOAD: DOWNLOAD_KEPT}
# Per user and purpose. The oldest ones make way.
_MOST_FILES = 10


class FileContent(NamedTuple):
    """A file: its name, its media type and its bytes."""

    name: str
    content_type: str
    content: bytes


@transaction.atomic
def store_file(*, viewer: Viewer, purpose: FilePurpose, file: FileContent) -> tuple[str, datetime]:
    """Store a file for the viewer. Return the secret by which it is found, and when it ends. Files that are over are deleted."""
    now = timezone.now()
    StoredFile.objects.filter(expires_at__lte=now).delete()
    mine = StoredFile.objects.filter(user=viewer.user_id, purpose=purpose).order_by("-created_at")
    oldest = list(mine.values_list("pk", flat=True)[_MOST_FILES - 1 :])
    StoredFile.objects.filter(pk__in=oldest).delete()
    secret, expires_at = new_secret(), now + _KEPT[purpose]
    StoredFile.objects.create(
        digest=digest_of(secret),
        user_id=viewer.account_id,
        purpose=purpose,
        name=file.name,
        content_type=file.content_type,
        content=file.content,
        created_at=now,
        expires_at=expires_at,
    )
    return secret, expires_at


def find_upload(*, viewer: Viewer, upload_id: str) -> bytes | None:
    """Return the content of an upload of the viewer, or None if it does not exist or has ended."""
    found = StoredFile.objects.filter(
        digest=digest_of(upload_id),
        user=viewer.user_id,
        purpose=FilePurpose.UPLOAD,
        expires_at__gt=timezone.now(),
    )
    content = found.values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def see_download(secret: str) -> StoredFile | None:
    """Return a file to download, without its content, and keep it. None if it does not exist, was downloaded or has ended."""
    return _downloads(secret).defer("content").first()


@transaction.atomic
def take_download(secret: str) -> FileContent | None:
    """Return a file and delete it, so that it cannot be downloaded again. None as for `see_download`."""
    found = _downloads(secret).select_for_update(of=("self",)).first()
    if found is None:
        return None
    file = FileContent(found.name, found.content_type, bytes(found.content))
    found.delete()
    return file


def _downloads(secret: str) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(
        digest=digest_of(secret),
        purpose=FilePurpose.DOWNLOAD,
        expires_at__gt=timezone.now(),
        user__is_active=True,
    )
