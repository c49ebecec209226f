"""The school of the trial, as its clients know it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from scripts.server import ROOT

PASSWORD = "trial-of-the-school"  # noqa: S105


@dataclass(frozen=True, slots=True)
class User:
    """A teacher with a token. ``classes`` are the codes of the classes that they can change."""

    name: str
    token: str
    classes: list[str]


@dataclass(frozen=True, slots=True)
class School:
    """The users, the codes of all classes, the year with a full matrix, and the ids of exams for any month.

    ``teachers`` have FULL access to five classes each. ``head_teachers`` can see and change all classes. ``people`` are the
    names of accounts that have never signed in: their password is `PASSWORD`, hashed as the product does it now.
    ``imported`` are the same with PBKDF2, as another system of Django would have stored it.
    """

    year: int
    classes: list[str]
    exams: list[str]
    teachers: list[User]
    head_teachers: list[User]
    people: list[str]
    imported: list[str]

    @classmethod
    def load(cls, file: Path) -> School:
        content = json.loads(file.read_text())
        for name in ("teachers", "head_teachers"):
            content[name] = [User(**user) for user in content[name]]
        return cls(**content)

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))


def fill_school(environment: Mapping[str, str], file: Path) -> School:
    """Store the school in the empty database of ``environment``, in a process of its own. Raises `CalledProcessError`."""
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.trial.fill", str(file)],
        cwd=ROOT,
        env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "primepath.settings"},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return School.load(file)
