"""``python -m benchmarks.peers``: compare with PostGraphile and write PEERS.md."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.isolated import measure_on
from benchmarks.peers.postgraphile import VERSIONS
from benchmarks.peers.report import report
from benchmarks.progress import say

_FILE = Path(__file__).parent.with_name("PEERS.md")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.peers",
        description="Compare with PostGraphile and write PEERS.md.",
    )
    parser.add_argument("--quick", action="store_true", help="few rounds; writes no file")
    options = parser.parse_args()
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        say("PostGraphile needs Node and npm, which are not on the PATH. Nothing was measured.")
        return 1
    try:
        for version in VERSIONS:
            version.install(npm)
        results = measure_on("PostgreSQL", "benchmarks.peers.run_peers", quick=options.quick)
    except subprocess.CalledProcessError:
        return 1
    text = report(results, quick=options.quick)
    say(f"\n{text}")
    if not options.quick:
        _FILE.write_text(text)
        say(f"Wrote {_FILE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
