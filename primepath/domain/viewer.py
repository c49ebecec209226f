"""The person who makes a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person: a Django user who has a teacher's profile, is staff, or both.

    ``user_id`` is None only for `COMMAND_LINE`. ``name`` is the displayed name. ``teacher_id`` is the key of the profile, or
    None for staff without one. ``language`` is the language that the person has chosen, empty if they have not.
    """

    user_id: int | None
    username: str
    name: str
    teacher_id: int | None
    is_head_teacher: bool
    is_staff: bool
    language: str = ""

    @property
    def account_id(self) -> int:
        """The key of the Django user. `COMMAND_LINE` has none, and raises ``ValueError``."""
        if self.user_id is None:
            raise ValueError("The command line has no account.")
        return self.user_id

    @property
    def is_administrator(self) -> bool:
        """True if this person has full access to every active class and decides about access."""
        return self.is_staff or self.is_head_teacher


COMMAND_LINE = Viewer(
    user_id=None,
    username="",
    name="Command line",
    teacher_id=None,
    is_head_teacher=False,
    is_staff=True,
)
"""The person who runs commands on the server."""
