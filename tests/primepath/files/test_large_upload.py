"""A large spreadsheet through nginx and a real server."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from primepath.domain.stored_file import MAX_FILE_BYTES
from tests.nginx import nginx
from tests.processes import PATIENCE
from tests.server import Server

CELLS = "{ scheduleMatrix { rows { cells { schoolClass { code } academicYear period } } } }"
IMPORT = """mutation ($id: ID!) {
  importSchedule(input: { uploadId: $id }) {
    changed unchanged rejected
    rows(first: 1) { effect cell { notes } }
    userErrors { message }
  }
}"""


def test_a_file_of_almost_ten_megabytes_is_previewed(demo_server: Server, tmp_path: Path) -> None:
    with nginx(tmp_path, demo_server.port) as address:

        def send(path: str, body: bytes, content_type: str) -> Any:
            headers = {"Content-Type": content_type, "Authorization": f"Bearer {demo_server.token}"}
            request = Request(f"{address}{path}", body, headers)
            with urlopen(request, timeout=PATIENCE) as response:
                return json.load(response)

        def execute(query: str, **variables: Any) -> Any:
            operation = json.dumps({"query": query, "variables": variables}).encode()
            response = send("/graphql", operation, "application/json")
            assert "errors" not in response
            return response["data"]

        matrix = execute(CELLS)["scheduleMatrix"]
        cells = [cell for row in matrix["rows"] for cell in row["cells"]]
        notes = "시험 시간표 " * (MAX_FILE_BYTES // len(cells) // 19)
        file = io.StringIO()
        rows = csv.writer(file)
        rows.writerow(("class_code", "academic_year", "period", "notes"))
        for cell in cells:
            rows.writerow(
                (cell["schoolClass"]["code"], cell["academicYear"], cell["period"], notes)
            )
        content = file.getvalue().encode("utf-8-sig")
        assert 0.8 * MAX_FILE_BYTES < len(content) <= MAX_FILE_BYTES

        uploaded = send("/files", content, "application/octet-stream")
        result = execute(IMPORT, id=uploaded["uploadId"])["importSchedule"]
    assert result["userErrors"] == []
    assert (result["changed"], result["unchanged"], result["rejected"]) == (len(cells), 0, 0)
    assert result["rows"] == [{"effect": "CHANGE", "cell": {"notes": notes}}]
