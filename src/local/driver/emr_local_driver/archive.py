"""A class archive (JDK's AppCDS) of what a session loads: with it Spark's JVM starts two to three times as fast.

It belongs to one Java and one pyspark; the JVM checks that itself and does without where it does not fit.
"""

import hashlib
import os
import shutil
import sys
import tempfile

from . import jvm

_QUIET = (
    "-Xlog:disable",
    "-Xlog:all=error:stderr",
    "-Xlog:cds=off",
    "-Xlog:cds+dynamic=off",
    "-Xlog:class+path=off",
)
#: What a demo runs first. Everything that is loaded by it comes from the archive later.
_WARM_UP = (
    ("pyspark", "spark.range(1000).count()"),
    ("pyspark", "sc.parallelize(range(4), 2).map(lambda x: x + 1).sum()"),
    (
        "pyspark",
        "df = spark.createDataFrame([(1, 'a', 2.0)], 'a int, b string, c double'); df.groupBy('b').sum().toPandas()",
    ),
    (
        "pyspark",
        "df.createOrReplaceTempView('v'); df.write.mode('overwrite').parquet('warm'); spark.read.parquet('warm').show()",
    ),
    ("sql", "select b, count(*), max(c) from v group by b order by b"),
    ("sql", "select * from nope"),
    ("spark", "case class P(a: Int)\nsc.parallelize(1 to 10, 2).map(i => P(i)).map(_.a).sum()"),
    ("spark", "spark.range(10).toDF.show()"),
)
#: Nobody answers there: what reading from S3 loads is loaded all the same, up to the first answer.
_WARM_UP_S3 = (("pyspark", "spark.read.csv('s3a://warm/up').count()"),)
_S3_CONF = {
    "spark.hadoop.fs.s3a.endpoint": "http://127.0.0.1:9",
    "spark.hadoop.fs.s3a.path.style.access": "true",
    "spark.hadoop.fs.s3a.connection.ssl.enabled": "false",
    "spark.hadoop.fs.s3a.attempts.maximum": "0",
    "spark.hadoop.fs.s3a.retry.limit": "0",
    "spark.hadoop.fs.s3a.bucket.probe": "0",
    "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
    "spark.hadoop.fs.s3a.aws.credentials.provider": "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
}


def _path(folder, java_home):
    program = os.path.realpath(jvm.java(java_home))
    modules = os.path.join(os.path.dirname(os.path.dirname(program)), "lib", "modules")
    what = [program, jvm.spark_home()]
    for path in (
        program,
        modules,
        os.path.join(jvm.spark_home(), "jars"),
        *(os.path.dirname(entry) for entry in jvm.s3_jars()),
    ):
        if os.path.exists(path):
            what.append(f"{os.stat(path).st_size}:{int(os.stat(path).st_mtime)}")
    return os.path.join(folder, f"spark-{hashlib.sha256('|'.join(what).encode()).hexdigest()[:16]}.jsa")


def default_folder():
    """With the interpreter that has the pyspark: a project's own environment takes the archive with it when it goes."""
    return os.path.join(sys.prefix, "share", "jupyterlab-emr-local")


def use(folder=None, java_home=None):
    """JVM options for the archive in ``folder``; none where there is no such."""
    path = _path(folder or default_folder(), java_home)
    return (f"-XX:SharedArchiveFile={path}", "-Xshare:auto", *_QUIET) if os.path.exists(path) else ()


def make(folder=None, java_home=None):
    """Makes the archive unless it is there, and answers its path. About half a minute and 170 MB."""
    folder = folder or default_folder()
    os.makedirs(folder, exist_ok=True)
    target = _path(folder, java_home)
    if os.path.exists(target):
        return target
    work_dir = tempfile.mkdtemp(prefix="spark-classes-")
    unfinished = f"{target}.{os.getpid()}"
    try:
        _run(work_dir, java_home, unfinished)
        os.replace(unfinished, target)
    finally:
        shutil.rmtree(work_dir, ignore_errors=True)
        if os.path.exists(unfinished):
            os.unlink(unfinished)
    return target


def _run(work_dir, java_home, target):
    from .scala_shell import ScalaShell, class_dir

    conf = {
        "spark.master": "local[2]",
        "spark.ui.port": "0",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.warehouse.dir": os.path.join(work_dir, "warehouse"),
        "spark.local.dir": work_dir,
        "spark.repl.class.outputDir": class_dir(work_dir),
        **_S3_CONF,
    }
    os.environ.update(AWS_ACCESS_KEY_ID="warm", AWS_SECRET_ACCESS_KEY="up")
    machine = jvm.Jvm(work_dir, conf, java_home, (f"-XX:ArchiveClassesAtExit={target}", *_QUIET))
    machine.launch()
    try:
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        from . import pyspark_shell, sql_shell

        sc = SparkContext(gateway=machine.connect())
        sc.setLogLevel("OFF")
        spark = SparkSession(sc)
        os.chdir(work_dir)
        streams = sys.stdin, sys.stdout, sys.stderr
        shells = {
            "pyspark": pyspark_shell.PySparkShell(pyspark_shell.namespace(spark=spark, sc=sc)),
            "sql": sql_shell.SqlShell(spark),
            "spark": ScalaShell(sc, spark, work_dir),
        }
        try:
            for count, (kind, code) in enumerate((*_WARM_UP, *(_WARM_UP_S3 if jvm.s3_jars() else ()))):
                shells[kind].run(count, code)
        finally:
            sys.stdin, sys.stdout, sys.stderr = streams
        # The gateway ends when its input does; the archive is written on the way out.
        # pyspark's own server loses its peer then, and says so.
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            sys.stderr = nowhere
            machine.process.stdin.close()
            machine.process.wait()
            sys.stderr = streams[2]
    finally:
        machine.kill()
