"""The measurements. Each takes turns between the kernels, so that a busy minute of the machine hits all alike."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kernels import Cell, Flavour, Kernel
from server import Livy, Proxy, SessionWatch, created, statements

#: Seconds that a kernel is left alone before its memory is read.
SETTLE = 3.0
#: Cells that are run and not counted: a Java virtual machine that has just started is slow.
WARM_UP = 20
BARE = "bare"


@dataclass
class Bench:
    """What every measurement needs."""

    flavours: list[Flavour]
    proxy: Proxy
    livy: Livy
    logs: Path

    def start(self, flavour: Flavour) -> Kernel:
        """Start one kernel; what it prints goes to its log."""
        return Kernel(flavour, self.logs / f"{flavour.name}.log")

    def turns(self, rounds: int) -> Iterator[tuple[int, Flavour]]:
        """Round by round each kernel once, the order turned about in every other round."""
        for index in range(rounds):
            for flavour in self.flavours[:: 1 if index % 2 == 0 else -1]:
                yield index, flavour


def say(text: str) -> None:
    """Progress, for who waits; the table is all that goes to standard output."""
    print(f"• {text}", file=sys.stderr, flush=True)


def ready(bench: Bench, starts: int) -> dict[str, list[float]]:
    """Seconds from start_kernel to the first kernel_info_reply. The first start of each fills the disk cache only."""
    times: dict[str, list[float]] = {flavour.name: [] for flavour in bench.flavours}
    say(f"kernel starts: {starts} of each")
    for index, flavour in bench.turns(starts + 1):
        with bench.start(flavour) as kernel:
            if index > 0:
                times[flavour.name].append(kernel.ready)
    return times


class Connected:
    """A kernel with a session behind it, and what it took to come there."""

    def __init__(self, bench: Bench, flavour: Flavour) -> None:
        self.bench = bench
        self.flavour = flavour
        self.closed = False
        self.kernel = bench.start(flavour)
        try:
            self.sample = self._connect()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> dict:
        bench = self.bench
        time.sleep(SETTLE)
        idle = self.kernel.memory()
        self.seen = len(bench.proxy.entries(self.flavour.name))
        watch = SessionWatch(bench.proxy, bench.livy, self.flavour.name, self.seen)
        watch.start()
        connect = self._checked(self.flavour.connect) if self.flavour.connect else None
        cell = self._checked("40 + 2")
        if "42" not in cell.text:
            raise RuntimeError(f"{self.flavour.title} answered 40 + 2 with: {cell.text}")
        spark = watch.finish()
        entries = self.new_entries()
        self.session: int = created(entries)[-1]["id"]
        wall = cell.wall + (connect.wall if connect else 0)
        own = [bench.livy.own_seconds(*pair) for pair in statements(entries)]
        time.sleep(SETTLE)
        return {
            "memory_idle": idle,
            "memory_connected": self.kernel.memory(),
            "wall": wall,
            "session_start": spark,
            "statements": own,
            "added": wall - spark - sum(own),
            "requests": by_kind(entries),
            "start_requests": start_requests(entries),
        }

    def _checked(self, code: str) -> Cell:
        cell = self.kernel.execute(code)
        if cell.status != "ok":
            raise RuntimeError(f"{self.flavour.title}: {code!r} failed: {cell.text}")
        return cell

    def new_entries(self) -> list[dict]:
        """Requests since the last look."""
        entries = self.bench.proxy.entries(self.flavour.name, self.seen)
        self.seen += len(entries)
        return entries

    def timed(self, code: str) -> dict:
        """Run a cell; what it took beyond the statement's own time, and the requests it made."""
        cell = self.kernel.execute(code)
        entries = self.new_entries()
        own = sum(self.bench.livy.own_seconds(*pair) for pair in statements(entries))
        return {
            "wall": cell.wall,
            "own": own,
            "overhead": cell.wall - own,
            "requests": by_kind(entries),
            "status": cell.status,
        }

    def close(self) -> None:
        """End the kernel, and the session where the kernel left it. Safe to repeat."""
        if self.closed:
            return
        self.closed = True
        with contextlib.suppress(Exception):
            self.kernel.stop()
        for entry in created(self.bench.proxy.entries(self.flavour.name)):
            self.bench.livy.delete(entry["id"])


def by_kind(entries: list[dict]) -> dict[str, int]:
    """Requests by what they are for: statements posted, other POSTs, statements polled, other GETs, the rest."""
    counts = {"POST statement": 0, "POST other": 0, "GET statement": 0, "GET other": 0, "other": 0}
    for entry in entries:
        method, path = entry["method"], entry["path"]
        if method not in ("POST", "GET"):
            counts["other"] += 1
        elif method == "POST":
            counts["POST statement" if path.endswith("/statements") else "POST other"] += 1
        else:
            counts["GET statement" if "/statements/" in path else "GET other"] += 1
    return counts


def start_requests(entries: list[dict]) -> int:
    """Requests until the first statement is posted, polls aside: a GET of what was asked for before is a poll."""
    asked: set[str] = set()
    count = 0
    for entry in entries:
        if entry["method"] == "POST" and entry["path"].endswith("/statements"):
            break
        if entry["method"] != "GET" or entry["path"] not in asked:
            count += 1
        asked.add(entry["path"])
    return count


def connect_bare(livy: Livy) -> dict:
    """What Livy itself asks for a session and its first result: the floor for any kernel."""
    session, start = livy.create()
    try:
        wall, own = livy.run(session, "40 + 2")
    finally:
        livy.delete(session)
    return {"wall": start + wall, "session_start": start, "statements": [own], "added": wall - own}


