"""A hundred notebooks on one cluster, at once: nobody waits for ever, nothing is mixed up, Livy is not stormed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from conftest import Slow
from livy.conftest import ROOT

from tests.conftest import NODE

BUNDLE = """
import { build } from 'esbuild';
await build({ entryPoints: [process.argv[1]], outfile: process.argv[2], bundle: true, format: 'esm', platform: 'node',
  target: 'node20', logLevel: 'warning', mainFields: ['module', 'main'],
  banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" } });
"""


def gather(folder: Path) -> dict:
    """Run crowd.ts; what it saw."""
    program = folder / "crowd.mjs"
    source = Path(__file__).with_name("crowd.ts")
    command = [NODE, "--input-type=module", "--eval", BUNDLE, str(source), str(program)]
    subprocess.run(command, cwd=ROOT, check=True)
    told = subprocess.run([NODE, str(program)], check=True, stdout=subprocess.PIPE, text=True, timeout=200)
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def crowd(slow: Slow) -> dict:
    return slow.result("crowd")


def test_everybody_gets_a_session_and_the_own_result(crowd: dict) -> None:
    assert crowd["errors"] == []
    assert crowd["right"] == crowd["notebooks"]


def test_one_session_and_one_statement_each(crowd: dict) -> None:
    """A hundred notebooks of one user and one name: as many sessions, none taken for another's."""
    counts, notebooks = crowd["ran"]["counts"], crowd["notebooks"]
    assert crowd["ran"]["names"] == notebooks
    assert counts["POST sessions"] - crowd["ran"]["refused"] == notebooks
    assert counts["POST sessions/N/statements"] == notebooks


def test_a_full_livy_is_waited_for(crowd: dict) -> None:
    """It starts 25 sessions at once; the others ask again, now and then."""
    assert crowd["waited"] > 0
    assert crowd["ran"]["refused"] < 10 * crowd["notebooks"]


def test_nobody_runs_into_the_idle_limit(crowd: dict) -> None:
    assert crowd["workSeconds"] > crowd["idleSeconds"]
    assert crowd["ran"]["expiredAtWork"] == 0


def test_livy_is_not_stormed(crowd: dict) -> None:
    """Left alone a hundred would look thousands of times a second; as Livy answers late, each has few on the way."""
    assert crowd["ran"]["longestQueue"] <= 3 * crowd["notebooks"], crowd["ran"]
