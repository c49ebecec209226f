"""Texts of Django that PrimePath translates itself, because Django's Korean has particles of two forms or is not Korean.

Django looks in PrimePath's translations first. See docs/development/languages.md.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

TEXTS = (
    gettext_noop(" By %(filter_title)s "),
    gettext_noop("Select %s to view"),
    gettext_noop("users"),
)
