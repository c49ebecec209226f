"""The clients of the trial judge responses correctly."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from benchmarks.trial.kept_answers import read_results, share_kept
from benchmarks.trial.load.measured import Measured, Record
from benchmarks.trial.load.operations import outcome_of
from benchmarks.trial.servers import pgbouncer
from scripts.nginx import adapted, whole_configuration


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"data":{"school":{"name":"x"}}}', "served"),
        (200, b'{"data":{"updateCell":{"cell":{},"userErrors":[]}}}', "served"),
        (
            200,
            b'{"data":{"updateCell":{"userErrors":[{"code":"STALE_VERSION"}]}}}',
            "200 STALE_VERSION",
        ),
        (
            200,
            b'{"data":null,"errors":[{"message":"x","extensions":{"code":"TIMEOUT"}}]}',
            "200 TIMEOUT",
        ),
        (503, b'{"errors":[{"message":"x","extensions":{"code":"OVERLOADED"}}]}', "503 OVERLOADED"),
        (504, b"<html>504 Gateway Time-out</html>", "504"),
        (302, b"", "302"),
    ],
)
def test_outcomes(status: int, body: bytes, outcome: str) -> None:
    assert outcome_of(status, body) == outcome


def _measured() -> Measured:
    return Measured(
        [
            Record(1.0, 0.1, "partial", "served", None),
            Record(2.0, 0.3, "partial", "503 OVERLOADED", 1),
            Record(2.5, 0.2, "partial", "lost", None),
            Record(9.0, 7.0, "partial", "served", None),
        ],
        start=0,
        end=4,
    )


def test_responses_after_the_end_count_for_all_but_the_rate() -> None:
    measured = _measured()
    assert measured.rate == 0.25
    assert measured.share_served == 0.5
    assert measured.slowest == 7
    assert measured.refused.count == 1
    assert measured.server_errors.count == 2


def test_nothing_measured_is_not_a_number() -> None:
    nothing = Measured([], 0, 4)
    assert math.isnan(nothing.share_served)
    assert math.isnan(nothing.slowest)


def test_nginx_configuration_keeps_all_but_addresses_and_tls() -> None:
    text = adapted(5000, [6000, 6001], backlog=4096)
    assert (
        "    server 127.0.0.1:6000 max_fails=2 fail_timeout=1s;\n"
        "    server 127.0.0.1:6001 max_fails=2 fail_timeout=1s;\n"
        "    server 127.0.0.1:6000 backup max_fails=0;\n"
        "    server 127.0.0.1:6001 backup max_fails=0;\n"
    ) in text
    assert "listen 127.0.0.1:5000 backlog=4096;" in text
    assert "proxy_read_timeout 60s;" in text
    for left_out in ("ssl", "301", ":8000"):
        assert left_out not in text


def test_nginx_writes_only_into_its_folder() -> None:
    text = whole_configuration(adapted(5000, [6000]), Path("/own"), options="", connections=1)
    assert "access_log /own/primepath.log primepath " in text
    assert "/var/" not in text


def test_pgbouncer_configuration_keeps_all_but_addresses_and_passwords() -> None:
    shipped = """
; A comment.
[databases]
primepath = host=postgres port=5432 dbname=primepath
[pgbouncer]
listen_addr = *
auth_file = /run/pgbouncer/userlist.txt
pool_mode = transaction
"""
    text = pgbouncer.adapted(shipped, 6432, 5000)
    assert "pool_mode = transaction" in text
    assert "primepath = host=127.0.0.1 port=5000" in text
    assert "listen_addr = 127.0.0.1" in text
    assert "userlist" not in text


def test_the_share_of_kept_answers_counts_each_read_once() -> None:
    before = read_results('primepath_answers_total{result="hit"} 5.0\n')
    after = read_results(
        "# TYPE primepath_answers_total counter\n"
        'primepath_answers_total{result="hit"} 8.0\n'
        'primepath_answers_total{result="changed"} 8.0\n'
        'primepath_answers_total{result="miss"} 1.0\n'
        'primepath_answers_total{result="waited"} 50.0\n'
    )
    assert share_kept(before, after) == 0.25
    assert math.isnan(share_kept(after, after))
