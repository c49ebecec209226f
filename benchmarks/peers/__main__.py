"""``python -m benchmarks.peers``: compare with PostGraphile and write PEERS.md."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.isolated import measure_on
from benchmarks.peers.report import report
from benchmarks.progress import say

_FOLDER = Path(__file__).parent
_FILE = _FOLDER.with_name("PEERS.md")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description="Compare with PostGraphile and write PEERS.md.",
    )
    parser.add_argument("--quick", action="store_true", help="few rounds; writes no file")
    options = parser.parse_args()
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        say("PostGraphile needs Node and npm, which are not on the PATH. Nothing was measured.")
        return 1
    try:
        install = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(install, cwd=_FOLDER, check=True)  # noqa: S603
        results = measure_on("PostgreSQL", "benchmarks.peers.run_peers", quick=options.quick)
    except subprocess.CalledProcessError:
        return 1
    text = report(results, _version_of(node), quick=options.quick)
    say(f"\n{text}")
    if not options.quick:
        _FILE.write_text(text)
        say(f"Wrote {_FILE}")
    return 0


def _version_of(node: str) -> str:
    run = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return run.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
