"""From samples to the table, with the aims beside the figures."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable

from measure import BARE

OURS, PEER = "ours", "sparkmagic"
#: Overhead aims in seconds: up to this much work, and at any length.
QUICK_WORK, QUICK_AIM, ANY_AIM = 0.3, 0.030, 0.150
READY_AIM = 0.5
MEMORY_AIM = 70.0
START_AIM = 4
INTERRUPT_AIM = 0.3
#: Times that our overhead is less than sparkmagic's: from 0.05 s of work on, and far away.
RATIO_AIM, FAR_RATIO = 10.0, 3.0


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest-rank percentile: always a value that was measured."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


class Table:
    """Rows of text; a column for each kernel that took part, the ratio, the aim."""

    def __init__(self, titles: dict[str, str]) -> None:
        self.titles = titles
        self.rows: list[list[str]] = []
        self.aims: list[dict] = []

    def heading(self, text: str) -> None:
        """A line of its own between groups of rows."""
        self.rows.append([text])

    def row(
        self,
        label: str,
        values: dict[str, float | str | None],
        form: Callable[[float], str] = str,
        below: float | None = None,
        aim: str = "",
    ) -> None:
        """One figure. ``below``: the aim that ours is held against, said as ``aim``."""
        shown = []
        for name in self.titles:
            value = values.get(name)
            shown.append("" if value is None else value if isinstance(value, str) else form(value))
        ours, peer = values.get(OURS), values.get(PEER)
        both = isinstance(ours, int | float) and isinstance(peer, int | float) and ours > 0
        ratio = f"×{peer / ours:.1f}" if both else ""
        verdict = ""
        if below is not None and isinstance(ours, int | float):
            met = ours <= below
            verdict = f"{aim}: {'met' if met else 'NOT met'}"
            self.aims.append({"figure": label, "aim": aim, "value": ours, "met": met})
        self.rows.append([label, *shown, ratio, verdict])

    def aim(self, figure: str, aim: str, value: float, met: bool) -> None:
        """An aim that is not a figure of one row; said in a row of its own."""
        self.aims.append({"figure": figure, "aim": aim, "value": value, "met": met})
        blank = [""] * len(self.titles)
        self.rows.append(["  held against", *blank, f"×{value:.1f}", f"{aim}: {'met' if met else 'NOT met'}"])

    def text(self) -> str:
        """The table, its columns aligned."""
        head = ["", *self.titles.values(), "ratio", "aim for ours"]
        rows = [head, *self.rows]
        widths = [max((len(row[i]) for row in rows if len(row) > 1), default=0) for i in range(len(head))]
        lines = []
        for row in rows:
            if len(row) == 1:
                lines += ["", row[0]]
                continue
            cells = [row[0].ljust(widths[0])]
            cells += [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
            lines.append("  ".join([*cells, row[-1]]).rstrip())
        return "\n".join(lines)


def ms(value: float) -> str:
    return f"{value * 1000:.0f} ms"


def seconds(value: float) -> str:
    return f"{value:.2f} s"


def mb(value: float) -> str:
    return f"{value:.0f} MB"


def number(value: float) -> str:
    return f"{value:g}" if value == round(value) else f"{value:.1f}"


def table(result: dict, titles: dict[str, str]) -> Table:
    """All figures of one run. ``titles``: short name → heading, in the order of the columns."""
    made = Table({**titles, BARE: "no kernel"})
    _starting(made, result)
    _overhead(made, result["cells"])
    _far(made, result["far"])
    _rest(made, result)
    _requests(made, result["cells"])
    made.heading("A cell that fails (1 / 0)")
    made.row("status of the execute_reply", result["error"])
    wrong = result["error"].get(OURS)
    if wrong is not None:
        made.aims.append({"figure": "error cell", "aim": "error", "value": wrong, "met": wrong == "error"})
    return made


def _starting(made: Table, result: dict) -> None:
    made.heading("Kernel")
    starts = result["ready"]
    made.row(
        f"ready, median of {len(next(iter(starts.values())))}",
        {name: statistics.median(times) for name, times in starts.items()},
        seconds,
        READY_AIM,
        "< 0.5 s",
    )
    made.row("ready, slowest", {name: max(times) for name, times in starts.items()}, seconds)

    connects = result["connect"]

    def middle(pick: Callable[[dict], float], of: Iterable[str] = starts) -> dict[str, float]:
        return {name: statistics.median(map(pick, connects[name])) for name in of}

    made.row("idle, RSS", middle(lambda s: s["memory_idle"]["rss"]), mb, MEMORY_AIM, "< 70 MB")
    made.row("idle, PSS", middle(lambda s: s["memory_idle"]["pss"]), mb)
    made.row("connected, RSS", middle(lambda s: s["memory_connected"]["rss"]), mb)
    made.row("connected, PSS", middle(lambda s: s["memory_connected"]["pss"]), mb)
    made.heading(f"From connect to the first result (median of {len(connects[BARE])})")
    made.row("all in all", middle(lambda s: s["wall"], connects), seconds)
    made.row("  the session's own start", middle(lambda s: s["session_start"], connects), seconds)
    made.row("  the statements' own time", middle(lambda s: sum(s["statements"]), connects), seconds)
    made.row("added to that", middle(lambda s: s["added"], connects), seconds)
    made.row("requests", middle(lambda s: sum(s["requests"].values())), number)
    made.row(
        "requests to start a session, polls aside",
        middle(lambda s: s["start_requests"]),
        number,
        START_AIM,
        "at most 4",
    )


def _overhead(made: Table, cells: dict[str, dict[str, list[dict]]]) -> None:
    made.heading("Overhead per cell: its wall time less the statement's own time in Livy")
    for work in next(iter(cells.values())):
        length = float(work)
        samples = {name: [s["overhead"] for s in by_work[work]] for name, by_work in cells.items()}
        quick = length <= QUICK_WORK
        made.row(
            f"{work} s of work, median of {len(next(iter(samples.values())))}",
            {name: statistics.median(values) for name, values in samples.items()},
            ms,
            QUICK_AIM if quick else ANY_AIM,
            "< 30 ms" if quick else "< 150 ms",
        )
        floor = statistics.median(samples[BARE])
        kernels = {
            name: statistics.median(values) - floor for name, values in samples.items() if name != BARE
        }
        made.row("  beyond no kernel", kernels, ms)
        if length >= 0.05 and OURS in samples and PEER in samples:
            ratio = statistics.median(samples[PEER]) / statistics.median(samples[OURS])
            made.aim(f"{work} s of work", "≥ 10 times smaller", ratio, ratio >= RATIO_AIM)
        made.row(
            "  95th percentile",
            {name: percentile(values, 0.95) for name, values in samples.items()},
            ms,
        )


def _far(made: Table, far: dict[str, dict]) -> None:
    for delay, cells in far.items():
        made.heading(f"Overhead per cell with {delay} ms added to every request (median)")
        for work in next(iter(cells.values())):
            middle = {name: statistics.median(s["overhead"] for s in of[work]) for name, of in cells.items()}
            made.row(f"{work} s of work", middle, ms)
            if delay == "150" and PEER in middle and OURS in middle:
                ratio = middle[PEER] / middle[OURS]
                # A cell cannot be done before one request has gone its way.
                best = middle[PEER] * 1000 / int(delay)
                made.aim(
                    f"150 ms away, {work} s of work",
                    f"≥ 3 times better (×{best:.1f} at one request a cell)",
                    ratio,
                    ratio >= FAR_RATIO,
                )


def _rest(made: Table, result: dict) -> None:
    rounds = result["interrupt"]
    count = len(next(iter(rounds.values())))

    def middle(key: str) -> dict[str, float]:
        return {name: statistics.median(s[key] for s in samples) for name, samples in rounds.items()}

    if count:
        made.heading(f"Interrupt of a Spark job (median of {count})")
        made.row("until its cell has ended", middle("ended"), seconds)
        made.row("until the next cell has its result", middle("usable"), seconds, INTERRUPT_AIM, "≤ 0.3 s")
    row, endurance = result["row"], result["endurance"]
    made.heading("A long notebook")
    made.row(f"{row['count']} cells in a row", row["seconds"], seconds)
    for when in ("before", "after"):
        made.row(
            f"RSS {when} {endurance['count']} more cells",
            {name: memory[when] for name, memory in endurance["memory"].items()},
            mb,
        )


def _requests(made: Table, cells: dict[str, dict[str, list[dict]]]) -> None:
    made.heading("Requests per cell (mean)")
    kernels = {name: by_work for name, by_work in cells.items() if name != BARE}

    def mean(work: str, kinds: tuple[str, ...]) -> dict[str, float]:
        return {
            name: statistics.fmean(sum(s["requests"][kind] for kind in kinds) for s in by_work[work])
            for name, by_work in kernels.items()
        }

    for work in next(iter(kernels.values())):
        made.row(f"{work} s: POST", mean(work, ("POST statement", "POST other")), number, 1, "at most 1 POST")
        made.row("  polls of the statement", mean(work, ("GET statement",)), number)
        made.row("  others", mean(work, ("GET other", "other")), number)
