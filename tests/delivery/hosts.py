"""Hosts that are folders: a root of their own, ports of their own, a real nginx, a real JupyterLab."""

from __future__ import annotations

import base64
import datetime
import http.client
import ipaddress
import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
NAME = "localhost"


def free_ports(count: int) -> list[int]:
    """Below those that the system hands out by itself, so that nobody takes them between here and their use."""
    found: list[int] = []
    while len(found) < count:
        port = random.randint(12000, 31000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found


def certificates(folder: Path) -> None:
    """A certificate for localhost that is its own CA."""
    folder.mkdir(parents=True)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.timezone.utc)
    names = [x509.DNSName(NAME), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "ca.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def program(path: Path, *words: str) -> None:
    path.write_text("#!/bin/sh\nexec " + " ".join(f"'{word}'" for word in words) + ' "$@"\n')
    path.chmod(0o755)


def pausing(path: Path, root: Path, name: str, program: str) -> None:
    """A program that a test can stop a hook in: where `run/pause-on` holds its name and words that it is called with, it says
    its hook in `run/paused` and waits for its end.
    """
    path.write_text(
        f"""#!/bin/sh
[ ! -f '{root}/run/pause-on' ] || read -r name words <'{root}/run/pause-on'
if [ "$name" = '{name}' ]; then
  case "$*" in *"$words"*)
    rm '{root}/run/pause-on'
    echo "$LIFECYCLE_EVENT" >'{root}/run/paused.new'; mv '{root}/run/paused.new' '{root}/run/paused'
    sleep 600;;
  esac
fi
exec '{program}' "$@"
"""
    )
    path.chmod(0o755)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: str


@dataclass
class Host:
    """One host: `set_up` is what its image and its start-up script would have done."""

    folder: Path
    tls: Path
    nginx: str
    settings: dict[str, str]
    jupyter_env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root = self.folder / "root"
        self.port, self.blue, self.green = free_ports(3)

    def set_up(self) -> None:
        root, shims = self.root, self.folder / "bin"
        etc = root / "etc" / "jupyterlab-emr"
        for folder in ("etc/nginx/conf.d", "etc/systemd/system", "run", "var/log/nginx", "var/lib/nginx"):
            (root / folder).mkdir(parents=True)
        shutil.copytree(self.tls, etc / "tls")
        shims.mkdir()
        program(shims / "systemctl", sys.executable, str(HERE / "systemctl.py"))
        program(shims / "nginx", self.nginx, "-e", str(root / "var/log/nginx/error.log"))
        pausing(shims / "python", root, "pip", sys.executable)
        pausing(shims / "mkdir", root, "mkdir", shutil.which("mkdir") or "/bin/mkdir")
        lines = {
            "PYTHON": str(shims / "python"),
            "HTTPS_PORT": str(self.port),
            "BLUE_PORT": str(self.blue),
            "GREEN_PORT": str(self.green),
            "SERVER_NAME": NAME,
            "HEALTH_SECONDS": "120",
            "GRACE_SECONDS": "2",
            **self.settings,
        }
        (etc / "host.env").write_text("".join(f"{key}='{value}'\n" for key, value in lines.items()))
        # systemd runs it as a user of its own (User=); here it is whoever runs the tests, root in CI.
        (root / "srv" / "jupyter").mkdir(parents=True)
        (root / "srv/jupyter/jupyter_config.json").write_text('{"ServerApp": {"allow_root": true}}')
        self.jupyter_env["JUPYTER_CONFIG_PATH"] = str(root / "srv" / "jupyter")
        (etc / "jupyter.env").write_text("".join(f"{k}={v}\n" for k, v in self.jupyter_env.items()))
        paths = "\n".join(
            f"  {kind}_temp_path {root}/var/lib/nginx/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (root / "etc/nginx/nginx.conf").write_text(
            f"""{"user root;" if os.geteuid() == 0 else ""}
worker_processes 1;
pid {root}/run/nginx.pid;
error_log {root}/var/log/nginx/error.log;
events {{ worker_connections 512; }}
http {{
{paths}
  include {root}/etc/nginx/conf.d/*.conf;
}}
"""
        )
        (root / "etc/systemd/system/nginx.service").write_text(
            f"""[Service]
ExecStart={shims}/nginx -c {root}/etc/nginx/nginx.conf -g 'daemon off;'
ExecReload={shims}/nginx -c {root}/etc/nginx/nginx.conf -s reload
"""
        )
        self.env = {
            "PATH": f"{shims}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(root),
            "LANG": "C.UTF-8",
            "JUPYTERLAB_EMR_ROOT": str(root),
            "EMR_TEST_PID": str(os.getpid()),
        }
        (self.folder / "host.json").write_text(json.dumps(self.env))

    def systemctl(self, *words: str) -> int:
        return subprocess.run(
            [self.folder / "bin" / "systemctl", *words], env=self.env, check=False
        ).returncode

    def tear_down(self) -> list[subprocess.Popen]:
        """Stop all that runs: what to wait for. A paused call of systemctl has been killed by its test."""
        return [
            subprocess.Popen(
                [self.folder / "bin" / "systemctl", "stop", file.name.removesuffix(".pid")], env=self.env
            )
            for file in (self.root / "run" / "systemd").glob("*.pid")
        ]

    def hook(self, name: str, *words: str) -> subprocess.CompletedProcess:
        """A script of the live release, as the timer runs it."""
        script = self.root / "opt/jupyterlab-emr/live/deploy/host" / name
        done = subprocess.run([script, *words], env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def log(self) -> str:
        return (self.folder / "agent.log").read_text()

    @property
    def token(self) -> str:
        return (self.root / "etc/jupyterlab-emr/token").read_text()

    @property
    def live(self) -> str:
        """Release that is live, by the link."""
        return (self.root / "opt/jupyterlab-emr/live").resolve().name

    def slots(self) -> dict[str, int | None]:
        """The slots that run, with their supervisors' process ids."""
        found = {}
        for slot in ("blue", "green"):
            unit = f"jupyterlab-emr@{slot}.service"
            if self.systemctl("is-active", "--quiet", unit) == 0:
                found[slot] = int((self.root / "run/systemd" / f"{unit}.pid").read_text())
        return found


def context(tls: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(tls / "ca.pem"))


def get(
    port: int,
    tls: Path | ssl.SSLContext,
    path: str,
    cookies: dict[str, str] | None = None,
    token: str | None = None,
    timeout: float = 60,
    login: str | None = None,
) -> Answer:
    """One request on a connection of its own, the certificate checked."""
    verified = tls if isinstance(tls, ssl.SSLContext) else context(tls)
    connection = http.client.HTTPSConnection(NAME, port, timeout=timeout, context=verified)
    try:
        headers = {"Connection": "close"}
        if login:
            headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        return ask(connection, path, cookies, token, headers)
    finally:
        connection.close()


def ask(
    connection: http.client.HTTPSConnection,
    path: str,
    cookies: dict[str, str] | None = None,
    token: str | None = None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """One request on a connection that may go on."""
    headers = dict(headers or {})
    if cookies:
        headers["Cookie"] = "; ".join(f"{key}={value}" for key, value in cookies.items())
    if token:
        headers["Authorization"] = f"token {token}"
    connection.request("GET", path, headers=headers)
    reply = connection.getresponse()
    body = reply.read().decode()
    made = {}
    for line in reply.headers.get_all("Set-Cookie", []):
        key, _, value = line.split(";")[0].partition("=")
        made[key] = value
    return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, made, body)


def broken(wheel: Path, folder: Path) -> Path:
    """The wheel with a kernel that ends at once."""
    out = folder / wheel.name
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            data = source.read(item)
            if item.filename == "jupyterlab_emr/node/kernel.mjs":
                data = b"process.exit(3);\n"
            target.writestr(item.filename, data)
    return out


def wait_for(what: str, true: Callable[[], bool], seconds: float = 120) -> None:
    """Until an event that another process brings about; the limit is only there to end a test that hangs."""
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, f"never seen: {what}"
        time.sleep(0.02)


def kill_group(process: subprocess.Popen) -> None:
    """SIGKILL for a process and what it started in its session."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
