"""The form of a class's curriculum in an academic year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.admin.sites import AdminSite
from django.utils.translation import gettext_lazy as _

from primepath.admin.common.autocomplete import KeyChoiceField, SearchBox
from primepath.domain.errors import InputError
from primepath.models import ClassCurriculumMapping, CurriculumLevel

_LABELS = (
    _("Primary level"),
    _("Secondary level"),
    _("Third level"),
    _("Fourth level"),
    _("Fifth level"),
)


def _label(priority: int) -> str:
    if priority <= len(_LABELS):
        return str(_LABELS[priority - 1])
    return _("Level {priority}").format(priority=priority)


def _year_choices() -> list[tuple[int, str]]:
    first, last = settings.ACADEMIC_YEARS
    return [(year, str(year)) for year in range(first, last + 1)]


class ClassCurriculumForm(forms.Form):
    """A year and its levels: a primary level, a secondary level, and as many more as the year has."""

    academic_year = forms.TypedChoiceField(
        label=_("Academic year"),
        choices=_year_choices,
        coerce=int,
        help_text=_(
            "Saving replaces all of the class's levels for this year. "
            "Choose another year to copy the levels there."
        ),
    )

    expected_version = forms.IntegerField(
        label=_("version"), widget=forms.HiddenInput, required=False
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        site: AdminSite,
        academic_year: int,
        level_ids: Sequence[int],
        version: int,
    ) -> None:
        super().__init__(
            data, initial={"academic_year": academic_year, "expected_version": version}
        )
        self._shown_year = academic_year
        posted = 0 if data is None else sum(name.startswith("level_") for name in data)
        self.slots = [f"level_{at}" for at in range(1, max(2, len(level_ids), posted) + 1)]
        for priority, slot in enumerate(self.slots, start=1):
            self.fields[slot] = KeyChoiceField(
                CurriculumLevel.objects.with_names(),
                required=False,
                label=_label(priority),
                initial=level_ids[priority - 1] if priority <= len(level_ids) else None,
                widget=SearchBox(ClassCurriculumMapping._meta.get_field("curriculum_level"), site),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        filled = [slot for slot in self.slots if cleaned.get(slot)]
        for slot in self.slots[: len(filled)]:
            if slot not in filled and slot not in self.errors:
                self.add_error(slot, _("Choose this level before the levels below it."))
        return cleaned

    @property
    def chosen(self) -> list[CurriculumLevel]:
        """Chosen levels in order of priority."""
        return [level for slot in self.slots if (level := self.cleaned_data[slot])]

    @property
    def seen_version(self) -> int | None:
        """The version of the curriculum that is replaced, None if the form has not shown it: levels are copied to another year."""
        is_shown = self.cleaned_data["academic_year"] == self._shown_year
        version: int | None = self.cleaned_data["expected_version"]
        return version if is_shown else None

    def add_errors(self, errors: Sequence[InputError]) -> None:
        """Show each error next to the field that it concerns."""
        field: str | None
        for error in errors:
            match error.path:
                case ("level_ids", int(position)):
                    field = self.slots[position]
                case ("academic_year",):
                    field = "academic_year"
                case _:
                    field = None
            self.add_error(field, error.message_for(str(self[field].label) if field else ""))
