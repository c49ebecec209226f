"""Django's view of the project."""

from django.apps import AppConfig


class PrimePathConfig(AppConfig):
    name = "primepath"
    verbose_name = "Exam schedule"
