"""The whole journey in a notebook, without a browser: ``jupyter emr demo --headless``.

Runs in the environment that the local account gives (AWS_ENDPOINT_URL and the rest, see ``jupyter emr demo``) and
does, cell by cell through nbclient, what a user does: provision, connect, PySpark, SQL, Scala, an error, an
interrupt, teardown. Prints each step with the time it took; exits 0, or says which step failed and why.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Callable

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

CLUSTER = "demo"


class StepFailed(Exception):
    """A step did not do what it should; the text says what was seen instead."""


def text_of(cell: NotebookNode) -> str:
    """All that a cell printed or displayed, as text."""
    parts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            parts.append(output.text)
        elif output.output_type == "error":
            parts.append(f"{output.ename}: {output.evalue}")
        else:
            parts.append(output.data.get("text/plain", ""))
    return "\n".join(parts)


def expect(pattern: str) -> Callable[[NotebookNode], None]:
    """A check that a cell's text matches ``pattern``."""

    def check(cell: NotebookNode) -> None:
        if not re.search(pattern, text_of(cell)):
            raise StepFailed(f"expected /{pattern}/ in the output, which was:\n{text_of(cell)}")

    return check


class Journey:
    """One notebook, executed step by step."""

    def __init__(self, account: dict, timeout: float) -> None:
        self.account = account
        self.notebook = nbformat.v4.new_notebook()
        self.notebook.metadata.kernelspec = {"name": "pyspark-emr", "display_name": "PySpark (EMR)"}
        self.client = NotebookClient(
            self.notebook, timeout=timeout, kernel_name="pyspark-emr", allow_errors=False
        )
        self.steps = 0

    async def run(
        self, title: str, source: str, check: Callable[[NotebookNode], None] | None = None
    ) -> NotebookNode:
        """Add a cell, run it, check it, print the step."""
        return await self._step(title, source, check, error=None, interrupt_when=None)

    async def fails(
        self, title: str, source: str, error: str, interrupt_when: str | None = None
    ) -> NotebookNode:
        """A cell that must end as a real cell error whose name or text matches ``error``.

        With ``interrupt_when`` the kernel is interrupted as soon as the cell shows text matching it.
        """
        return await self._step(title, source, None, error=error, interrupt_when=interrupt_when)

    async def _step(
        self,
        title: str,
        source: str,
        check: Callable[[NotebookNode], None] | None,
        error: str | None,
        interrupt_when: str | None,
    ) -> NotebookNode:
        self.steps += 1
        print(f"{self.steps:2d}. {title} … ", end="", flush=True)
        started = time.monotonic()
        cell = nbformat.v4.new_code_cell(source)
        self.notebook.cells.append(cell)
        task = asyncio.ensure_future(self.client.async_execute_cell(cell, len(self.notebook.cells) - 1))
        if interrupt_when is not None:
            while not task.done() and not re.search(interrupt_when, text_of(cell)):
                await asyncio.sleep(0.05)
            interrupted = time.monotonic()
            await self.client.km.interrupt_kernel()
        try:
            await task
        except CellExecutionError as problem:
            if error is None:
                raise StepFailed(f"the cell failed: {problem.ename}: {problem.evalue}") from None
            if not re.search(error, f"{problem.ename}: {problem.evalue}\n{problem.traceback}"):
                raise StepFailed(
                    f"expected an error like /{error}/, got {problem.ename}: {problem.evalue}"
                ) from None
        else:
            if error is not None:
                raise StepFailed(
                    f"expected an error like /{error}/, but the cell succeeded:\n{text_of(cell)}"
                )
        if check is not None:
            check(cell)
        now = time.monotonic()
        extra = f", interrupt {now - interrupted:.1f} s" if interrupt_when is not None else ""
        print(f"done ({now - started:.1f} s{extra})", flush=True)
        return cell


def secrets_of_environment() -> list[str]:
    """What must never stand in the notebook: the keys that this environment holds."""
    return [
        os.environ[name] for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN") if os.environ.get(name)
    ]


