"""Uploads and downloads."""

from __future__ import annotations

import datetime
import io
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from primepath.domain.stored_file import MAX_FILE_BYTES, FilePurpose
from primepath.domain.viewer import Viewer
from primepath.models import StoredFile
from primepath.services.accounts.tokens import create_token
from primepath.services.stored_files.store import (
    FileContent,
    find_upload,
    store_file,
)
from tests.factories import as_viewer, make_teacher

pytestmark = pytest.mark.django_db

BINARY = "application/octet-stream"
FILE = FileContent("시간표.csv", "text/csv; charset=utf-8", b"class_code\r\n")


@pytest.fixture
def user() -> User:
    return make_teacher("mina").user


@pytest.fixture
def viewer(user: User) -> Viewer:
    return as_viewer(user)


def bearer(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_token(user=user, name='Test')[0]}"}


def upload(client: Client, content: Any, content_type: str = BINARY, **headers: str) -> Any:
    return client.post("/files", content, content_type=content_type, headers=headers)


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["errors"][0]["extensions"]["code"]


def test_a_program_uploads_with_a_token(user: User, viewer: Viewer) -> None:
    response = upload(Client(enforce_csrf_checks=True), b"a,b", **bearer(user))
    assert response.status_code == 201
    assert response["Cache-Control"] == "no-store"
    assert find_upload(viewer=viewer, upload_id=response.json()["uploadId"]) == b"a,b"


def test_a_form_uploads_its_file(user: User, viewer: Viewer) -> None:
    client = Client()
    client.force_login(user)
    response = client.post("/files", {"file": SimpleUploadedFile("plan.csv", b"a,b")})
    assert find_upload(viewer=viewer, upload_id=response.json()["uploadId"]) == b"a,b"
    assert StoredFile.objects.get().name == "plan.csv"
    assert code_of(client.post("/files", {"other": io.BytesIO(b"a")})) == (400, "BAD_USER_INPUT")


def test_a_session_needs_the_csrf_token(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    for content_type in (BINARY, "multipart/form-data; boundary=x", "text/plain"):
        response = upload(client, b"--x--\r\n", content_type)
        assert code_of(response) == (403, "FORBIDDEN")
    client.get("/sign-in/")
    token = client.cookies["csrftoken"].value
    assert upload(client, b"a", **{"X-CSRFToken": token}).status_code == 201
    assert StoredFile.objects.count() == 1


def test_nobody_else_uploads(user: User) -> None:
    assert code_of(upload(Client(), b"a")) == (401, "UNAUTHENTICATED")
    assert code_of(upload(Client(), b"a", Authorization="Bearer x")) == (401, "UNAUTHENTICATED")
    assert not StoredFile.objects.exists()


def test_malformed_uploads_are_refused(user: User) -> None:
    client, headers = Client(), bearer(user)
    assert code_of(upload(client, b"", **headers)) == (400, "BAD_USER_INPUT")
    too_long = b"a" * (MAX_FILE_BYTES + 1)
    assert code_of(upload(client, too_long, **headers)) == (413, "LIMIT_EXCEEDED")
    form = "application/x-www-form-urlencoded"
    assert code_of(upload(client, b"a=b", form, **headers)) == (415, "BAD_USER_INPUT")
    broken = "multipart/form-data"
    assert code_of(upload(client, b"a", broken, **headers)) == (400, "BAD_USER_INPUT")
    response = client.get("/files")
    assert (code_of(response), response["Allow"]) == ((405, "BAD_USER_INPUT"), "POST")
    assert not StoredFile.objects.exists()


def test_an_upload_is_for_its_uploader_and_for_an_hour(viewer: Viewer) -> None:
    upload_id, _ = store_file(viewer=viewer, purpose=FilePurpose.UPLOAD, file=FILE)
    other = as_viewer(make_teacher("juno"))
    assert find_upload(viewer=viewer, upload_id=upload_id) == FILE.content
    assert find_upload(viewer=other, upload_id=upload_id) is None
    assert Client().get(f"/files/{upload_id}").status_code == 404
    later = timezone.now() + datetime.timedelta(minutes=61)
    with patch.object(timezone, "now", return_value=later):
        assert find_upload(viewer=viewer, upload_id=upload_id) is None
        # The next file clears away what is over.
        store_file(viewer=other, purpose=FilePurpose.UPLOAD, file=FILE)
    assert StoredFile.objects.get().user_id == other.user_id


def test_a_user_has_a_few_files(viewer: Viewer) -> None:
    found = [store_file(viewer=viewer, purpose=FilePurpose.UPLOAD, file=FILE)[0] for _ in range(12)]
    kept = [find_upload(viewer=viewer, upload_id=each) is not None for each in found]
    assert kept == [False] * 2 + [True] * 10


def test_a_download_works_once_without_credentials(viewer: Viewer) -> None:
    secret, _ = store_file(viewer=viewer, purpose=FilePurpose.DOWNLOAD, file=FILE)
    url = f"/files/{secret}"
    assert Client().head(url).status_code == 200
    response = Client().get(url)
    assert response.content == FILE.content
    assert response["Content-Type"] == FILE.content_type
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["Cache-Control"] == "private, no-store"
    assert Client().get(url).status_code == Client().head(url).status_code == 404
    assert not StoredFile.objects.exists()


def test_a_download_ends(viewer: Viewer, user: User) -> None:
    secret, expires_at = store_file(viewer=viewer, purpose=FilePurpose.DOWNLOAD, file=FILE)
    with patch.object(timezone, "now", return_value=expires_at):
        assert Client().get(f"/files/{secret}").status_code == 404
    User.objects.update(is_active=False)
    assert Client().get(f"/files/{secret}").status_code == 404
    User.objects.update(is_active=True)
    assert Client().get(f"/files/{secret}").status_code == 200


def test_the_secret_is_not_stored(viewer: Viewer) -> None:
    secret, _ = store_file(viewer=viewer, purpose=FilePurpose.DOWNLOAD, file=FILE)
    (row,) = StoredFile.objects.values()
    assert secret not in str(row)
