"""What the views that speak no GraphQL are asked: ``?year=2026&classes=A,B&periods=JAN&exams=1``."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from primepath.domain.period import Period, select_periods
from primepath.domain.viewer import Viewer
from primepath.models import SchoolClass
from primepath.models.school_class import SchoolClassQuerySet
from schema.http.authentication import identify


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The sender and the part of the matrix they want; None stands for all classes they may see."""

    viewer: Viewer
    year: int
    codes: list[str] | None
    periods: tuple[Period, ...]
    with_exams: bool

    @classmethod
    def read(cls, request: HttpRequest) -> PageRequest:
        """Raises `HttpError` as the API does, by whose token the sender is known."""
        viewer = identify(request).viewer
        assert viewer is not None
        given = request.GET
        periods = given.get("periods")
        return cls(
            viewer,
            int(given["year"]),
            given["classes"].split(",") if "classes" in given else None,
            select_periods(periods=map(Period, periods.split(",")) if periods else None),
            "exams" in given,
        )

    @property
    def classes(self) -> SchoolClassQuerySet:
        classes = SchoolClass.objects.visible_to(self.viewer)
        return classes if self.codes is None else classes.filter(code__key_in=self.codes)
