"""`%%local`: IPython on the Jupyter host, in all three kernels, without any cluster."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
import venv

import pytest
from conftest import alive, children
from harness import Notebook
from livy.conftest import wait


@pytest.fixture(scope="module")
def book():
    one = Notebook()
    yield one
    one.close()


def kinds(result) -> list[str]:
    return [message["msg_type"] for message in result.outputs]


@pytest.mark.parametrize("spec", ["pyspark-emr", "spark-emr", "sparkr-emr"])
def test_runs_in_every_kernel(notebook, spec):
    one = notebook(spec)
    assert one.ok("%%local\nx = 20\nprint('printed')\nx + 1").text == "printed\n\n21"
    assert one.ok("%%local\nx").text == "20"


def test_nothing_is_started_before_it_is_used(notebook):
    one = notebook()
    one.ok("%emr help")
    assert children(one.pid) == []
    one.ok("%%local\n1")
    assert len(children(one.pid)) == 1


def test_ipython_is_whole(book):
    assert "from a shell" in book.ok("%%local\n!echo from a shell").text
    assert "per loop" in book.ok("%%local\n%timeit -n1 -r1 pass").text
    assert book.ok("%%local\nawait __import__('asyncio').sleep(0, 'awaited')").text == "'awaited'"
    reply = book.ok("%%local\nlen?").reply
    assert "Return the number of items" in reply["payload"][0]["data"]["text/plain"]


def test_streams_and_order(book):
    result = book.ok(
        "%%local\nimport sys\nprint('one', flush=True)\nprint('two', file=sys.stderr, flush=True)\nprint('three')"
    )
    streams = [(m["content"]["name"], m["content"]["text"]) for m in result.outputs]
    assert "".join(text for name, text in streams if name == "stdout") == "one\nthree\n"
    assert "".join(text for name, text in streams if name == "stderr") == "two\n"


def test_rich_output(book):
    html = book.ok("%%local\nimport pandas as pd\npd.DataFrame({'ä': [1]})")
    assert "<th>ä</th>" in html.data("text/html")[0]
    picture = book.ok("%%local\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);", timeout=300)
    assert len(picture.data("image/png")) == 1


def test_displays_are_updated_and_cleared(book):
    result = book.ok(
        "%%local\nhandle = display('before', display_id='mine')\nhandle.update('after')\n"
        "from IPython.display import clear_output\nclear_output(wait=True)"
    )
    assert kinds(result) == ["display_data", "update_display_data", "clear_output"]
    assert [m["content"]["transient"]["display_id"] for m in result.outputs[:2]] == ["mine", "mine"]
    assert result.outputs[2]["content"] == {"wait": True}
    later = book.ok("%%local\nhandle.update('from another cell')")
    assert later.outputs[0]["content"]["transient"]["display_id"] == "mine"


def test_a_widget_shows_its_text(book):
    result = book.ok(
        "%%local\ndisplay({'text/plain': 'IntSlider(value=3)', "
        "'application/vnd.jupyter.widget-view+json': {'model_id': 'nobody'}}, raw=True)"
    )
    assert list(result.outputs[0]["content"]["data"]) == ["text/plain"]


def test_errors_are_ipythons_own(book):
    result = book.run("%%local\ndef f():\n    return 1 / 0\nf()")
    assert result.reply["ename"] == "ZeroDivisionError"
    trace = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(result.reply["traceback"]))
    assert "----> 2     return 1 / 0" in trace
    assert book.ok("%%local\n'goes on'").text == "'goes on'"


def test_input_needs_a_person(book):
    assert "StdinNotImplementedError" in book.run("%%local\ninput('who? ')").error
    book.client.execute("%%local\nanswer = input('who? ')\nprint('it is', answer)", allow_stdin=True)
    request = book.client.get_stdin_msg(timeout=60)
    assert request["content"]["prompt"] == "who? "
    book.client.input("ünü")
    assert book.client.get_shell_msg(timeout=60)["content"]["status"] == "ok"
    assert book.ok("%%local\nanswer").text == "'ünü'"


def test_an_interrupt_stops_it_and_what_it_started(book):
    stopped = book.run(
        "%%local\nimport time\nprint('running', flush=True)\ntime.sleep(600)",
        when=lambda result: "running" in result.text,
        then=book.interrupt,
    )
    assert stopped.reply["ename"] == "KeyboardInterrupt"
    shell = book.run(
        "%%local\nimport subprocess\nprint('running', flush=True)\nsubprocess.run(['sleep', '600'])",
        when=lambda result: "running" in result.text,
        then=book.interrupt,
    )
    assert shell.reply["ename"] == "KeyboardInterrupt"
    assert book.ok("%%local\n1 + 1").text == "2"


def test_its_end_is_told_and_it_is_started_anew(notebook):
    one = notebook()
    one.ok("%%local\nkept = 1")
    died = one.run(
        "%%local\nimport os, sys\nprint('last words', file=sys.__stderr__, flush=True)\nos._exit(3)"
    )
    assert died.reply["ename"] == "LocalPythonDied"
    assert "exit code 3" in died.error and "variables are gone" in died.error
    again = one.run("%%local\nkept")
    assert "variables are gone" in again.text
    assert again.reply["ename"] == "NameError"
    assert one.ok("%%local\n2").text == "2"


def test_its_end_between_two_cells_is_told(notebook):
    one = notebook()
    one.ok("%%local\nkept = 1")
    (child,) = children(one.pid)
    os.kill(child, signal.SIGKILL)
    wait(lambda: not alive(child))
    result = one.ok("%%local\n'kept' in dir()")
    assert "killed by SIGKILL" in result.text
    assert result.text.endswith("False")


def test_it_ends_with_the_kernel(notebook):
    one = notebook()
    one.ok("%%local\nimport subprocess\nsubprocess.Popen(['sleep', '600']).pid")
    (child,) = children(one.pid)
    below = children(child)
    one.close()
    wait(lambda: not any(map(alive, [child, *below])))


def test_it_ends_with_a_kernel_that_was_killed(notebook):
    one = notebook()
    one.ok("%%local\n1")
    (child,) = children(one.pid)
    os.kill(one.pid, signal.SIGKILL)
    wait(lambda: not alive(child))


def test_nobody_else_can_reach_it(notebook, tmp_path):
    one = notebook(env={"TMPDIR": str(tmp_path)})
    one.ok("%%local\n1")
    (folder,) = tmp_path.glob("emr-python-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "connection.json").stat().st_mode) == 0o600
    one.close()
    wait(lambda: not folder.exists())


def test_a_python_without_ipykernel_says_what_to_install(notebook, tmp_path):
    venv.create(tmp_path / "bare", with_pip=False)
    python = tmp_path / "bare" / "bin" / "python"
    one = notebook(env={"JUPYTERLAB_EMR_LOCAL_PYTHON": str(python)})
    error = one.run("%%local\n1").error
    assert f'"{python}" -m pip install ipykernel' in error
    # Installed meanwhile: the next cell finds it.
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    target = next((tmp_path / "bare" / "lib").glob("python*/site-packages"))
    (target / "more.pth").write_text(packages)
    assert one.ok("%%local\nimport sys\nprint(sys.prefix)").text.strip() == str(tmp_path / "bare")


def test_a_python_that_is_not_there(notebook, tmp_path):
    one = notebook(env={"JUPYTERLAB_EMR_LOCAL_PYTHON": str(tmp_path / "none")})
    error = one.run("%%local\n1").error
    assert f'There is no Python at "{tmp_path / "none"}"' in error
    assert "JUPYTERLAB_EMR_LOCAL_PYTHON" in error


def test_the_site_names_it(notebook, tmp_path):
    venv.create(tmp_path / "site", with_pip=False, system_site_packages=False)
    target = next((tmp_path / "site" / "lib").glob("python*/site-packages"))
    (target / "more.pth").write_text(next(path for path in sys.path if path.endswith("site-packages")))
    config = tmp_path / "jupyterlab_emr.json"
    config.write_text(f'{{"localPython": "{tmp_path / "site" / "bin" / "python"}"}}')
    one = notebook(env={"JUPYTERLAB_EMR_CONFIG": str(config)})
    assert one.ok("%%local\nimport sys\nprint(sys.prefix)").text.strip() == str(tmp_path / "site")
