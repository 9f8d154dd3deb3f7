"""A notebook to production: in a shell, and by its own magics."""

from __future__ import annotations

import json

import nbformat
from nbclient import NotebookClient
from promote_support import NOTHING, applications, left_of

CELLS = ['day = "2026-01-31"', "spark.range(5).count()"]


def save_notebook(path, sources):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={
            "kernelspec": {"name": "pyspark-emr", "display_name": "PySpark (EMR)", "language": "python"}
        },
    )
    notebook.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(notebook, path)


def test_in_a_shell(shell, aws):
    save_notebook(shell.folder / "from-shell.ipynb", CELLS)
    looked = shell.emr("promote", "from-shell.ipynb", "--dry-run", "--json").json
    assert "spark.range(5)" in looked["preview"]["script"]["text"]
    assert not (shell.folder / "emr-pipeline.yaml").exists()
    assert left_of(aws, "from-shell") == NOTHING

    made = shell.emr("promote", "from-shell.ipynb", "--yes", "--json").json
    assert [one["id"] for one in applications(aws, made["pipeline"])] == [made["applicationId"]]
    assert (shell.folder / "from-shell.py").read_text() == looked["preview"]["script"]["text"]
    assert f"name: {made['pipeline']}" in (shell.folder / "emr-pipeline.yaml").read_text()


def test_by_its_magics(shell, aws):
    save_notebook(shell.folder / "by-magic.ipynb", CELLS)
    cells = [
        "%emr promote by-magic.ipynb --yes",
        "%emr promote by-magic.ipynb --yes",
        "%emr runs",
        "%emr runs by-magic --ui 00nothing",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(
        notebook, kernel_name="pyspark-emr", timeout=120, resources={"metadata": {"path": str(shell.folder)}}
    ).execute()
    said = [json.dumps(cell.outputs) for cell in notebook.cells]
    assert applications(aws, "by-magic")
    assert "Written: by-magic.py" in said[0]
    assert "created" in said[0]
    assert "created" not in said[1]
    assert "unchanged" in said[1]
    assert "by-magic" in said[2]
    # The presigned address is asked for when one clicks: it is not saved.
    assert "emr:open-spark-ui" in said[3]
    assert "http" not in said[3]


def test_nothing_is_made_of_a_notebook_with_an_error(shell, aws):
    save_notebook(shell.folder / "broken.ipynb", ["day = 1", "if spark\n    pass"])
    error = shell.emr("promote", "broken.ipynb", "--yes", "--json", code=1).json["error"]
    assert "cell 2" in error["message"].lower()
    assert left_of(aws, "broken") == NOTHING
    assert not (shell.folder / "broken.py").exists()
