"""``GET /files/<secret>`` returns an exported file, once. The address is the only credential."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from primepath.services.stored_files.store import see_download, take_download


@require_safe
def download(request: HttpRequest, secret: str) -> HttpResponse:
    """Return the file and delete it. HEAD deletes nothing, because programs look at links before people open them."""
    if request.method == "HEAD":
        seen = see_download(secret)
        if seen is None:
            raise Http404
        return _response(seen.name, seen.content_type, b"")
    file = take_download(secret)
    if file is None:
        raise Http404
    return _response(file.name, file.content_type, file.content)


def _response(name: str, content_type: str, content: bytes) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Cache-Control": "private, no-store",
            "Content-Disposition": disposition or "attachment",
            "Referrer-Policy": "no-referrer",
        },
    )
