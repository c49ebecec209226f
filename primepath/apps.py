"""Django app configurations."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PrimePathConfig(AppConfig):
    name = "primepath"
    verbose_name = "Exam schedule"


class SchoolAdminConfig(admin_apps.AdminConfig):
    """Django's administration site with the school's permissions."""

    # Otherwise Django would not know which of the two configurations "primepath" means.
    default = False
    default_site = "primepath.admin.site.school_site"
