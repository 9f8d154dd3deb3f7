"""What joins Spark to the account's data catalogue: one Scala file, compiled once with the compiler that Spark brings."""

import glob
import hashlib
import os
import subprocess

from . import jvm

_CATALOG = "org.apache.spark.sql.emrlocal.LakeCatalog"
_KEYS = "org.apache.spark.sql.emrlocal.LakeKeys"
_PROVIDER = "spark.hadoop.fs.s3a.aws.credentials.provider"
_ENVIRONMENT = "com.amazonaws.auth.EnvironmentVariableCredentialsProvider"


def _source():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return os.path.join(here, "scala", "LakeCatalog.scala")


def _jar(folder):
    with open(_source(), "rb") as file:
        return os.path.join(folder, f"emr-local-lake-{hashlib.sha256(file.read()).hexdigest()[:12]}.jar")


def is_there():
    """Whether it was compiled from the source as it is now."""
    return os.path.exists(_jar(jvm.s3_folder()))


def conf(given):
    """Configuration that a session or a job needs for it beside what it has; none where it is not there."""
    if not is_there() or "spark.hadoop.fs.s3a.endpoint" not in given:
        return {}
    return {
        # Whoever brings a catalogue of his own has his own.
        "spark.sql.catalog.spark_catalog": given.get("spark.sql.catalog.spark_catalog", _CATALOG),
        "spark.hadoop.fs.lf.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        _PROVIDER: _KEYS if given.get(_PROVIDER) == _ENVIRONMENT else given.get(_PROVIDER, _KEYS),
    }


def compile_into(folder, java_home=None):
    """Compile it against the jars in ``folder`` and Spark's own, into ``folder``."""
    for old in glob.glob(os.path.join(folder, "emr-local-lake-*.jar")):
        os.unlink(old)
    target = _jar(folder)
    command = [
        jvm.java(java_home),
        "-XX:TieredStopAtLevel=1",
        "-Xss8m",
        "-cp",
        os.pathsep.join([os.path.join(jvm.spark_home(), "jars", "*"), os.path.join(folder, "*")]),
        "scala.tools.nsc.Main",
        "-usejavacp",
        "-nowarn",
        "-target:jvm-1.8",
        "-d",
        target,
        _source(),
    ]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"LakeCatalog.scala: {done.stdout.strip()}")
