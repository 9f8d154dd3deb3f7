"""``python spark_class.py [--java-home DIR] [--class-cache DIR] [--memory 1g] [--options OPTIONS] CLASS [ARGUMENTS]``

Runs a class of Spark in this process's place, as ``bin/spark-class`` does, without the second JVM that it asks for the
command line, and with the class archive. ``org.apache.spark.deploy.SparkSubmit`` is what ``bin/spark-submit`` runs.
"""

import argparse
import os
import shlex
import subprocess
import sys


def main():
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from emr_local_driver import archive, jvm, lake
    from emr_local_driver.hygiene import die_with_parent

    die_with_parent()
    parser = argparse.ArgumentParser()
    parser.add_argument("--java-home")
    parser.add_argument("--class-cache")
    parser.add_argument("--memory", default="1g")
    parser.add_argument("--options", default="", help="options of the JVM")
    parser.add_argument("--classpath", default="", help="before Spark's own")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    home = jvm.spark_home()
    java = jvm.java(given.java_home)
    classpath = [path for path in given.classpath.split(os.pathsep) if path] + [
        os.path.join(home, "jars", "*"),
        *jvm.s3_jars(),
    ]
    work_dir = os.getcwd()
    add_lake(given.command, lake)
    command = [
        java,
        "-cp",
        os.pathsep.join(classpath),
        f"-Xmx{given.memory}",
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        *archive.use(given.class_cache, given.java_home),
        "-XX:+ExitOnOutOfMemoryError",
        f"-Djava.io.tmpdir={work_dir}",
        f"-Dderby.system.home={work_dir}",
        "-Dderby.stream.error.file=/dev/null" if os.name == "posix" else "-Dderby.infolog.append=false",
        f"-Dlog4j2.configurationFile={os.path.join(os.path.dirname(os.path.abspath(__file__)), 'log4j2-job.properties')}",
        *jvm.MODULE_OPTIONS,
        *shlex.split(given.options),
        # A worker's own Spark is somewhere else on each machine.
        *(
            part.replace("${SPARK_HOME}", home) if part.startswith("${SPARK_HOME}") else part
            for part in given.command
        ),
    ]
    env = {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": os.environ.get("PYSPARK_PYTHON", sys.executable),
        **os.environ,
        "SPARK_HOME": home,
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "SPARK_ENV_LOADED": "1",
    }
    if os.name == "posix":
        os.execve(java, command, env)
    sys.exit(subprocess.call(command, env=env))


def add_lake(command, lake):
    """What a job needs for the data catalogue goes into its file of properties."""
    if "--properties-file" not in command:
        return
    path = command[command.index("--properties-file") + 1]
    with open(path, encoding="ascii") as file:
        given = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    plain = {key: value.replace("\\", "") for key, value in given.items()}
    with open(path, "a", encoding="ascii") as file:
        file.writelines(f"{key}={value}\n" for key, value in lake.conf(plain).items())


if __name__ == "__main__":
    main()
