"""jupyter_kernel_test on the kernel process alone: every sample, no cluster."""
# ruff: noqa: RUF012 - samples are class attributes, as jupyter_kernel_test wants them

from __future__ import annotations

import pytest
from jupyter_kernel_test import IopubWelcomeTests, KernelTests

pytestmark = pytest.mark.usefixtures("echo_spec")


class TestEcho(KernelTests):
    kernel_name = "echo"
    language_name = "echo"
    file_extension = ".txt"
    code_hello_world = "print hello, world"
    code_stderr = "warn careful"
    completion_samples = [
        {"text": "stub", "matches": {"stubborn"}},
        {"text": "\U0001f600 stub", "matches": {"stubborn"}},
    ]
    complete_code_samples = ["print x", ""]
    incomplete_code_samples = ["print \\"]
    invalid_code_samples = ["?"]
    code_page_something = "page a long text"
    code_generate_error = "fail on purpose"
    code_execute_result = [
        {"code": "result 1", "result": "1"},
        {"code": "result zwei 2", "result": "zwei 2"},
    ]
    code_display_data = [{"code": "display it", "mime": "text/plain"}]
    code_history_pattern = "*zwei*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "print"
    code_clear_output = "clear"


class TestWelcome(IopubWelcomeTests):
    kernel_name = "echo"
    support_iopub_welcome = True


# The base classes are no tests of ours.
del KernelTests, IopubWelcomeTests
