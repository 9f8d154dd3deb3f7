"""Faults that last. Each story runs beside the other tests from the beginning (stories.py) and is asserted here."""

from __future__ import annotations

import re

import pytest
from conftest import Slow
from stories import IDLE_SECONDS, WORK_SECONDS


def test_503_for_a_minute(slow: Slow) -> None:
    story = slow.result("503 for a minute")
    assert story["result"].status == "ok", story["result"].error
    assert "came through" in story["result"].text
    # One visible limit, counting up; the session is the same, and Livy was not stormed.
    assert re.search(r"Trying again \(5\d of 180 s\)", story["told"]), story["told"]
    assert story["kept"]
    assert story["asked"] < 120, story["asked"]


@pytest.mark.parametrize("story", ["POST without an answer", "GET without an answer"])
def test_answer_that_never_comes(slow: Slow, story: str) -> None:
    told = slow.result(story)
    assert told["result"].status == "ok", told["result"].error
    assert "runs: 1" in told["result"].text
    assert told["posted"] == 1


def test_statement_that_is_longer_than_the_idle_limit(slow: Slow) -> None:
    story = slow.result("idle limit")
    assert story["result"].status == "ok", story["result"].error
    assert "'long'" in story["result"].text
    assert story["kept"] in ("idle", "busy")
    assert story["told"] >= WORK_SECONDS / IDLE_SECONDS
    assert re.search(rf"idle for \d+ s, and its idle limit is {IDLE_SECONDS} s", story["after"].error)


@pytest.mark.parametrize("hours", [0, 5, -5])
def test_credentials_are_renewed_whatever_the_clock_says(slow: Slow, hours: int) -> None:
    told = slow.result("short-lived credentials")[hours]
    assert told["result"].status == "ok", told["result"].error
    assert "'long'" in told["result"].text
    assert told["kept"]
    # They ended several times under the cell; one asks about as often as they end, not at every request.
    assert 3 <= told["asked"] <= 12, told["asked"]
    # AWS saw the wrong clock, and the SDK what AWS's is.
    assert told["refused"] == (hours != 0)
