"""Django app configurations."""

from importlib import import_module

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class PrimePathConfig(AppConfig):
    name = "primepath"
    verbose_name = _("Exam schedule")

    def ready(self) -> None:
        # They import models, which are not loaded before.
        import_module("primepath.checks")
        deactivation = import_module("primepath.services.accounts.deactivation")
        deactivation.end_access_of_inactive_accounts()


class SchoolAdminConfig(admin_apps.AdminConfig):
    """Django's administration site with the school's permissions."""

    # Otherwise Django would not know which of the two configurations "primepath" means.
    default = False
    default_site = "primepath.admin.site.school_site"
