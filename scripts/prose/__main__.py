"""Print the findings of the prose check, each with its file and line.

``python -m scripts.prose`` reads the whole repository; paths of files and folders limit it. The exit status is 1 if a finding
fails the tests. ``--fails`` prints only these. ``--counts`` prints only how many findings each rule has.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.prose.files import ROOT, files, texts
from scripts.prose.findings import check, count


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.prose", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT], metavar="PATH")
    parser.add_argument("--fails", action="store_true", help="print only what fails the tests")
    parser.add_argument("--counts", action="store_true", help="print only the counts")
    options = parser.parse_args()
    findings = [
        each for path in files(options.paths) for text in texts(path) for each in check(text)
    ]
    findings.sort(key=lambda each: (each.path, each.line))
    for each in findings:
        if not options.counts and (each.fails or not options.fails):
            mark = "error" if each.fails else "advice"
            print(
                f'{each.path}:{each.line}: {mark}: {each.kind}: {each.group}: "{each.shown}" -> {each.instead}'
            )
    failing = sum(each.fails for each in findings)
    for scope, counts in count(findings).items():
        numbers = ", ".join(f"{rule} {number}" for rule, number in counts.items() if number)
        print(f"{scope}: {numbers or 'nothing'}")
    print(f"{failing} fail, {len(findings) - failing} are advice")
    return min(failing, 1)


if __name__ == "__main__":
    sys.exit(main())
