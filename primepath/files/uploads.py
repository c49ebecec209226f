"""``POST /files`` stores a file, which a mutation then imports."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from primepath.domain.errors import ErrorCode
from primepath.domain.stored_file import MAX_FILE_BYTES, FilePurpose
from primepath.services.stored_files.store import FileContent, store_file
from schema.errors import HttpError
from schema.http.authentication import identify
from schema.http.errors import JSON, NOT_KEPT, error_response

_FORM = "multipart/form-data"
_FIELD = "file"
# The default of browsers and curl. Its body would be read as fields of a form.
_URL_ENCODED = "application/x-www-form-urlencoded"
_MAX_NAME = 100


@csrf_exempt  # `identify` checks CSRF, and only for requests that a cookie authenticates.
def upload(request: HttpRequest) -> HttpResponse:
    """Store the file in the body, or in the field ``file`` of a form. Respond with its ``uploadId``."""
    try:
        return _upload(request)
    except HttpError as refused:
        return error_response(refused)
    except RequestDataTooBig:
        return error_response(_too_large())
    except (MultiPartParserError, SuspiciousOperation) as refused:
        return error_response(HttpError(400, ErrorCode.BAD_USER_INPUT, str(refused)))


def _upload(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        message = _("Send a file with POST.")
        raise HttpError(405, ErrorCode.BAD_USER_INPUT, message, {"Allow": "POST"})
    if request.content_type == _URL_ENCODED:
        message = _("Send the file as {form}, or alone as {binary}.")
        text = message.format(form=_FORM, binary="application/octet-stream")
        raise HttpError(415, ErrorCode.BAD_USER_INPUT, text)
    viewer = identify(request).viewer
    if viewer is None:
        raise HttpError(401, ErrorCode.UNAUTHENTICATED, _("Sign in to access this."))
    file = _file_in_form(request) if request.content_type == _FORM else _file_in_body(request)
    if len(file.content) > MAX_FILE_BYTES:
        raise _too_large(len(file.content))
    if not file.content:
        raise HttpError(400, ErrorCode.BAD_USER_INPUT, _("The file is empty."))
    upload_id, expires_at = store_file(viewer=viewer, purpose=FilePurpose.UPLOAD, file=file)
    return HttpResponse(
        orjson.dumps({"uploadId": upload_id, "expiresAt": expires_at}),
        status=201,
        content_type=JSON,
        headers={"Cache-Control": NOT_KEPT},
    )


def _file_in_body(request: HttpRequest) -> FileContent:
    return FileContent("", (request.content_type or "")[:_MAX_NAME], request.read())


def _file_in_form(request: HttpRequest) -> FileContent:
    found = request.FILES.get(_FIELD)
    if found is None:
        template = _("The form has no file in the field `{field}`.")
        raise HttpError(400, ErrorCode.BAD_USER_INPUT, template.format(field=_FIELD))
    name, content_type = found.name or "", found.content_type or ""
    return FileContent(name[:_MAX_NAME], content_type[:_MAX_NAME], found.read())


def _too_large(actual: int | None = None) -> HttpError:
    message = _("The file exceeds the limit of {limit} bytes.").format(limit=MAX_FILE_BYTES)
    figures: dict[str, Any] = {"limit": MAX_FILE_BYTES}
    if actual is not None:
        figures["actual"] = actual
    return HttpError(413, ErrorCode.LIMIT_EXCEEDED, message, **figures)
