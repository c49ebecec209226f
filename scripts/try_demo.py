"""Try what a newcomer does first: clone the repository, run ``make demo`` and send the README's first request.

    python -m scripts.try_demo

The clone has the last commit, not the changes in the working copy. The demo listens on a free port of this machine. It
is stopped and deleted at the end, also if it does not answer within ten minutes, most of which installing can take.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scripts.server import HOST, ROOT, free_port

_START_SECONDS = 600
_STOP_SECONDS = 20
_REQUEST_SECONDS = 60
# A newcomer has none of these.
_OWN = re.compile(r"DATABASE_URL|REDIS_URL|SECRET_KEY|VIRTUAL_ENV|PYTHONPATH|PRIMEPATH_\w+")


def first_request(readme: str, port: int) -> str:
    """Return the first commands of the README that use curl, for a demo on ``port``."""
    for block in re.findall(r"^```sh\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE):
        if "curl " in block:
            return str(block).replace(f"{HOST}:8000", f"{HOST}:{port}")
    raise LookupError("The README has no request to try.")


@contextmanager
def running_demo(folder: Path, port: int, environment: dict[str, str]) -> Iterator[None]:
    """Run ``make demo`` until the block ends. Raises `RuntimeError` if it does not start or stop."""
    process = subprocess.Popen(
        ["make", "demo", f"PORT={port}"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        # A process group of its own, which Ctrl-C at its terminal would reach as a whole.
        start_new_session=True,
    )
    try:
        _wait_until_ready(process, port)
        yield
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise RuntimeError("The demo did not stop.") from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("The demo did not start.") from None
            time.sleep(0.2)
        else:
            return


def try_demo(folder: Path) -> str:
    """Return the response to the first request. Raises `RuntimeError` if it is no success."""
    clone, port = folder / "primepath", free_port()
    environment = {name: os.environ[name] for name in os.environ if not _OWN.fullmatch(name)}
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    with running_demo(clone, port, environment):
        commands = first_request((clone / "README.md").read_text(encoding="utf-8"), port)
        done = subprocess.run(
            ["sh", "-e", "-c", commands],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_REQUEST_SECONDS,
            check=False,
        )
    try:
        response = json.loads(done.stdout)
    except ValueError:
        response = {}
    if done.returncode or "errors" in response or not response.get("data"):
        raise RuntimeError(f"{commands}\nreturned:\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="primepath-demo-"))
    try:
        print(f"The README's first request returned {try_demo(folder)}")
    except (RuntimeError, LookupError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
