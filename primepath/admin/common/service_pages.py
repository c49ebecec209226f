"""Pages, and tables on pages, with forms that services save."""

from __future__ import annotations

from typing import Any

from django.db.models import TextField
from django.http import HttpRequest, HttpResponse

from primepath.admin.common.base import SchoolAdmin, SchoolInline
from primepath.admin.common.fields import LinesField
from primepath.admin.common.generics import M, Parent
from primepath.admin.common.permissions import viewer_in
from primepath.admin.common.service_forms import FormRejectedError, ServiceForm
from primepath.services.change_sets import change_set


class ServicePage(SchoolAdmin[M]):
    """A page with a `ServiceForm`, and with tables of such forms."""

    formfield_overrides = {TextField: {"form_class": LinesField}}
    adds_in_one_transaction = True
    """False if the service that adds a row writes everything, and works before its transaction."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the page again if a service refuses a form. Everything that the page wrote before is rolled back.

        Everything that a page saves is one change set.
        """
        try:
            with change_set():
                return self._respond(request, object_id, form_url, extra_context)
        except FormRejectedError as refused:
            vars(request)["refused"] = refused
            return self._respond(request, object_id, form_url, extra_context)

    def _respond(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        if self.adds_in_one_transaction or object_id is not None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        # What Django's own runs in a transaction.
        page: Any = self
        response: HttpResponse = page._changeform_view(request, object_id, form_url, extra_context)
        return response

    def get_form(
        self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        return _bind_request(super().get_form(request, obj, change=change, **kwargs), request)

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: bool) -> None:
        form.save()


class ServiceInline(SchoolInline[M, Parent]):
    """A table of `ServiceForm` rows on a `ServicePage`."""

    def get_formset(self, request: HttpRequest, obj: Parent | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        _bind_request(formset.form, request)
        return formset


def _bind_request(form: Any, request: HttpRequest) -> Any:
    """Add the viewer and the refused error to a form class that Django has made for this request."""
    if issubclass(form, ServiceForm):
        form.viewer = viewer_in(request)
        form.refused = vars(request).get("refused")
    return form
