"""The page that finds a cell of any class and year, also one that does not exist yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.sites import AdminSite
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from primepath.admin.common.autocomplete import KeyChoiceField, SearchBox
from primepath.admin.common.form_pages import WithFormPages
from primepath.admin.common.list_links import ListLink, WithListLinks
from primepath.domain.cell import CellKey
from primepath.domain.period import PERIODS, Period
from primepath.models import ExamScheduleMatrix, SchoolClass
from primepath.school import current_academic_year
from primepath.services.cells.create_missing_cells import create_missing_cells


class CellFinderForm(forms.Form):
    """A class, a year and a period, or all periods of the year."""

    academic_year = forms.TypedChoiceField(coerce=int, label=gettext_lazy("Academic year"))
    period = forms.ChoiceField(required=False, label=gettext_lazy("Period"))

    def __init__(self, data: Any = None, *, site: AdminSite) -> None:
        super().__init__(data, initial={"academic_year": current_academic_year()})
        first, last = settings.ACADEMIC_YEARS
        of_cell = ExamScheduleMatrix._meta
        years: Any = self.fields["academic_year"]
        years.choices = [(year, str(year)) for year in range(first, last + 1)]
        periods: Any = self.fields["period"]
        periods.choices = [("", _("All periods")), *(of_cell.get_field("period").choices or ())]
        school_class = KeyChoiceField(
            SchoolClass.objects.all(),
            label=_("Class"),
            widget=SearchBox(of_cell.get_field("school_class"), site),
        )
        self.fields = {"school_class": school_class, **self.fields}

    def clean_school_class(self) -> SchoolClass:
        found: SchoolClass = self.cleaned_data["school_class"]
        if not found.is_active:
            raise forms.ValidationError(_("This class is inactive. Its cells cannot change."))
        return found

    @property
    def keys(self) -> Sequence[CellKey]:
        """The cells that were asked for."""
        entered = self.cleaned_data
        periods = [Period(entered["period"])] if entered["period"] else PERIODS
        code, year = entered["school_class"].code, entered["academic_year"]
        return [CellKey(code, year, period) for period in periods]


class CellFinder(WithFormPages[ExamScheduleMatrix], WithListLinks[ExamScheduleMatrix]):
    """Cells are stored when a user first views them in the matrix. This page stores them too, and opens them."""

    def get_urls(self) -> list[URLPattern]:
        find = self.admin_site.admin_view(self.find_view)
        name = "primepath_examschedulematrix_find"
        return [path("find/", find, name=name), *super().get_urls()]

    def list_links(self, request: HttpRequest) -> list[ListLink]:
        name = "admin:primepath_examschedulematrix_find"
        url = reverse(name, current_app=self.admin_site.name)
        return [ListLink(url, _("Open cells of a class"))]

    def find_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        is_sent = request.method == "POST"
        form = CellFinderForm(request.POST if is_sent else None, site=self.admin_site)
        if is_sent and form.is_valid():
            create_missing_cells(keys=form.keys)
            if self.model.objects.filter(pk__key_in=list(map(str, form.keys))).exists():
                return HttpResponseRedirect(self._address(form.keys))
            text = _("The cells cannot be stored at the moment. Try again.")
            messages.error(request, text)
        title = _("Open cells of a class")
        return self.form_page(request, form, title=title, button=_("Open"))

    def _address(self, keys: Sequence[CellKey]) -> str:
        """Return the page of the cell, or the list of several cells."""
        page, site = "admin:primepath_examschedulematrix_", self.admin_site.name
        if len(keys) == 1:
            return reverse(f"{page}change", args=(quote(str(keys[0])),), current_app=site)
        only = {"school_class": keys[0].class_code, "academic_year": keys[0].academic_year}
        return f"{reverse(f'{page}changelist', current_app=site)}?{urlencode(only)}"
