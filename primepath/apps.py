"""Django app configurations."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PrimePathConfig(AppConfig):
    name = "primepath"
    verbose_name = "Exam schedule"

    def ready(self) -> None:
        # Registers the checks.
        import_module("primepath.checks")


class SchoolAdminConfig(admin_apps.AdminConfig):
    """Django's administration site with the school's permissions."""

    # Otherwise Django would not know which of the two configurations "primepath" means.
    default = False
    default_site = "primepath.admin.site.school_site"
