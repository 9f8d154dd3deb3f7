"""A Livy that both kernels find by themselves, as sparkmagic's users have configured theirs."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from livy.conftest import livy, work_dir  # noqa: F401 - fixtures: LIVY_URL, LIVY_HOME, else the local account's own


def sparkmagic_config(url: str) -> dict:
    """sparkmagic's config.json: the Livy, and settings of the sessions."""
    endpoint = {"username": "", "password": "", "url": url, "auth": "None"}
    return {
        "kernel_python_credentials": endpoint,
        "kernel_scala_credentials": endpoint,
        "session_configs": {"driverMemory": "600m", "conf": {"spark.suite.sparkmagic": "yes"}},
        "livy_session_startup_timeout_seconds": 600,
        "default_maxrows": 2500,
        # its chart widget keeps a run without a browser waiting
        "use_auto_viz": False,
    }


@pytest.fixture(scope="session")
def place(livy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:  # noqa: F811
    """Address of the Livy; the kernels' environment is set."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "config.json").write_text(json.dumps(sparkmagic_config(livy.url)))
    magics = folder / "magics"
    shutil.copytree(HERE / "magics", magics)
    (magics / "broken.mjs").write_text("export default {")
    before = dict(os.environ)
    os.environ.update(
        SPARKMAGIC_CONF_DIR=str(folder),
        IPYTHONDIR=str(folder / "ipython"),
        JUPYTERLAB_EMR_MAGICS=str(magics),
        SUITE_TEAM="quants",
    )
    yield livy.url
    os.environ.clear()
    os.environ.update(before)
