"""Django app configuration of the pages."""

from importlib import import_module

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "primepath.pages"

    def ready(self) -> None:
        # They import models, which are not loaded before.
        matrix = import_module("primepath.pages.matrix")
        find = import_module("primepath.services.documents.find")
        find.trust_own(matrix.queries().values())
