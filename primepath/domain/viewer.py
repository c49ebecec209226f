"""The person who asks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: a Django user who has a teacher's profile, is staff, or both.

    ``teacher_id`` is the key of the profile, None for staff without one.
    """

    user_id: int
    username: str
    teacher_id: int | None
    is_head_teacher: bool
    is_staff: bool

    @property
    def administers(self) -> bool:
        """Whether this person sees every active class with full access and decides about access."""
        return self.is_staff or self.is_head_teacher
