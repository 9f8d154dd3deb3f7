"""`npm run bench`: our kernel and sparkmagic's side by side on one Livy. docs/performance.md says what each figure means.

Runs in the bench's own environment (see scripts/bench.mjs); all that it starts has ended when it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import measure
import page
import psutil
import report
from kernels import Kernel, ours, sparkmagic
from server import Livy, Proxy, local_livy, shown

#: Seconds of work → cells of each kernel.
PLAN = {0.0: 40, 0.05: 40, 0.3: 30, 1.0: 15, 3.0: 8, 6.0: 6}
#: Milliseconds added to every request → seconds of work → cells of each kernel.
FAR = {30: {0.0: 15, 0.05: 15, 1.0: 8, 6.0: 3}, 150: {0.0: 10, 0.05: 10, 1.0: 6, 6.0: 3}}
DOOR = "bench"


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="npm run bench --", description=__doc__)
    parser.add_argument("--python", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--node", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--json", metavar="FILE", help="write every sample to FILE")
    parser.add_argument("--only", choices=[report.OURS, report.PEER], help="measure one kernel only")
    parser.add_argument("--starts", type=int, default=9, help="kernel starts of each (default 9)")
    parser.add_argument("--connects", type=int, default=3, help="connections of each (default 3)")
    parser.add_argument("--work", help="seconds of work, comma-separated (default 0,0.05,0.3,1,3,6)")
    parser.add_argument("--repeats", type=int, help="cells for each length of work (default 40 to 6)")
    parser.add_argument("--interrupts", type=int, default=5, help="interrupts of each (default 5)")
    parser.add_argument("--row", type=int, default=200, help="cells in a row (default 200)")
    parser.add_argument(
        "--endurance", type=int, default=1000, help="cells between two looks at the memory (default 1000)"
    )
    parser.add_argument("--docs", action="store_true", help="write the table and the plots into docs/")
    parser.add_argument("--quick", action="store_true", help="few repeats: does it work, roughly how fast")
    chosen = parser.parse_args()
    chosen.plan, chosen.far = PLAN, FAR
    if chosen.quick:
        chosen.starts, chosen.connects = 3, 1
        chosen.plan = {work: 3 for work in PLAN}
        chosen.far = {delay: {work: 2 for work in plan} for delay, plan in FAR.items()}
        chosen.interrupts, chosen.row, chosen.endurance = 1, 30, 60
    if chosen.work:
        lengths = [float(text) for text in chosen.work.split(",")]
        chosen.plan = {work: chosen.plan.get(work, 10) for work in lengths}
    if chosen.repeats:
        chosen.plan = {work: chosen.repeats for work in chosen.plan}
    return chosen


def node_of(python: str) -> str:
    """The Node that our kernel runs on."""
    code = "from jupyterlab_emr.launch import find_node; print(find_node())"
    found = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=False, cwd=tempfile.gettempdir()
    )
    return found.stdout.strip() or "node"


def machine(python: str) -> dict[str, str]:
    """What the figures were measured on."""
    cpu = platform.processor() or platform.machine()
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    version = subprocess.run([node_of(python), "--version"], capture_output=True, text=True, check=False)
    return {
        "cpu": f"{os.cpu_count()} × {cpu}",
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "node": version.stdout.strip(),
        "load": " ".join(f"{load:.1f}" for load in psutil.getloadavg()),
    }


def bench(chosen: argparse.Namespace, folder: Path, stack: contextlib.ExitStack) -> report.Table:
    """Start what is needed, measure, and make the table."""
    url = os.environ.get("LIVY_URL", "").rstrip("/")
    own = not url
    if own:
        measure.say("the local account's Livy-compatible server")
        server = local_livy(chosen.node, chosen.python, folder)
        stack.callback(server.stop)
        url = server.answer["url"]
    names = [chosen.only] if chosen.only else [report.OURS, report.PEER]
    proxy = Proxy(chosen.node, url, [*names, DOOR], folder)
    stack.callback(proxy.stop)
    made = {
        report.OURS: lambda: ours(chosen.python, proxy.doors[report.OURS]),
        report.PEER: lambda: sparkmagic(sys.executable, proxy.doors[report.PEER], folder / "sparkmagic"),
    }
    flavours = [made[name]() for name in names]
    livy = Livy(proxy.doors[DOOR])
    livy.check(shown(url))
    setting = measure.Bench(flavours, proxy, livy, folder)
    result: dict = {
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": machine(chosen.python),
        "livy": {
            "version": livy.version(),
            "kind": "the local account's" if own else "LIVY_URL",
            "host": shown(url) if urlsplit(url).hostname in ("127.0.0.1", "localhost") else "remote",
        },
        "ready": measure.ready(setting, chosen.starts),
    }
    result["connect"], kept = measure.connect(setting, chosen.connects)
    for connected in kept:
        stack.callback(connected.close)
    result["cells"] = measure.cells(setting, kept, chosen.plan)
    result["interrupt"] = measure.interrupts(setting, kept, chosen.interrupts)
    result["row"] = {"count": chosen.row, "seconds": measure.row_of_cells(kept, chosen.row)}
    result["endurance"] = {"count": chosen.endurance, "memory": measure.endurance(kept, chosen.endurance)}
    result["error"] = measure.error_status(kept)
    for connected in kept:
        connected.close()
    result["far"] = measure.far(setting, chosen.far)
    result["machine"]["load after"] = " ".join(f"{load:.1f}" for load in psutil.getloadavg())
    table = report.table(result, {flavour.name: flavour.title for flavour in flavours})
    result["aims"] = table.aims
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(result, indent=1) + "\n")
    if chosen.docs:
        page.write(result, table, {flavour.name: flavour.title for flavour in flavours})
    print(f"{result['at']}, Livy {result['livy']['version']} ({result['livy']['kind']})")
    print(", ".join(f"{key} {value}" for key, value in result["machine"].items()))
    return table


def stop_kernels() -> None:
    """Whatever an interrupt left."""
    for kernel in list(Kernel.running):
        kernel.stop()


class Interrupts:
    """The first signal leaves by the ordinary way out, which ends what was started; later ones do not disturb that."""

    def __init__(self) -> None:
        self._seen = False
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._come)

    def _come(self, number: int, _frame: object) -> None:
        if not self._seen:
            self._seen = True
            print("\nStopping …", file=sys.stderr, flush=True)
            raise SystemExit(128 + number)


def main() -> int:
    """Entry point. The exit code tells whether it was measured, not whether the aims were met."""
    chosen = options()
    Interrupts()
    folder = Path(tempfile.mkdtemp(prefix="emr-bench-logs-"))
    keep = False
    try:
        with contextlib.ExitStack() as stack:
            table = bench(chosen, folder, stack)
    except (RuntimeError, TimeoutError) as problem:
        keep = True
        print(f"✗ {problem}\n  The logs are in {folder}.", file=sys.stderr)
        return 1
    finally:
        stop_kernels()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(table.text())
    missed = [aim for aim in table.aims if not aim["met"]]
    if psutil.getloadavg()[0] > 1.5 * (os.cpu_count() or 1):
        print(
            "\nThe machine was busy with other things: every figure is worse than it would be on an idle one."
        )
    print(f"\n{len(table.aims) - len(missed)} of {len(table.aims)} aims met.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
