"""Classes, teachers and exams are exported and imported in the admin site."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client

from primepath.domain.stored_file import MAX_FILE_BYTES
from primepath.exchange.files.xlsx_files import read_workbook
from primepath.models import Exam, SchoolClass, StoredFile, Teacher
from primepath.traffic import most_bytes
from tests.primepath.admin.pages import list_url
from tests.primepath.admin.school import Row, written_since

MODELS = (SchoolClass, Teacher, Exam)
every_table = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def _import_url(model: type[Model]) -> str:
    return f"{list_url(model)}import/"


def _export(client: Client, model: type[Model], extension: str) -> Any:
    return client.get(f"{list_url(model)}export/{extension}/")


def _upload(client: Client, model: type[Model], content: bytes) -> Any:
    file = SimpleUploadedFile("file.csv", content, "text/csv")
    return client.post(_import_url(model), {"file": file})


def _apply(client: Client, model: type[Model], preview: Any) -> Any:
    hidden = re.findall(r'name="(upload_id|digest)" value="([^"]+)"', preview.content.decode())
    return client.post(_import_url(model), dict(hidden), follow=True)


@every_table
@pytest.mark.parametrize("extension", ["csv", "xlsx"])
def test_export_that_is_imported_again_changes_nothing(
    staff: Client, row: Row, model: type[Model], extension: str
) -> None:
    exported = _export(staff, model, extension)
    assert f".{extension}" in exported.headers["Content-Disposition"]
    preview = _upload(staff, model, exported.content)
    assert "Rows to change: 0. Unchanged: 1. Rejected: 0." in preview.content.decode()
    assert 'name="digest"' not in preview.content.decode()
    assert not written_since(row)


@every_table
def test_list_has_buttons(head: Client, row: Row, model: type[Model]) -> None:
    page = head.get(list_url(model)).content.decode()
    for end in ("export/csv/", "export/xlsx/", "import/"):
        assert f'<a href="{list_url(model)}{end}">' in page
    assert read_workbook(_export(head, model, "xlsx").content).rows[1:]
    assert _export(head, model, "exe").status_code == 404


def test_changes_are_shown_before_they_are_saved(head: Client, row: Row) -> None:
    file = _export(head, SchoolClass, "csv").content.replace(b"PRIMARY_1A,", b"PRIMARY_1A,New ", 1)
    file += b"NEW-1,A new class,PRIMARY,2,B,,,yes\r\n"
    preview = _upload(head, SchoolClass, file)
    text = preview.content.decode()
    assert "Rows to change: 2. Unchanged: 0. Rejected: 0." in text
    assert "A new class" in text
    assert not SchoolClass.objects.filter(code="NEW-1").exists()
    assert not written_since(row)
    done = _apply(head, SchoolClass, preview)
    assert done.redirect_chain == [(list_url(SchoolClass), 302)]
    assert SchoolClass.objects.get(code="NEW-1").name == "A new class"
    assert SchoolClass.objects.get(code="PRIMARY_1A").name.startswith("New ")
    entries = written_since(row)
    assert {entry.subject_key for entry in entries} == {"NEW-1", "PRIMARY_1A"}
    assert len({entry.change_set for entry in entries}) == 1


def test_rejected_row_is_shown_and_nothing_can_be_imported(head: Client, row: Row) -> None:
    file = b"code,name,division,grade\r\nNEW-1,Good,PRIMARY,2\r\nNEW-2,Bad,PRIMARY,99\r\n"
    preview = _upload(head, SchoolClass, file)
    text = preview.content.decode()
    assert "Rejected: 1" in text
    assert "D3" in text
    assert 'name="digest"' not in text
    assert _upload(head, SchoolClass, b"").context["form"].errors
    errors = _upload(head, SchoolClass, b"nothing,useful\r\n1,2\r\n").context["form"].errors
    assert "no column" in errors["file"][0]
    assert not written_since(row)


def test_changed_school_is_shown_again(head: Client, row: Row) -> None:
    preview = _upload(head, SchoolClass, b"code,name\r\nPRIMARY_1A,From the file\r\n")
    SchoolClass.objects.update(name="Meanwhile")
    again = _apply(head, SchoolClass, preview)
    assert "Check the changes again" in again.content.decode()
    assert "Meanwhile" in again.content.decode()
    assert not written_since(row)
    assert _apply(head, SchoolClass, again).redirect_chain
    assert SchoolClass.objects.get().name == "From the file"


def test_upload_belongs_to_one_user_and_ends(head: Client, staff: Client, row: Row) -> None:
    preview = _upload(head, SchoolClass, b"code,name\r\nPRIMARY_1A,Mine\r\n")
    assert "Upload the file again" in _apply(staff, SchoolClass, preview).content.decode()
    StoredFile.objects.all().delete()
    assert "Upload the file again" in _apply(head, SchoolClass, preview).content.decode()
    assert not written_since(row)


def test_too_large_file_is_refused(head: Client, row: Row) -> None:
    response = _upload(head, SchoolClass, b"x" * (MAX_FILE_BYTES + 1))
    assert "exceeds the limit" in response.context["form"].errors["file"][0]
    assert not StoredFile.objects.exists()


@every_table
def test_server_accepts_the_body_of_an_upload(model: type[Model]) -> None:
    signed_in = [(b"cookie", b"sessionid=0123456789abcdef0123456789abcdef")]
    scope = {"type": "http", "method": "POST", "path": _import_url(model), "headers": signed_in}
    assert most_bytes(scope) > MAX_FILE_BYTES
    assert most_bytes({**scope, "headers": []}) < MAX_FILE_BYTES
    assert most_bytes({**scope, "path": list_url(model)}) < MAX_FILE_BYTES


@every_table
def test_pages_are_for_administrators_and_need_a_csrf_token(
    head_teacher: Teacher, row: Row, model: type[Model]
) -> None:
    for response in (_export(Client(), model, "csv"), _upload(Client(), model, b"code\r\n")):
        assert response.headers["Location"].startswith("/admin/login/")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(head_teacher.user)
    assert _upload(strict, model, b"code,name\r\nX,Y\r\n").status_code == 403
    assert not StoredFile.objects.exists()
