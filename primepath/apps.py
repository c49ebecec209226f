"""Django's view of the project."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class PrimePathConfig(AppConfig):
    name = "primepath"
    verbose_name = "Exam schedule"


class SchoolAdminConfig(admin_apps.AdminConfig):
    """Django's administration site, with the school's rules on who may do what."""

    # Or Django could not tell which of the two stands for "primepath".
    default = False
    default_site = "primepath.admin.site.school_site"
