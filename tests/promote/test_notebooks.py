"""Ten notebooks with every kind of cell: each runs cell by cell on the local account's cluster, and promoted under plain
spark-submit. Both print the same lines and write the same rows.

Some are deployed besides, and run on their own application, with the role that was worked out for them, into S3:
`EMR_DEPLOY_NOTEBOOKS=all` deploys all ten."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import nbformat
import pytest
from nbclient import NotebookClient
from promote_support import Shell

NOTEBOOKS = sorted((Path(__file__).parent / "notebooks").glob("*.ipynb"))
#: Deployed in CI: parquet by partitions of a window, SQL, what `%%configure` says, RDDs. The rest say nothing new of S3.
DEPLOYED = {"configure", "contexts", "daily_feature", "sql"}
#: of the environment's own scripts
BIN = Path(sys.executable).parent
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src" / "local" / "driver"))

from emr_local_driver import archive, jvm


@pytest.fixture(scope="module")
def place(account: dict, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder; the notebooks' connect line finds cluster and role in the environment."""
    os.environ["EMR_CLUSTER"] = account["otherCluster"]
    os.environ["EMR_ROLE"] = account["roles"]["analyst"]
    return tmp_path_factory.mktemp("promote")


def promoted(path: Path) -> dict:
    """What the command line makes of a notebook."""
    command = [str(BIN / "jupyter-emr"), "promote", str(path), "--dry-run", "--offline", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)["preview"]["script"]


def run_notebook(path: Path, folder: Path) -> list[str]:
    """The lines that the notebook prints."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = cell.source.replace('"/data"', json.dumps(str(folder)))
    NotebookClient(notebook, timeout=240, kernel_name="pyspark-emr").execute()
    texts = [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    ]
    return marked("".join(texts))


def run_script(script: dict, text: Path, folder: Path) -> list[str]:
    """The lines that the script prints under spark-submit."""
    text.write_text(script["text"])
    conf = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1", **script["sparkConf"]}
    command = [str(BIN / "spark-submit"), "--master", "local[1]", "--driver-memory", "512m"]
    for name, value in conf.items():
        command += ["--conf", f"{name}={value}"]
    environment = {
        **os.environ,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "JAVA_HOME": str(Path(jvm.java()).resolve().parents[1]),
        # It starts in half the time with the classes of the local account's archive, which has jars for S3 at its end.
        "SPARK_SUBMIT_OPTS": " ".join(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", *archive.use()]),
        "SPARK_DIST_CLASSPATH": os.pathsep.join(jvm.s3_jars()),
    }
    command += [str(text), "--folder", str(folder)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=240, env=environment, cwd=text.parent, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:] + script["text"]
    return marked(done.stdout)


def run_deployed(name: str, script: dict, shell: Shell) -> tuple[list[str], dict[str, list[str]]]:
    """The lines that the script prints as a pipeline, and the rows that its role let it write."""
    pipeline = f"promoted-{name.replace('_', '-')}"
    prefix = f"{pipeline}/rows/"
    (shell.folder / f"{name}.py").write_text(script["text"])
    (shell.folder / "emr-pipeline.yaml").write_text(
        json.dumps(
            {
                "name": pipeline,
                "script": f"{name}.py",
                "release": "emr-7.9.0",
                "arguments": [
                    {key: value for key, value in one.items() if key != "description"}
                    for one in script["arguments"]
                ],
                "outputs": [f"s3://emr-demo-us-east-1/{prefix}"],
                "caps": {"vcpu": 8, "memoryGb": 32, "diskGb": 60},
                "artifacts": "s3://emr-artifacts-us-east-1/pipelines/",
                "sparkConf": {"spark.sql.shuffle.partitions": "1", **script["sparkConf"]},
            }
        )
    )
    shell.deploy()
    ran = shell.emr("runs", pipeline, "--start", "-a", f"folder=s3://emr-demo-us-east-1/{prefix.rstrip('/')}")
    s3 = boto3.client("s3")
    copy = shell.folder / "rows"
    for found in s3.list_objects_v2(Bucket="emr-demo-us-east-1", Prefix=prefix).get("Contents", []):
        path = copy / found["Key"].removeprefix(prefix)
        if not found["Key"].endswith("/"):
            path.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file("emr-demo-us-east-1", found["Key"], str(path))
    return marked(ran.out), written(copy)


def marked(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("=>")]


def written(folder: Path) -> dict[str, list[str]]:
    """The rows of each folder that was written, sorted."""
    import pandas

    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("part-*")):
        rows = found.setdefault(str(path.parent.relative_to(folder)), [])
        if path.suffix == ".parquet":
            rows += [str(list(row)) for row in pandas.read_parquet(path).itertuples(index=False)]
        else:
            rows += path.read_text().splitlines()
    return {name: sorted(rows) for name, rows in found.items()}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_script_and_pipeline_do_the_same(path: Path, place: Path, shell: Shell) -> None:
    ours, theirs = place / path.stem / "notebook", place / path.stem / "script"
    ours.mkdir(parents=True)
    theirs.mkdir()
    script = promoted(path)
    is_deployed = path.stem in DEPLOYED or os.environ.get("EMR_DEPLOY_NOTEBOOKS") == "all"
    with ThreadPoolExecutor(3) as pool:
        shows = pool.submit(run_notebook, path, ours)
        prints = pool.submit(run_script, script, place / f"{path.stem}.py", theirs)
        deployed = pool.submit(run_deployed, path.stem, script, shell) if is_deployed else None
        shown = shows.result()
        assert shown, f"{path.stem} prints nothing to compare"
        assert prints.result() == shown
        assert written(theirs) == written(ours) != {}
        if deployed:
            assert deployed.result() == (shown, written(ours))
    ruff = subprocess.run(
        [str(BIN / "ruff"), "check", "--isolated", "--select", "F,E9,E4", "-"],
        input=script["text"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ruff.returncode == 0, ruff.stdout + script["text"]


def test_there_are_ten() -> None:
    assert len(NOTEBOOKS) == 10