async def journey(account: dict, timeout: float) -> None:
    """Provision, bind, run, tear down."""
    role = account["roles"]["analyst"]
    denied = account["roles"]["denied"]
    trip = Journey(account, timeout)
    async with trip.client.async_setup_kernel():
        await trip.run(
            "list the products I may launch",
            "%emr products",
            expect(re.escape(account["products"][0]["name"])),
        )
        product = account["products"][0]["productId"]
        cell = await trip.run(
            "provision a cluster and follow it until it waits for work",
            f"%emr provision {CLUSTER} --product {product}",
            expect(r"j-[A-Z0-9]+"),
        )
        cluster = re.search(r"j-[A-Z0-9]+", text_of(cell)).group()
        await trip.run(
            "see it in the list of clusters",
            "%emr clusters",
            expect(f"(?s){CLUSTER}.*WAITING|WAITING.*{CLUSTER}"),
        )
        await trip.fails("be told how to bind when no cluster is bound", "1 + 1", "emr connect")
        await trip.fails(
            "be refused with a role one may not use",
            f"%emr connect --cluster-id {cluster} --runtime-role {denied}",
            "(?i)denied|not allowed|may not",
        )
        await trip.run(
            "connect with a runtime role",
            f"%emr connect --cluster-id {cluster} --runtime-role {role}",
            expect("(?i)connected|idle"),
        )
        await trip.run(
            "PySpark: a job on the cluster",
            "from pyspark.sql import functions as F\n"
            "prices = spark.range(1000).withColumn('price', F.col('id') % 7)\n"
            "prices.createOrReplaceTempView('prices')\n"
            "prices.agg(F.sum('price')).first()[0]",
            expect(r"^2997\b"),
        )
        await trip.run(
            "SQL on the same session",
            "%%sql\nSELECT price, count(*) AS n FROM prices GROUP BY price ORDER BY price",
            expect(r"price"),
        )
        await trip.run(
            "Scala on the same session",
            '%%scala\nspark.table("prices").filter("price = 6").count()',
            expect(r"Long = 142"),
        )
        await trip.fails(
            "a Spark error is a cell error", "spark.table('nowhere').count()", "AnalysisException"
        )
        await trip.fails(
            "interrupt a long job",
            "sc.parallelize(range(2), 2).map(lambda _: __import__('time').sleep(600)).count()",
            "(?i)interrupt|cancel",
            interrupt_when=r"(?i)running|task|job|\d %",
        )
        await trip.run("the session is still usable", "21 * 2", expect(r"^42\b"))
        await trip.run("disconnect", "%emr disconnect", expect("(?i)ended|disconnected|deleted"))
        await trip.run(
            "tear the cluster down", f"%emr terminate {CLUSTER}", expect("(?i)TERMINATED|terminated")
        )
    saved = nbformat.writes(trip.notebook)
    for secret in secrets_of_environment():
        if secret in saved:
            raise StepFailed("the notebook holds a credential")
    print(f"{len(trip.notebook.cells)} cells; no credential in the notebook.")


def main() -> int:
    """Entry point; exit code 0, or 1 with the reason."""
    parser = argparse.ArgumentParser(prog="python -m jupyterlab_emr.demo", description=__doc__)
    parser.add_argument("--timeout", type=float, default=300, help="seconds that a single cell may take")
    options = parser.parse_args()
    account = os.environ.get("EMR_LOCAL_ACCOUNT")
    if not account:
        print(
            "EMR_LOCAL_ACCOUNT is not set: run this through `jupyter emr demo --headless`.", file=sys.stderr
        )
        return 2
    started = time.monotonic()
    try:
        asyncio.run(journey(json.loads(account), options.timeout))
    except StepFailed as problem:
        print(f"FAILED\n    {problem}", flush=True)
        return 1
    except Exception as problem:  # noqa: BLE001 - a dead kernel, a time-out: told, never a bare trace
        print(f"FAILED\n    {type(problem).__name__}: {problem}", flush=True)
        return 1
    print(f"The journey is done: every step held, {time.monotonic() - started:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
