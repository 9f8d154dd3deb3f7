"""Kerberos for real: a KDC on loopback with files of its own, and a front before Livy that lets in who has a ticket."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from livy.conftest import serve, wait

REALM = "EMR.TEST"
PASSWORD = "emrlocalsecret-ticket"
NEEDED = [
    name for name in ("krb5kdc", "kdb5_util", "kadmin.local", "kinit", "klist") if not shutil.which(name)
]
CURL = (
    subprocess.run(["curl", "-V"], capture_output=True, text=True, check=False).stdout
    if shutil.which("curl")
    else ""
)

pytestmark = [
    pytest.mark.skipif(
        bool(NEEDED), reason=f"no Kerberos server here: {', '.join(NEEDED)} (krb5-kdc, krb5-user)"
    ),
    pytest.mark.skipif("SPNEGO" not in CURL, reason="no curl with GSSAPI here"),
]


@dataclass
class Realm:
    """A KDC, and the environment in which one knows it."""

    folder: Path
    env: dict[str, str]

    @property
    def keytab(self) -> Path:
        return self.folder / "http.keytab"

    def kinit(self) -> None:
        self.run("kinit", "ann", input=f"{PASSWORD}\n")

    def run(self, *command: str, **options) -> str:
        return subprocess.run(
            command, env=self.env, capture_output=True, text=True, check=True, **options
        ).stdout


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realm]:
    folder = tmp_path_factory.mktemp("kdc")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "krb5.conf").write_text(
        f"[libdefaults]\ndefault_realm = {REALM}\nrdns = false\ndns_canonicalize_hostname = false\n"
        f"dns_lookup_kdc = false\ndns_lookup_realm = false\n"
        f"[realms]\n{REALM} = {{\n kdc = 127.0.0.1:{port}\n}}\n[domain_realm]\nlocalhost = {REALM}\n"
    )
    (folder / "kdc.conf").write_text(
        f"[kdcdefaults]\nkdc_listen = 127.0.0.1:{port}\nkdc_tcp_listen = 127.0.0.1:{port}\n"
        f"[realms]\n{REALM} = {{\n database_name = {folder}/principal\n key_stash_file = {folder}/stash\n"
        f" acl_file = {folder}/acl\n}}\n[logging]\nkdc = FILE:{folder}/kdc.log\n"
    )
    env = {
        **os.environ,
        "KRB5_CONFIG": str(folder / "krb5.conf"),
        "KRB5_KDC_PROFILE": str(folder / "kdc.conf"),
        "KRB5CCNAME": f"FILE:{folder}/cache",
    }
    made = Realm(folder, env)
    made.run("kdb5_util", "create", "-s", "-r", REALM, "-P", "master")
    for query in (
        f"addprinc -pw {PASSWORD} ann",
        "addprinc -randkey HTTP/localhost",
        f"ktadd -k {made.keytab} HTTP/localhost",
    ):
        made.run("kadmin.local", "-r", REALM, "-q", query)
    kdc = subprocess.Popen([shutil.which("krb5kdc"), "-n", "-r", REALM], env=env)
    try:
        wait(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, 20)
        yield made
    finally:
        kdc.terminate()
        kdc.wait(10)


class Front:
    """The front as a process; `cookie_seconds` 0: it gives none."""

    def __init__(self, realm: Realm, upstream: str, cookie_seconds: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("spnego_front.py")), upstream, str(cookie_seconds)],
            env={**realm.env, "KRB5_KTNAME": str(realm.keytab)},
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()
        assert self.url, "the front did not start"

    def counts(self) -> dict[str, int]:
        with urllib.request.urlopen(f"{self.url}/_front", timeout=10) as answer:
            return json.load(answer)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def livy(tmp_path_factory: pytest.TempPathFactory):
    with serve(tmp_path_factory.mktemp("livy")) as running:
        yield running


@pytest.fixture
def front(realm: Realm, livy):
    made: list[Front] = []

    def start(cookie_seconds: float) -> Front:
        made.append(Front(realm, livy.url, cookie_seconds))
        return made[-1]

    yield start
    for one in made:
        one.stop()


def test_one_negotiation_serves_a_notebook(notebook, realm: Realm, front) -> None:
    realm.kinit()
    place = front(3600)
    book = notebook(env=realm.env)
    book.ok(f"%emr connect --livy-url {place.url} --auth-type Kerberos")
    assert book.ok("40 + 2").text == "42"
    counts = place.counts()
    assert counts["negotiations"] == 1 and counts["cookies"] > 4, counts


def test_the_doctor_goes_the_same_way(notebook, realm: Realm, front, tmp_path: Path) -> None:
    place = front(3600)
    line = f"%emr doctor --livy-url {place.url} --auth-type Kerberos"
    nobody = {**realm.env, "KRB5CCNAME": f"FILE:{tmp_path}/nobody"}
    assert "admission: There is no valid Kerberos ticket" in notebook(env=nobody).run(line).error
    realm.kinit()
    assert "Livy admits the Kerberos ticket." in notebook(env=realm.env).ok(line).text


def test_a_cookie_that_ends_is_got_anew(notebook, realm: Realm, front) -> None:
    realm.kinit()
    place = front(4)
    book = notebook(env=realm.env)
    book.ok(f"%emr connect --livy-url {place.url} --auth-type Kerberos")
    before = place.counts()["negotiations"]
    assert book.ok("import time; time.sleep(6); print('done')").text.endswith("done\n")
    counts = place.counts()
    assert counts["negotiations"] > before and counts["cookies"] > counts["negotiations"], counts


def test_without_cookies_each_request_is_negotiated(notebook, realm: Realm, front) -> None:
    realm.kinit()
    place = front(0)
    book = notebook(env=realm.env)
    book.ok(f"%emr connect --livy-url {place.url} --auth-type Kerberos")
    assert book.ok('print("ä \\\\ \\"quoted\\"\\n%s" % (40 + 2))').text == 'ä \\ "quoted"\n42\n'
    counts = place.counts()
    assert counts["cookies"] == 0 and counts["negotiations"] > 4, counts


def test_user_and_password_from_a_secret(notebook, aws, realm: Realm, front) -> None:
    """A ticket of its own: the host's cache is not touched, and the password is in no argument and no output."""
    aws.client("secretsmanager").create_secret(
        Name="emr/ann", SecretString=json.dumps({"username": "ann", "password": PASSWORD})
    )
    aws.client("secretsmanager").create_secret(
        Name="emr/not-ann", SecretString=json.dumps({"username": "ann", "password": "emrlocalsecret-wrong"})
    )
    empty = {**realm.env, "KRB5CCNAME": f"FILE:{realm.folder}/nobody"}
    place = front(3600)
    book = notebook(env=empty)
    connect = f"%emr connect --livy-url {place.url} --auth-type Kerberos"
    refused = book.run(f"{connect} --secret emr/not-ann")
    assert "KerberosNoTicket: Kerberos gave no ticket for ann" in refused.error
    book.ok(f"{connect} --secret emr/ann")
    assert place.counts()["negotiations"] == 1
    assert not (realm.folder / "nobody").exists()
    assert "emrlocalsecret" not in "".join(book.seen)


def test_what_is_missing_is_said(notebook, realm: Realm, front, tmp_path: Path) -> None:
    place = front(3600)
    connect = f"%emr connect --livy-url {place.url} --auth-type Kerberos"
    nobody = {**realm.env, "KRB5CCNAME": f"FILE:{tmp_path}/nobody"}
    assert "KerberosNoTicket" in notebook(env=nobody).run(connect).error
    realm.kinit()
    # Another name of this machine, which no principal has.
    elsewhere = connect.replace("localhost", "127.0.0.1")
    failed = notebook(env=realm.env).run(elsewhere).error
    assert "KerberosNoService" in failed or "KerberosNoRealm" in failed, failed
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "curl").write_text(
        '#!/bin/sh\ncase "$*" in *-V*) echo "Features: SSL";; *) cat >/dev/null; exit 4;; esac\n'
    )
    (bin_folder / "curl").chmod(0o755)
    bare = {**realm.env, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}"}
    assert "built without GSSAPI" in notebook(env=bare).run(connect).error
