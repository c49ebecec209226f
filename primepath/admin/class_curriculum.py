"""The curriculum of a class: a table on the page of the class, and a page that sets one year."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import helpers
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from primepath.admin.class_curriculum_form import ClassCurriculumForm
from primepath.admin.common.base import SchoolAdmin
from primepath.admin.common.permissions import viewer_in
from primepath.domain.errors import ValidationFailedError
from primepath.models import ClassCurriculumMapping, SchoolClass
from primepath.school import current_academic_year
from primepath.services.curriculum.set_class_curriculum import set_class_curriculum


def curriculum_url(class_code: str, academic_year: int, *, site_name: str) -> str:
    """Return the address of the page that sets the curriculum of a class in a year."""
    page = reverse(
        "admin:primepath_schoolclass_curriculum", args=(quote(class_code),), current_app=site_name
    )
    return f"{page}?academic_year={academic_year}"


def curriculum_table(school_class: SchoolClass, *, site_name: str) -> str:
    """Return HTML: the levels of the class, a line a year, with links to the years that can be changed."""
    mappings = (
        ClassCurriculumMapping.objects.filter(school_class=school_class)
        .select_related("curriculum_level__subprogram__program")
        .order_by("-academic_year", "priority")
    )
    by_year = {
        year: ", ".join(str(mapping.curriculum_level) for mapping in of_year)
        for year, of_year in groupby(mappings, key=lambda mapping: mapping.academic_year)
    }
    by_year.setdefault(current_academic_year(), _("no levels yet"))
    lines = []
    for year, levels in sorted(by_year.items(), reverse=True):
        link = ""
        if school_class.is_active and year in settings.ACADEMIC_YEARS:
            url = curriculum_url(school_class.code, year, site_name=site_name)
            link = format_html(' <a class="changelink" href="{}">{}</a>', url, _("Change"))
        lines.append((year, levels, link))
    return format_html_join("", "<p><strong>{}</strong>: {}{}</p>", lines)


class CurriculumPage(SchoolAdmin[SchoolClass]):
    """The page that sets the curriculum of a class, one academic year at a time."""

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<path:object_id>/curriculum/",
                self.admin_site.admin_view(self.curriculum_view),
                name="primepath_schoolclass_curriculum",
            ),
            *super().get_urls(),
        ]

    def curriculum_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        school_class = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, school_class):
            raise PermissionDenied
        if school_class is None:
            raise Http404
        year = _year_of(request)
        form = ClassCurriculumForm(
            request.POST if request.method == "POST" else None,
            site=self.admin_site,
            academic_year=year,
            level_ids=_level_ids(school_class, year),
            version=school_class.curriculum_versions.get(str(year), 0),
        )
        if form.is_bound and form.is_valid() and self._saved(request, school_class, form):
            page = "admin:primepath_schoolclass_change"
            return HttpResponseRedirect(
                reverse(page, args=(quote(school_class.pk),), current_app=self.admin_site.name)
            )
        return self._page(request, school_class, form)

    def _saved(
        self, request: HttpRequest, school_class: SchoolClass, form: ClassCurriculumForm
    ) -> bool:
        """Save through the service. If it refuses, show its errors in the form and return False."""
        year, levels = form.cleaned_data["academic_year"], form.chosen
        names = ", ".join(map(str, levels)) or _("no levels")
        try:
            with transaction.atomic():
                set_class_curriculum(
                    viewer=viewer_in(request),
                    class_code=school_class.code,
                    academic_year=year,
                    level_ids=[level.pk for level in levels],
                    expected_version=form.seen_version,
                )
                self.log_change(request, school_class, f"Set the curriculum of {year}: {names}.")
        except ValidationFailedError as error:
            form.add_errors(error.errors)
            return False
        template = _("Curriculum of {school_class} in {year}: {levels}.")
        text = template.format(school_class=school_class, year=year, levels=names)
        messages.success(request, text)
        return True

    def _page(
        self, request: HttpRequest, school_class: SchoolClass, form: ClassCurriculumForm
    ) -> HttpResponse:
        # Django can show any form this way, but its type stubs require the form of a model.
        shown: Any = form
        fieldsets = [(None, {"fields": list(form.fields)})]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Curriculum of {school_class}").format(school_class=school_class),
            "adminform": helpers.AdminForm(shown, fieldsets, {}, model_admin=self),
            "object_id": school_class.pk,
            "original": school_class,
            "is_popup": False,
            "to_field": None,
            "media": self.media + form.media,
            "inline_admin_formsets": [],
            "errors": helpers.AdminErrorList(shown, []),
            "show_save_and_continue": False,
            "show_save_and_add_another": False,
        }
        return self.render_change_form(request, context, change=True, obj=school_class)


def _year_of(request: HttpRequest) -> int:
    """Return the year that the page shows: the requested one if the school plans it, or the current one."""
    asked = request.GET.get("academic_year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else 0
    return year if year in settings.ACADEMIC_YEARS else current_academic_year()


def _level_ids(school_class: SchoolClass, academic_year: int) -> list[int]:
    return list(
        ClassCurriculumMapping.objects.filter(
            school_class=school_class, academic_year=academic_year
        )
        .order_by("priority")
        .values_list("curriculum_level", flat=True)
    )
