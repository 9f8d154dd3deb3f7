"""The jars with which Spark reads ``s3://`` and the account's data catalogue: the pyspark wheel has none.

Fetched once, by Spark's own Ivy; what joins Spark to the catalogue is compiled then, by Spark's own Scala compiler.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

from . import jvm, lake

#: hadoop-aws of Spark's Hadoop, and of the AWS SDK that it is built with only what it uses (the bundle has 280 MB).
_SDK = "1.12.262"
_MODULES = ("s3", "sts", "dynamodb", "kms")
#: The last Iceberg that runs on Java 8.
_ICEBERG = "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.6.1"


def fetch(ivy, java_home=None):
    """Fetch them into :func:`jvm.s3_folder` unless they are there. ``ivy``: folder of what Ivy keeps.

    :return: the folder
    """
    target = jvm.s3_folder()
    if lake.is_there():
        return target
    home = jvm.spark_home()
    hadoop = re.search(r"hadoop-client-api-([\d.]+)\.jar", " ".join(os.listdir(os.path.join(home, "jars"))))
    packages = [f"org.apache.hadoop:hadoop-aws:{hadoop.group(1)}"]
    packages += [f"com.amazonaws:aws-java-sdk-{module}:{_SDK}" for module in _MODULES]
    packages.append(_ICEBERG)
    scratch = tempfile.mkdtemp(prefix="spark-s3-")
    try:
        program = os.path.join(scratch, "nothing.py")
        with open(program, "w", encoding="utf-8"):
            pass
        command = [
            jvm.java(java_home),
            "-cp",
            os.path.join(home, "jars", "*"),
            "-Xmx512m",
            *jvm.MODULE_OPTIONS,
            "org.apache.spark.deploy.SparkSubmit",
            "--packages",
            ",".join(packages),
            "--exclude-packages",
            "com.amazonaws:aws-java-sdk-bundle",
            "--conf",
            f"spark.jars.ivy={os.path.abspath(ivy)}",
            program,
        ]
        env = {**os.environ, "SPARK_HOME": home, "PYSPARK_PYTHON": sys.executable, "SPARK_ENV_LOADED": "1"}
        done = subprocess.run(
            command,
            env=env,
            cwd=scratch,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            problem = re.search(r"unresolved dependency[^\n]*|download failed[^\n]*", done.stdout)
            last = done.stdout.strip().splitlines()[-1:] or [""]
            raise RuntimeError(problem.group(0) if problem else last[0])
        _copy(os.path.join(ivy, "jars"), os.path.join(home, "jars"), target, java_home)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return target


def _copy(fetched, spark, target, java_home):
    """What Spark has already, in whatever version, stays Spark's."""
    there = {_artifact(os.path.basename(path)) for path in glob.glob(os.path.join(spark, "*.jar"))}
    unfinished = f"{target}.{os.getpid()}"
    os.makedirs(unfinished)
    try:
        for path in sorted(glob.glob(os.path.join(fetched, "*.jar"))):
            name = os.path.basename(path).split("_", 1)[1]
            if _artifact(name) not in there:
                shutil.copy(path, os.path.join(unfinished, name))
        lake.compile_into(unfinished, java_home)
        shutil.rmtree(target, ignore_errors=True)
        os.replace(unfinished, target)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _artifact(jar):
    return re.sub(r"-\d.*$", "", jar)
