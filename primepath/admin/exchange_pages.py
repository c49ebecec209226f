"""Export and import of the table of a list. An import is shown first, and then applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from primepath.admin.common.form_pages import WithFormPages
from primepath.admin.common.generics import M
from primepath.admin.common.list_links import ListLink, WithListLinks
from primepath.admin.common.permissions import viewer_in
from primepath.domain.stored_file import MAX_FILE_BYTES, FilePurpose
from primepath.exchange.columns import TABLES
from primepath.exchange.exporting import CONTENT_TYPES, FileFormat, export_table
from primepath.exchange.files.sheet import FileError
from primepath.exchange.importing import Imported, import_table
from primepath.exchange.rows import Effect, RowPlan
from primepath.school import current_academic_year
from primepath.services.stored_files.store import FileContent, find_upload, store_file

_FORMATS = (FileFormat.XLSX, FileFormat.CSV)
_SHOWN_ROWS = 500
_MAX_NAME = 100


class ShownLine(NamedTuple):
    """A line of the page: a problem of a row, or a change of one column."""

    row: int
    name: str
    column: str
    before: str | None
    after: str | None
    is_problem: bool


class ImportForm(forms.Form):
    """A file to import."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "XLSX, XLS, ODS or CSV, at most 10 MB, with the columns of an exported file. "
            "The next page shows every change before anything is saved."
        ),
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_FILE_BYTES:
            template = _("The file has {size} bytes, which exceeds the limit of {limit}.")
            raise forms.ValidationError(template.format(size=file.size, limit=MAX_FILE_BYTES))
        return file


class ExchangePages(WithFormPages[M], WithListLinks[M]):
    """A page with a list that can be exported, and imported again. Everything is saved by services."""

    exchange_table: ClassVar[str]
    """Name of the table: see `primepath.exchange.columns.TABLES`."""

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"primepath_{self.opts.model_name}"
        return [
            path("export/<str:extension>/", view(self.export_view), name=f"{name}_export"),
            path("import/", view(self.import_view), name=f"{name}_import"),
            *super().get_urls(),
        ]

    def list_links(self, request: HttpRequest) -> list[ListLink]:
        name, site = f"admin:primepath_{self.opts.model_name}", self.admin_site.name
        exports = [
            ListLink(
                reverse(f"{name}_export", args=(format.lower(),), current_app=site),
                _("Export as {format}").format(format=format),
            )
            for format in _FORMATS
        ]
        imports = ListLink(reverse(f"{name}_import", current_app=site), _("Import"))
        return [*super().list_links(request), *exports, imports]

    def export_view(self, request: HttpRequest, extension: str) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        format = next((each for each in _FORMATS if each.lower() == extension), None)
        if format is None:
            raise Http404
        content = export_table(
            self.exchange_table,
            viewer=viewer_in(request),
            format=format,
            academic_year=current_academic_year(),
            language=get_language() or "en",
        )
        name = f"{self.exchange_table}.{extension}"
        disposition = content_disposition_header(as_attachment=True, filename=name)
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": disposition or "attachment",
        }
        return HttpResponse(content, content_type=CONTENT_TYPES[format], headers=headers)

    def import_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request) or not self.has_add_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        if is_sent and "upload_id" in request.POST:
            return self._apply(request)
        form = ImportForm(request.POST, request.FILES) if is_sent else ImportForm()
        if is_sent and form.is_valid():
            file = form.cleaned_data["file"]
            content = file.read()
            try:
                planned = self._import(request, content, is_dry_run=True)
            except FileError as error:
                form.add_error("file", str(error))
            else:
                kept = FileContent(
                    file.name[:_MAX_NAME], (file.content_type or "")[:_MAX_NAME], content
                )
                viewer = viewer_in(request)
                upload_id, _until = store_file(viewer=viewer, purpose=FilePurpose.UPLOAD, file=kept)
                return self._import_page(request, form, planned, upload_id)
        return self._import_page(request, form)

    def _apply(self, request: HttpRequest) -> HttpResponse:
        """Import the file that was shown, if its effect is still the one that was shown."""
        upload_id = request.POST["upload_id"]
        content = find_upload(viewer=viewer_in(request), upload_id=upload_id)
        if content is None:
            text = _("This upload does not exist or is over. Upload the file again.")
            messages.error(request, text)
            return HttpResponseRedirect(request.path)
        planned = self._import(request, content, is_dry_run=True)
        if _digest(planned) != request.POST.get("digest"):
            text = _("Other users have changed the school meanwhile. Check the changes again.")
            messages.warning(request, text)
            return self._import_page(request, ImportForm(), planned, upload_id)
        done = self._import(request, content, is_dry_run=False)
        if done.count(Effect.REJECT):
            return self._import_page(request, ImportForm(), done, upload_id)
        template = _("Rows changed: {change}. Unchanged: {unchanged}.")
        change, unchanged, _rejected = map(done.count, Effect)
        messages.success(request, template.format(change=change, unchanged=unchanged))
        name = f"admin:primepath_{self.opts.model_name}_changelist"
        return HttpResponseRedirect(reverse(name, current_app=self.admin_site.name))

    def _import(self, request: HttpRequest, content: bytes, *, is_dry_run: bool) -> Imported:
        viewer = viewer_in(request)
        return import_table(self.exchange_table, content, viewer=viewer, is_dry_run=is_dry_run)

    def _import_page(
        self,
        request: HttpRequest,
        form: ImportForm,
        result: Imported | None = None,
        upload_id: str = "",
    ) -> HttpResponse:
        """Return the page that asks for a file, or that shows what the file would change."""
        plural = self.opts.verbose_name_plural
        shown: dict[str, Any] = {}
        if result is not None:
            effects = [row for row in result.rows if row.effect is not Effect.UNCHANGED]
            # Problems first: they must be solved before anything can be imported.
            effects.sort(key=lambda row: row.effect is not Effect.REJECT)
            shown = {
                "summary": _summary(result),
                "lines": list(self._lines(effects[:_SHOWN_ROWS])),
                "hidden_rows": max(0, len(effects) - _SHOWN_ROWS),
                "can_apply": effects and not result.count(Effect.REJECT),
                "digest": _digest(result),
            }
        return self.form_page(
            request,
            form,
            title=_("Import {objects}").format(objects=plural),
            button=_("Show the changes"),
            template="admin/import_page.html",
            result=result,
            upload_id=upload_id,
            **shown,
        )

    def _lines(self, rows: Iterable[RowPlan]) -> Iterator[ShownLine]:
        headers = TABLES[self.exchange_table].headers(get_language() or "en")
        for row in rows:
            for problem in row.problems:
                place = problem.address
                yield ShownLine(row.number, row.key, place, "", problem.message, is_problem=True)
            for name, before, after in row.changes:
                yield ShownLine(
                    row.number, row.key, headers.get(name, name), before, after, is_problem=False
                )


def _digest(result: Imported) -> str:
    """Return a text that differs if the effect of the import differs."""
    return sha256(repr(result.rows).encode()).hexdigest()


def _summary(result: Imported) -> str:
    change, unchanged, rejected = map(result.count, Effect)
    template = _("Rows to change: {change}. Unchanged: {unchanged}. Rejected: {rejected}.")
    return template.format(change=change, unchanged=unchanged, rejected=rejected)
