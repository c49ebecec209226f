"""Classes of Django that are generic for type checkers only. Here they are generic at run time too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from django import forms
from django.contrib import admin
from django.db.models import Model

M = TypeVar("M", bound=Model)
Parent = TypeVar("Parent", bound=Model)

if TYPE_CHECKING:

    class GenericPage(admin.options.BaseModelAdmin[M]): ...

    class GenericModelAdmin(admin.ModelAdmin[M]): ...

    class GenericTabularInline(admin.TabularInline[M, Parent]): ...

    class GenericModelForm(forms.ModelForm[M]): ...

else:

    class GenericPage(Generic[M]):
        """Common base of a page and a table on a page."""

    class GenericModelAdmin(admin.ModelAdmin, Generic[M]):
        """The page of a model."""

    class GenericTabularInline(admin.TabularInline, Generic[M, Parent]):
        """A table of rows of ``M`` on the page of a ``Parent``."""

    class GenericModelForm(forms.ModelForm, Generic[M]):
        """A form for a row of ``M``."""
