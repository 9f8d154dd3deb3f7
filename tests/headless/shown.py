"""What a notebook that was run shows."""

from __future__ import annotations


def text_of(notebook) -> list[str]:
    """What each code cell shows, as text."""
    return [
        "".join(
            output.get("text", "")
            or output.get("data", {}).get("text/plain", "")
            or "\n".join(output.get("traceback", []))
            for output in cell.outputs
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
