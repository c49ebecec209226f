"""URL parameters of the views that are not GraphQL: ``?year=2026&classes=A,B&periods=JAN&exams=1``."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from benchmarks.product import (
    Period,
    SchoolClass,
    SchoolClassQuerySet,
    Viewer,
    select_periods,
    viewer_of,
)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """The viewer and the requested part of the matrix. ``codes`` is None for all visible classes."""

    viewer: Viewer
    year: int
    codes: list[str] | None
    periods: tuple[Period, ...]
    with_exams: bool

    @classmethod
    def parse(cls, request: HttpRequest) -> PageRequest:
        """Authenticate the request and parse its parameters. Raises the API's errors."""
        given = request.GET
        periods = given.get("periods")
        return cls(
            viewer_of(request),
            int(given["year"]),
            given["classes"].split(",") if "classes" in given else None,
            select_periods(periods=map(Period, periods.split(",")) if periods else None),
            "exams" in given,
        )

    @property
    def classes(self) -> SchoolClassQuerySet:
        """The requested classes that the viewer can see."""
        classes = SchoolClass.objects.visible_to(self.viewer)
        return classes if self.codes is None else classes.filter(code__key_in=self.codes)
