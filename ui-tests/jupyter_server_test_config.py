"""JupyterLab for the browser tests, as galata wants it; the root folder and port come from server.mjs."""

from jupyterlab.galata import configure_jupyter_server

c = get_config()  # noqa: F821 - given by traitlets

configure_jupyter_server(c)
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.log_level = "WARN"