def connect(bench: Bench, rounds: int) -> tuple[dict[str, list[dict]], list[Connected]]:
    """From a fresh kernel to the first result, several times. The last kernel of each stays, for the cells."""
    samples: dict[str, list[dict]] = {flavour.name: [] for flavour in bench.flavours}
    samples[BARE] = []
    kept: list[Connected] = []
    try:
        for index, flavour in bench.turns(rounds):
            if len(samples[BARE]) == index:
                say(f"connect and first result {index + 1}/{rounds}: no kernel")
                samples[BARE].append(connect_bare(bench.livy))
            say(f"connect and first result {index + 1}/{rounds}: {flavour.title}")
            connected = Connected(bench, flavour)
            samples[flavour.name].append(connected.sample)
            if index == rounds - 1:
                kept.append(connected)
            else:
                connected.close()
    except BaseException:
        for connected in kept:
            connected.close()
        raise
    return samples, kept


def cells(
    bench: Bench, kept: list[Connected], plan: dict[float, int], warm_up: int = WARM_UP
) -> dict[str, dict[str, list[dict]]]:
    """Per-cell overhead. ``plan``: seconds of remote work → how many cells of each kernel."""
    # In a session of its own: a kernel knows the number that its next statement will have.
    session, _ = bench.livy.create()
    try:
        return cells_on(bench, session, kept, plan, warm_up)
    finally:
        bench.livy.delete(session)


def cells_on(
    bench: Bench, session: int, kept: list[Connected], plan: dict[float, int], warm_up: int
) -> dict[str, dict[str, list[dict]]]:
    """:func:`cells` with a session for what is run without a kernel."""
    order: list[tuple[str, Callable[[str], dict]]] = [(one.flavour.name, one.timed) for one in kept]

    def bare(code: str) -> dict:
        wall, own = bench.livy.run(session, code)
        return {"wall": wall, "own": own, "overhead": wall - own}

    order.append((BARE, bare))
    results: dict[str, dict[str, list[dict]]] = {name: {} for name, _ in order}
    if warm_up:
        say(f"{warm_up} cells on each to warm up")
    for _ in range(warm_up):
        for _, run in order:
            run("import time")
    for seconds, repeats in plan.items():
        say(f"{repeats} cells of {seconds:g} s of work on each")
        code = f"time.sleep({seconds:g})" if seconds else "1 + 1"
        for index in range(repeats):
            for name, run in order[:: 1 if index % 2 == 0 else -1]:
                results[name].setdefault(f"{seconds:g}", []).append(run(code))
    return results


def far(bench: Bench, delays: dict[int, dict[float, int]]) -> dict[str, dict]:
    """The overhead with milliseconds added to every request. ``delays``: milliseconds → a plan as for :func:`cells`.

    Each distance has kernels of its own: a Livy is far away from a kernel's first request on.
    """
    results = {}
    for delay, plan in delays.items():
        say(f"{delay} ms added to every request")
        with contextlib.ExitStack() as stack:
            stack.enter_context(bench.proxy.delayed(delay))
            kept = [stack.enter_context(contextlib.closing(Connected(bench, one))) for one in bench.flavours]
            results[str(delay)] = cells(bench, kept, plan)
    return results


#: A Spark job of a minute, in tasks of half a second.
LONG_JOB = "sc.parallelize(range(240), 240).map(lambda _: __import__('time').sleep(0.5)).count()"
#: Seconds that the job runs before it is interrupted: its first tasks are under way by then.
INTO_THE_JOB = 2.0


def interrupts(bench: Bench, kept: list[Connected], rounds: int) -> dict[str, list[dict]]:
    """Seconds from the interrupt of a Spark job until its cell has ended, and until the next cell has its result."""
    results: dict[str, list[dict]] = {one.flavour.name: [] for one in kept}
    say(f"interrupts of a Spark job: {rounds} of each")
    for index in range(rounds):
        for one in kept[:: 1 if index % 2 == 0 else -1]:
            begun: list[float] = []

            def posted(one: Connected = one, begun: list[float] = begun) -> bool:
                if not begun and statements(bench.proxy.entries(one.flavour.name, one.seen)):
                    begun.append(time.time())
                return bool(begun) and time.time() - begun[0] > INTO_THE_JOB

            cell = one.kernel.execute(LONG_JOB, stop_when=posted)
            after = one.kernel.execute("40 + 2")
            one.new_entries()
            if cell.interrupted is None or "42" not in after.text:
                raise RuntimeError(f"{one.flavour.title}: the interrupt went wrong: {cell.text} {after.text}")
            results[one.flavour.name].append(
                {
                    "ended": cell.ended - cell.interrupted,
                    "usable": after.ended - cell.interrupted,
                    "status": cell.status,
                }
            )
    return results


def row_of_cells(kept: list[Connected], count: int) -> dict[str, float]:
    """Seconds that a notebook of ``count`` quick cells takes, one after the other."""
    times = {}
    for one in kept:
        say(f"{count} cells in a row: {one.flavour.title}")
        begin = time.time()
        for index in range(count):
            one.kernel.execute(f"{index} + 1")
        times[one.flavour.name] = time.time() - begin
        one.new_entries()
    return times


def endurance(kept: list[Connected], count: int) -> dict[str, dict[str, float]]:
    """Memory in MB (RSS) before and after ``count`` more cells."""
    results = {}
    for one in kept:
        say(f"memory after {count} cells: {one.flavour.title}")
        before = one.kernel.memory()
        for index in range(count):
            one.kernel.execute(f"print({index})")
        time.sleep(SETTLE)
        results[one.flavour.name] = {"before": before["rss"], "after": one.kernel.memory()["rss"]}
        one.new_entries()
    return results


def error_status(kept: list[Connected]) -> dict[str, str]:
    """What a failing cell's execute_reply says."""
    return {one.flavour.name: one.timed("1 / 0")["status"] for one in kept}
