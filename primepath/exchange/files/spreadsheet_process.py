"""Reads a spreadsheet in a process of its own: ``python spreadsheet_process.py ROWS COLUMNS BYTES``, with the file as input.

calamine makes a table up to the last cell of a sheet, however few cells the sheet has. For a file of 5 KB this can be half a terabyte,
and a failed allocation ends the process. So do faults of the parser. Here that costs one import, and not all requests of a server.

This file imports nothing of Django, to start fast.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from typing import Any

from python_calamine import CalamineWorkbook


def read(
    content: bytes, most_rows: int, most_columns: int
) -> tuple[str, int, int, list[list[Any]] | None]:
    """Return the name of the first sheet, its number of rows and columns, and the rows. None if there are too many."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    name = book.sheet_names[0]
    sheet = book.get_sheet_by_index(0)
    # The place of the last cell. An empty sheet has none.
    height, width = (last + 1 for last in sheet.end or (-1, -1))
    is_small = height <= most_rows and width <= most_columns
    return name, height, width, sheet.to_python(skip_empty_area=False) if is_small else None


def limit_memory(size: int) -> None:
    """Let the process have ``size`` bytes at most, where the system can limit it."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def main() -> None:
    most_rows, most_columns, size = map(int, sys.argv[1:])
    limit_memory(size)
    try:
        found = pickle.dumps(read(sys.stdin.buffer.read(), most_rows, most_columns))
    except MemoryError:
        # As calamine does.
        os.abort()
    except BaseException as error:
        # A fault of the parser is no `Exception`.
        found = pickle.dumps(str(error))
    sys.stdout.buffer.write(found)


if __name__ == "__main__":
    main()
