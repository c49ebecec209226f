"""Make the pictures of the documents in all languages: ``make pictures``.

A test of the pages takes them. They are stored with few colours, which makes them a third as large. This needs pngquant
and, for the texts that a browser writes itself, the languages of Chromium (on Debian, the packages ``pngquant`` and
``chromium-l10n``).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
_PICTURES = ROOT / "docs" / "pictures"
_COLOURS = "96"


def make_pictures() -> list[Path]:
    """Replace the pictures, and return their files. Raises `CalledProcessError` if a step fails."""
    with TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "tests/browser/test_pictures.py"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": "", "SCREENSHOTS": folder},
            check=True,
        )
        return [_store(picture) for picture in sorted(Path(folder, "documents").iterdir())]


def _store(picture: Path) -> Path:
    target = _PICTURES / picture.name
    subprocess.run(
        ["pngquant", _COLOURS, "--force", "--strip", "--output", target, picture], check=True
    )
    return target


def main() -> None:
    for picture in make_pictures():
        sys.stdout.write(f"{picture.relative_to(ROOT)}: {picture.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
