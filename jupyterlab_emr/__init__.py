"""jupyterlab-emr: Amazon EMR from inside the notebook.

The extension and the kernels are TypeScript; this package carries them, starts them on the Node
that comes with it (see :mod:`jupyterlab_emr.launch`) and tells JupyterLab where the front end is.
"""

__all__ = ["_jupyter_labextension_paths"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where ``jupyter labextension develop`` finds the built front end, seen from this package."""
    return [{"src": "../labextension", "dest": "jupyterlab-emr"}]
