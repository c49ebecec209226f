"""Downloads the explorer's third-party files: ``python -m scripts.vendor_explorer``.

For maintainers only. The files are committed, so running PrimePath needs neither npm nor the internet. ``npm`` downloads
the packages from its configured registry. They must have the hashes below.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_ROOT = Path(__file__).resolve().parent.parent
_FOLDER = _ROOT / "primepath" / "pages" / "static" / "explorer" / "vendor"


class Package(NamedTuple):
    """An npm package with its hash in npm's format. ``files`` maps its files to ours."""

    name: str
    version: str
    integrity: str
    files: dict[str, str]


# GraphiQL 4 is the last version with a build for a plain script tag. Version 5 contains an 8 MB editor.
PACKAGES = (
    Package(
        "react",
        "18.3.1",
        "sha512-wS+hAgJShR0KhEvPJArfuPVN1+Hz1t0Y6n5jLrGQbkb4urgPE/0Rve+1kMB1v/oWgHgm4WIcV+i7F2pTVj+2iQ==",
        {"umd/react.production.min.js": "react.js"},
    ),
    Package(
        "react-dom",
        "18.3.1",
        "sha512-5m4nQKp+rZRb09LNH59GM4BxTh9251/ylbKIbpe7TpGxfJ+9kv6BLkLBXIjjspbgbnIBNqlI23tRnTWT0snUIw==",
        {"umd/react-dom.production.min.js": "react-dom.js"},
    ),
    Package(
        "graphiql",
        "4.1.2",
        "sha512-rNlzQIAzm6i2KBXmVQWBgLvt0TloxFVB2d18bukvdsvjEuFDHsKx5IVOomL1W1o5WW+tE54+ioHb2AEKzO2cUg==",
        {"graphiql.min.js": "graphiql.js", "graphiql.min.css": "graphiql.css"},
    ),
    Package(
        "@graphiql/plugin-explorer",
        "4.0.6",
        "sha512-TppIi92YPER3v70nlF01KTQrq9AiYqkZicSd1hpU7aqGmbqw/pLwBNLUEcfENBoJtw574Qxjswb01+GaYK0Tzw==",
        {"dist/index.umd.js": "plugin-explorer.js", "dist/style.css": "plugin-explorer.css"},
    ),
)
# Also contained in the builds, but missing from source maps or dependencies.
_ALSO_INSIDE = (
    "graphiql-explorer",
    "graphql",
    "graphql-ws",
    "@radix-ui/react-use-escape-keydown",
    "@react-aria/utils",
)

# Two thirds of GraphiQL's style sheet are fonts. The system's fonts are good enough.
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}\s*")
# The source maps are not included, and Django's manifest storage fails on references to missing files.
_SOURCE_MAP = re.compile(r"^(?://|/\*)# sourceMappingURL=.*\n?", re.MULTILINE)
_PACKAGE_OF_SOURCE = re.compile(r".*node_modules/((?:@[^/]+/)?[^/]+)/")


class WrongPackageError(RuntimeError):
    """A downloaded package does not have the hash in this file."""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="primepath-explorer-") as name:
        try:
            files = _fetch(Path(name))
        except (OSError, subprocess.CalledProcessError, WrongPackageError) as error:
            print(error, file=sys.stderr)
            return 1
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True)
    for name, text in files.items():
        (_FOLDER / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"{len(text.encode()):>9,} {name}")
    return 0


def _fetch(folder: Path) -> dict[str, str]:
    """Return the files of all packages and the licences, by name."""
    files: dict[str, str] = {}
    inside = {*_ALSO_INSIDE, *(package.name for package in PACKAGES)}
    for number, package in enumerate(PACKAGES):
        with tarfile.open(_download(package, folder / str(number))) as archive:
            for source, target in package.files.items():
                files[target] = _SOURCE_MAP.sub("", _FONT_FACE.sub("", _read(archive, source)))
                if f"package/{source}.map" in archive.getnames():
                    sources = json.loads(_read(archive, f"{source}.map"))["sources"]
                    inside |= {
                        found[1] for found in map(_PACKAGE_OF_SOURCE.match, sources) if found
                    }
    files["LICENSES.txt"] = _licences(sorted(inside), folder / "licences")
    return files


def _download(package: Package, folder: Path) -> Path:
    folder.mkdir()
    wanted = f"{package.name}@{package.version}"
    _npm("pack", "--pack-destination", str(folder), wanted, folder=folder)
    (tarball,) = folder.glob("*.tgz")
    digest = hashlib.sha512(tarball.read_bytes()).digest()
    if f"sha512-{base64.b64encode(digest).decode()}" != package.integrity:
        raise WrongPackageError(f"{wanted} does not have the recorded hash.")
    return tarball


def _read(archive: tarfile.TarFile, name: str) -> str:
    file = archive.extractfile(f"package/{name}")
    assert file is not None
    return file.read().decode()


def _licences(names: Iterable[str], folder: Path) -> str:
    """Return the licences of all packages in the builds, each text once."""
    folder.mkdir()
    fixed = [f"{package.name}@{package.version}" for package in PACKAGES]
    # Only the licences are read, so React versions do not matter.
    options = ("--legacy-peer-deps", "--no-audit", "--no-fund")
    _npm("install", *options, *fixed, *_ALSO_INSIDE, folder=folder)
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for name in names:
        package = folder / "node_modules" / name
        licence = json.loads((package / "package.json").read_text())["license"]
        texts = [each for each in package.iterdir() if each.name.lower().startswith("licen")]
        text = texts[0].read_text() if texts else f"License: {licence}, as its package.json says."
        holders[text.replace("\r\n", "\n").strip()].append(name)
    line = "-" * 80
    return (
        "\n\n".join(
            ["The files beside this one are builds of the packages below."]
            + [f"{line}\n{', '.join(who)}\n{line}\n\n{text}" for text, who in holders.items()]
        )
        + "\n"
    )


def _npm(command: str, *arguments: str, folder: Path) -> None:
    # Do not run the packages' scripts.
    options = ("--ignore-scripts", "--loglevel=error")
    subprocess.run(
        ["npm", command, *options, *arguments], cwd=folder, stdout=subprocess.DEVNULL, check=True
    )


if __name__ == "__main__":
    sys.exit(main())
