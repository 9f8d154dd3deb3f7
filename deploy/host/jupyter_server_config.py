"""Jupyter Server behind nginx on one of our hosts. Both slots read it: logins and settings are common to them."""

import os

c = get_config()  # noqa: F821

state = os.environ["JUPYTERLAB_EMR_STATE"]
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = int(os.environ["PORT"])
# The other port is the other slot's: never take the next free one.
c.ServerApp.port_retries = 0
c.ServerApp.open_browser = False
c.ServerApp.root_dir = os.environ["JUPYTERLAB_EMR_NOTEBOOKS"]
# nginx is the only way in; it passes on the name that the user asked for, and https.
c.ServerApp.allow_remote_access = True
c.ServerApp.trust_xheaders = True
# A login made on one slot holds on the other.
c.ServerApp.cookie_secret_file = os.path.join(state, "home", "cookie_secret")
# What is installed comes with a release.
c.LabApp.extension_manager = "readonly"
# The page says which release it is of: the sidebar shows it.
c.ServerApp.tornado_settings = {"page_config_data": {"emrRelease": os.environ["JUPYTERLAB_EMR_RELEASE"]}}
