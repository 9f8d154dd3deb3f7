"""
jupyter_kernel_test on the three kernels as they are installed, each bound to a cluster, with every sample given.

`EMR_TEST_CONNECT` may name the cells that bind a kernel: `{"cells": ["%emr connect --cluster-id …"]}`. Without it the
local account makes a cluster (see `emr_connect` in conftest.py).
"""
# ruff: noqa: RUF012 - samples are class attributes, as jupyter_kernel_test wants them

from __future__ import annotations

import json
import os

import pytest
from jupyter_kernel_test import IopubWelcomeTests, KernelTests

pytestmark = pytest.mark.usefixtures("emr_connect")

START_SECONDS = 180
MAGICS = ["%emr status", "%%sql\nselect 1"]


class Bound(KernelTests):
    """A kernel that has run the cells which bind it to its cluster, and the samples that every language has."""

    completion_samples = [
        {"text": "%emr conn", "matches": {"connect"}},
        {"text": "%%sq", "matches": {"%%sql"}},
    ]
    code_page_something = "%emr help"
    code_clear_output = "%emr clear"
    code_inspect_sample = "%emr connect"
    code_display_data = [{"code": "%%info", "mime": "text/html"}]
    supported_history_operations = ("tail", "range", "search")
    # What a name of the remote session, typed so far, completes to.
    remote_completion: tuple[str, str] | None = None

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        try:
            for cell in json.loads(os.environ["EMR_TEST_CONNECT"])["cells"]:
                status, said = cls.run_cell(cell)
                assert status == "ok", said
            # The first statement of its kind loads a lot on the driver. What takes longer than a second shows its
            # progress, and test_error wants an error and no other output.
            for cell in ["%%sql\nselect 1", cls.code_hello_world, cls.code_generate_error]:
                cls.run_cell(cell)
        except BaseException:
            super().tearDownClass()
            raise

    @classmethod
    def run_cell(cls, code: str) -> tuple[str, list[str]]:
        """Status of a cell, and what it showed."""
        said: list[str] = []
        reply = cls.kc.execute_interactive(
            code,
            timeout=START_SECONDS,
            allow_stdin=False,
            output_hook=lambda message: said.append(str(message["content"])),
        )
        return reply["content"]["status"], said

    def test_completion_from_the_session(self) -> None:
        if self.remote_completion is None:
            pytest.skip("needs the language on the cluster")
        typed, wanted = self.remote_completion
        self.flush_channels()
        # An answer comes within 0.3 s or not at all; what the driver said later is there with the next key.
        for _ in range(100):
            self.kc.complete(typed)
            content = self.get_non_kernel_info_reply(timeout=15)["content"]
            if content["matches"]:
                break
        assert any(wanted in match for match in content["matches"]), content
        assert content["cursor_end"] == len(typed)

    def test_positions_count_code_points(self) -> None:
        self.flush_channels()
        self.kc.complete("x = '\U0001f600'\n%emr conn")
        content = self.get_non_kernel_info_reply(timeout=15)["content"]
        assert content["matches"] == ["connect"]
        assert (content["cursor_start"], content["cursor_end"]) == (13, 17)


class TestPySpark(Bound):
    kernel_name = "pyspark-emr"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_generate_error = "1 / 0"
    code_execute_result = [
        {"code": "1 + 1", "result": "2"},
        {"code": "'a' * 3", "result": "'aaa'"},
        {"code": "%%sql\nselect 1 as one", "mime": "text/html"},
    ]
    code_history_pattern = "1?+?1"
    complete_code_samples = ["1 + 1", "print('(')", "def f():\n    return 1\n", *MAGICS]
    incomplete_code_samples = ["for i in range(3):", "x = (1,", 'x = """a']
    invalid_code_samples = ["x = 1)"]
    remote_completion = ("spark.createDataF", "createDataFrame")


class TestScala(Bound):
    kernel_name = "spark-emr"
    language_name = "scala"
    file_extension = ".scala"
    code_hello_world = 'println("hello, world")'
    # Fails while it is compiled, which takes far less than a second on a busy machine too.
    code_generate_error = "boom"
    code_execute_result = [
        {"code": "1 + 1"},
        {"code": '"a" * 3'},
        {"code": "%%sql\nselect 1 as one", "mime": "text/html"},
    ]
    code_history_pattern = "1?+?1"
    complete_code_samples = ["val x = 1", 'println("{")', "def f(x: Int) = {\n  x\n}", *MAGICS]
    incomplete_code_samples = ["def f(x: Int) = {", "val x = (1,", 'val s = """a']
    invalid_code_samples = ["val x = 1)"]
    remote_completion = ("spark.createDataF", "createDataFrame")


class TestSparkR(Bound):
    """As far as no R is needed on the cluster: a cell of R fails as Livy says it, everything else works."""

    kernel_name = "sparkr-emr"
    language_name = "R"
    file_extension = ".r"
    code_generate_error = "stop('no')"
    code_execute_result = [
        {"code": "%%sql\nselect 1 as one", "mime": "text/html"},
        {"code": "%%sql\nselect 2 as two", "mime": "text/html"},
    ]
    code_history_pattern = "*two"
    complete_code_samples = ["x <- 1", "f <- function(x) {\n  x\n}", *MAGICS]
    incomplete_code_samples = ["f <- function(x) {", "x <- c(1,"]
    invalid_code_samples = ["x <- 1)"]


class TestWelcomePySpark(IopubWelcomeTests):
    kernel_name = "pyspark-emr"
    support_iopub_welcome = True


# The base classes are no tests of ours.
del Bound, KernelTests, IopubWelcomeTests
