"""The person who asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: a Django user who has a teacher's profile, is staff, or both.

    ``user_id`` is None only for `COMMAND_LINE`. ``name`` is what others know them by; ``teacher_id`` is the key of the profile, None for staff without one.
    """

    user_id: int | None
    username: str
    name: str
    teacher_id: int | None
    is_head_teacher: bool
    is_staff: bool

    @property
    def is_administrator(self) -> bool:
        """Whether this person sees every active class with full access and decides about access."""
        return self.is_staff or self.is_head_teacher


COMMAND_LINE = Viewer(
    user_id=None,
    username="",
    name="Command line",
    teacher_id=None,
    is_head_teacher=False,
    is_staff=True,
)
"""Whoever runs commands on the server's own machine."""
