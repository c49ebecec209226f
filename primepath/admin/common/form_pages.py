"""Pages of the site with a form that belongs to no single row."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import helpers
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from primepath.admin.common.base import SchoolAdmin
from primepath.admin.common.generics import M


class WithFormPages(SchoolAdmin[M]):
    """A page of a model that has further pages with a form."""

    def form_page(
        self,
        request: HttpRequest,
        form: forms.Form,
        *,
        title: str,
        button: str,
        template: str = "admin/form_page.html",
        **context: Any,
    ) -> HttpResponse:
        """Return the page that shows ``form``. ``button`` is the text of its button."""
        # Django can show any form this way, but its type stubs require the form of a model.
        shown: Any = form
        fieldsets = [(None, {"fields": list(form.fields)})]
        everything = {
            **self.admin_site.each_context(request),
            "title": title,
            "button": button,
            "opts": self.opts,
            "form": form,
            "adminform": helpers.AdminForm(shown, fieldsets, {}, model_admin=self),
            "errors": helpers.AdminErrorList(shown, []),
            "media": self.media + form.media,
            **context,
        }
        return TemplateResponse(request, template, everything)
