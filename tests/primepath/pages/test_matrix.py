"""The page at ``/``: its documents, and its HTML before the script runs."""

from __future__ import annotations

import json
import re

import pytest
from django.conf import settings
from django.test import Client

from primepath.pages.matrix import queries
from primepath.school import current_academic_year
from tests.client import answer, data
from tests.factories import fill_matrix, head_teacher, make_class
from tests.pages import ROOT


def test_page_contains_the_documents_that_it_sends(client: Client) -> None:
    html = client.get("/").content.decode()
    (carried,) = re.findall(r'<script id="queries" type="application/json">(.*?)</script>', html)

    assert json.loads(carried) == queries()
    files = (ROOT / "primepath/pages/queries").glob("*.graphql")
    assert set(queries()) == {each.stem for each in files}


def test_page_accepts_get_only(client: Client) -> None:
    assert client.head("/").status_code == 200
    assert client.post("/").status_code == 405


@pytest.mark.django_db
def test_one_query_returns_everything_on_the_page() -> None:
    fill_matrix([make_class("PRIMARY_1A")], current_academic_year())

    found = data(queries()["matrix"], head_teacher(), {"academicYear": None})

    (row,) = found["scheduleMatrix"]["rows"]
    assert len(row["cells"]) == 16
    assert all(cell["color"] and cell["icon"] for cell in row["cells"])


@pytest.mark.django_db
def test_query_of_a_cell_returns_its_exams() -> None:
    year = current_academic_year()
    fill_matrix([make_class("PRIMARY_1A")], year)
    at = {"classCode": "PRIMARY_1A", "academicYear": year, "period": "JAN"}

    cell = data(queries()["cell"], head_teacher(), {"at": at})["matrixCell"]

    assert cell["period"] == "JAN"
    assert cell["examCount"] == len(cell["exams"]) > 0


@pytest.mark.django_db
def test_query_without_sign_in_returns_the_school_and_no_viewer() -> None:
    response = answer(queries()["matrix"], None, {"academicYear": None})

    assert response["data"]["school"]["timeZone"] == settings.TIME_ZONE
    assert response["data"]["viewer"] is None
    assert response["data"]["scheduleMatrix"] is None
