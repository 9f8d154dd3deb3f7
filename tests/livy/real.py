"""A real Apache Livy from the folder that LIVY_HOME names, with a configuration of the test's own, on the loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import requests

#: How long the server may take to answer, in seconds.
READY_SECONDS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_properties(path, properties):
    path.write_text("".join(f"{key} = {value}\n" for key, value in properties.items()))


class RealServer:
    """One server process; it can be ended and started again on its port, as an administrator does."""

    def __init__(self, home, work_dir, conf=None):
        self.home, self.work_dir = Path(home), Path(work_dir)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        for name in ("conf", "spark-conf", "tmp", "cwd", "logs"):
            (self.work_dir / name).mkdir(parents=True, exist_ok=True)
        server = {
            "livy.server.host": "127.0.0.1",
            "livy.server.port": self.port,
            "livy.spark.master": "local[2]",
            "livy.server.csrf-protection.enabled": "false",
            "livy.repl.enable-hive-context": "false",
            **(conf or {}),
        }
        client = {
            "livy.rsc.rpc.server.address": "127.0.0.1",
            "livy.rsc.launcher.address": "127.0.0.1",
            # What a killed server leaves behind ends soon.
            "livy.rsc.server.idle-timeout": "60s",
            # A machine that runs tests may take longer than 90 s.
            "livy.rsc.server.connect.timeout": "600s",
        }
        client.update({key: server.pop(key) for key in list(server) if key.startswith("livy.rsc.")})
        scratch = self.work_dir / "tmp"
        spark = {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.local.dir": scratch,
            "spark.sql.warehouse.dir": f"file:{self.work_dir}/cwd/warehouse",
            "spark.driver.extraJavaOptions": f"-Dderby.system.home={self.work_dir}/cwd -Djava.io.tmpdir={scratch}",
        }
        write_properties(self.work_dir / "conf" / "livy.conf", server)
        write_properties(self.work_dir / "conf" / "livy-client.conf", client)
        spark_lines = "".join(f"{key} {value}\n" for key, value in spark.items())
        (self.work_dir / "spark-conf" / "spark-defaults.conf").write_text(spark_lines)

    def start(self):
        python = os.environ.get("LIVY_PYTHON", sys.executable)
        env = {
            **os.environ,
            "SPARK_HOME": os.environ.get("SPARK_HOME") or spark_home(python),
            "SPARK_CONF_DIR": str(self.work_dir / "spark-conf"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": python,
            "PYSPARK_DRIVER_PYTHON": python,
            "LIVY_CONF_DIR": str(self.work_dir / "conf"),
            "LIVY_LOG_DIR": str(self.work_dir / "logs"),
            "LIVY_SERVER_JAVA_OPTS": f"-Xmx512m -Djava.io.tmpdir={self.work_dir / 'tmp'}",
            "USER": os.environ.get("USER", "livy"),
        }
        for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR", "CLASSPATH"):
            env.pop(name, None)
        log = self.work_dir / "server.log"
        with log.open("ab") as out:
            # Without an argument it stays in the foreground and becomes the Java process.
            self.process = subprocess.Popen(
                ["bash", str(self.home / "bin" / "livy-server")],
                cwd=self.work_dir / "cwd",
                env=env,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + READY_SECONDS
        while True:
            with contextlib.suppress(requests.ConnectionError):
                if requests.get(f"{self.url}/version", timeout=5).ok:
                    return
            ended = self.process.poll()
            assert ended is None, f"Livy ended with {ended}: {log.read_text()[-2000:]}"
            assert time.monotonic() < deadline, f"Livy does not answer: {log.read_text()[-2000:]}"
            time.sleep(0.2)

    def stop(self):
        """In order: its drivers end with it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def spark_home(python):
    """The pyspark wheel of an interpreter is a Spark of its own."""
    code = "import os, pyspark; print(os.path.dirname(pyspark.__file__))"
    return subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
