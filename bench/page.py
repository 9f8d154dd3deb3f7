"""The table and the plots of a run, written into docs/ between the marks of its kind of Livy."""

from __future__ import annotations

import re
import statistics
from pathlib import Path

from measure import BARE
from report import OURS, PEER, Table

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
#: Colours that people with any colour vision tell apart, on white and on dark pages.
COLOURS = {OURS: "#0072b2", PEER: "#d55e00", BARE: "#8c8c8c"}


def write(result: dict, table: Table, titles: dict[str, str]) -> None:
    """Put this run's table and plots in the place of the last ones."""
    kind = "livy" if result["livy"]["kind"] == "LIVY_URL" else "local"
    names = {**titles, BARE: "no kernel"}
    overhead = IMAGES / f"bench-{kind}-overhead.svg"
    distance = IMAGES / f"bench-{kind}-distance.svg"
    plot_overhead(result["cells"], names, overhead)
    plot_distance(result, names, distance)
    machine = ", ".join(f"{key} {value}" for key, value in result["machine"].items())
    missed = [aim for aim in table.aims if not aim["met"]]
    body = "\n".join(
        [
            f"![Overhead per cell by the length of its work](images/{overhead.name})",
            f"![Overhead per cell by the distance to Livy](images/{distance.name})",
            "",
            "```",
            f"{result['at']}, Livy {result['livy']['version']} ({result['livy']['kind']})",
            machine,
            table.text(),
            "",
            f"{len(table.aims) - len(missed)} of {len(table.aims)} aims met.",
            "```",
        ]
    )
    start, end = f"<!-- bench {kind}: begin -->", f"<!-- bench {kind}: end -->"
    page = PAGE.read_text()
    marked = re.compile(f"{re.escape(start)}.*?{re.escape(end)}", re.DOTALL)
    if not marked.search(page):
        raise RuntimeError(f"docs/performance.md has no place for this run: put {start} and {end} into it.")
    PAGE.write_text(marked.sub(lambda _: f"{start}\n\n{body}\n\n{end}", page))


def plot_overhead(cells: dict, names: dict[str, str], path: Path) -> None:
    """Median overhead over the seconds of work, with the span from the 5th to the 95th percentile."""
    axes, save = figure("seconds of work in the cell", "overhead per cell, ms")
    lengths = list(next(iter(cells.values())))
    for name, title in names.items():
        if name not in cells:
            continue
        samples = [sorted(s["overhead"] * 1000 for s in cells[name][length]) for length in lengths]
        low = [of[int(0.05 * (len(of) - 1))] for of in samples]
        high = [of[int(0.95 * (len(of) - 1))] for of in samples]
        axes.plot(lengths, [statistics.median(of) for of in samples], "o-", color=COLOURS[name], label=title)
        axes.fill_between(lengths, low, high, color=COLOURS[name], alpha=0.15, linewidth=0)
    axes.set_yscale("log")
    axes.legend(frameon=False)
    save(path)


def plot_distance(result: dict, names: dict[str, str], path: Path) -> None:
    """Median overhead of a cell of 0.05 s over the milliseconds that are added to every request."""
    axes, save = figure("ms added to every request", "overhead of a cell of 0.05 s, ms")
    by_delay = {"0": result["cells"], **result["far"]}
    width = 0.25
    for index, (name, title) in enumerate(item for item in names.items() if item[0] in result["cells"]):
        medians = [
            statistics.median(s["overhead"] * 1000 for s in cells[name].get("0.05", [{"overhead": 0}]))
            for cells in by_delay.values()
        ]
        places = [place + (index - 1) * width for place in range(len(by_delay))]
        bars = axes.bar(places, medians, width * 0.9, color=COLOURS[name], label=title)
        axes.bar_label(bars, fmt="%.0f", fontsize=8)
    axes.set_xticks(range(len(by_delay)), list(by_delay))
    axes.legend(frameon=False)
    save(path)


def figure(x: str, y: str):
    """An empty plot, and a function that saves it."""
    import matplotlib

    matplotlib.use("svg")
    # Text stays text, and two runs of the same figures give the same file.
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bench"})
    from matplotlib import pyplot

    made, axes = pyplot.subplots(figsize=(7, 3.6), layout="constrained")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)

    def save(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        made.savefig(path, metadata={"Date": None}, facecolor="white")
        pyplot.close(made)

    return axes, save
