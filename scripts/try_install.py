"""Follow docs/production/install.md on an empty machine: a root file system with nothing but Debian's base.

    python -m scripts.try_install [--base FOLDER] [--keep]

Needs Linux, root, debootstrap, Debian's packages and PyPI, and takes some minutes. The commands are the blocks ``sh`` of
the page, in its order. There is no systemd in such a root. A script in place of ``systemctl`` runs the lines
ExecStart= of the units, with their user and settings. Everything after the installation of packages runs in a network of
its own, so the ports of this machine do not matter.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.server import ROOT

_PAGE = ROOT / "docs" / "production" / "install.md"
_RELEASE = "bookworm"
# Settings of pip that this machine can have, and the certificates that it trusts.
_PIP_FILES = ("/etc/pip.conf", "/etc/xdg/pip")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_COPIED_CERTIFICATES = "/srv/certificates.crt"
_SYSTEMCTL = (Path(__file__).parent / "systemctl.sh").read_text()
# After the page: what runs, and the first request of the README.
_CHECKS = r"""
echo; echo "--- processes"
for each in /proc/[0-9]*; do
    echo "$(stat -c %U "$each") $(tr '\0' ' ' < "$each/cmdline")"
done 2>/dev/null | grep -E '^primepath|bin/postgres|pgbouncer|redis-server|nginx: master' | tee /tmp/processes
# The command and its two processes.
test "$(grep -c '^primepath .*python' /tmp/processes)" -ge 3
as_primepath() {
    mapfile -t settings < <(grep -v '^ *\(#\|$\)' /etc/primepath/environment)
    setpriv --reuid primepath --regid primepath --init-groups env "${settings[@]}" PRIMEPATH_VAR_DIR=/var/lib/primepath \
        .venv/bin/python manage.py "$@"
}
as_primepath seed_demo
TOKEN=$(as_primepath create_token head --verbosity=0)
echo "--- the demo's query"
for port in 8000 8001; do curl --fail --silent --output /dev/null "http://127.0.0.1:$port/readyz"; done
curl --fail --silent --cacert /etc/nginx/tls/fullchain.pem --resolve schedule.school.example:443:127.0.0.1 \
    https://schedule.school.example/graphql -H 'Content-Type: application/json' -H "Authorization: Bearer $TOKEN" \
    -d '{"query": "{ scheduleMatrix { rows { schoolClass { code } curriculum { label } cells { period status exams { name } } } } }"}' > /tmp/answer
.venv/bin/python - <<'PYTHON'
import json
rows = json.load(open("/tmp/answer"))["data"]["scheduleMatrix"]["rows"]
cells = [cell for row in rows for cell in row["cells"]]
print(len(rows), "classes,", len(cells), "cells,", sum(len(cell["exams"]) for cell in cells), "exams")
assert len(rows) == 60 and any(cell["exams"] for cell in cells)
PYTHON
grep -h ' 200 ' /var/log/nginx/primepath.log | tail -1
test "$(redis-cli dbsize)" -ge 1
su postgres -c "psql -XAtc \"SELECT count(*) FROM pg_stat_activity WHERE usename = 'primepath'\""
"""


def blocks() -> list[str]:
    """Return the commands of the page."""
    found = re.findall(r"^```sh\n(.*?)^```$", _PAGE.read_text(), re.DOTALL | re.MULTILINE)
    return [
        block.replace("git clone REPOSITORY ", "git clone --quiet /srv/primepath.git ")
        for block in found
    ]


def make_root(root: Path, base: Path | None) -> None:
    """Install Debian's base, the repository at its last commit, and what replaces systemd."""
    if base is None:
        subprocess.run(
            ["debootstrap", "--variant=minbase", _RELEASE, str(root)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    else:
        subprocess.run(["cp", "-a", f"{base}/.", str(root)], check=True)
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", str(ROOT), str(root / "srv/primepath.git")],
        check=True,
    )
    # Packages of services do not start them when they are installed.
    _script(root / "usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n")
    _script(root / "usr/local/bin/systemctl", _SYSTEMCTL)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    if _CERTIFICATES.exists():
        shutil.copy(_CERTIFICATES, root / _COPIED_CERTIFICATES.lstrip("/"))
    for name in _PIP_FILES:
        source, target = Path(name), root / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, target)


def _script(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


def run_in(root: Path, commands: str, *, own_network: bool) -> None:
    """Run commands in the root. Its processes end with them. Raises `CalledProcessError`."""
    inside = root / "root" / "commands"
    inside.write_text(f"set -euxo pipefail\ncd /opt/primepath 2>/dev/null || cd /\n{commands}")
    mounts = f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev && "
    mounts += f"mount -t tmpfs tmpfs {root}/run && "
    loopback = "ip link set lo up && " if own_network else ""
    network = ["--net"] if own_network else []
    subprocess.run(
        [
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", *network),
            *("sh", "-ec", f"{mounts}{loopback}exec chroot {root} /bin/bash /root/commands"),
        ],
        env={
            **_pip_variables(),
            "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        check=True,
    )


def _pip_variables() -> dict[str, str]:
    variables = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    return {**variables, "PIP_CERT": _COPIED_CERTIFICATES, "DEBIAN_FRONTEND": "noninteractive"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.try_install")
    parser.add_argument("--base", type=Path, help="a root file system with Debian's base, to copy")
    parser.add_argument("--keep", action="store_true", help="keep the root file system")
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="primepath-install-"))
    root.chmod(0o755)
    install, *rest = blocks()
    try:
        make_root(root, options.base)
        run_in(root, install, own_network=False)
        run_in(root, "\n".join(rest) + _CHECKS, own_network=True)
    except subprocess.CalledProcessError as error:
        print(f"A command of the page failed: {error}", file=sys.stderr)
        return 1
    finally:
        if options.keep:
            print(f"The root file system is {root}")
        else:
            shutil.rmtree(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
