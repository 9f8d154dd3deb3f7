"""Entry: ``python driver.py FD``, FD being a socket to the Livy process (`src/local/livy/driver.ts` is the other end);
or ``python driver.py --archive [DIR [JAVA_HOME]]``, which makes the class archive that lets later drivers start faster;
or ``python driver.py --s3-jars IVY [JAVA_HOME]``, which fetches what reads ``s3://`` (IVY: folder for downloads).

In:  start {conf, workDir, javaHome, classCache, kind, outputLimit, sqlRows} · run {id, kind, code} · cancel {id, ms} · complete {ref, code, cursor}
Out: ready {appId, sparkUiUrl} · running {id} · progress {id, value} · done {id, aborted, bytes} + JSON · candidates {ref, list}

The main thread runs statements one after the other, whatever their language; another one reads the wire, so a cancel or a
completion is heard while a statement runs. pyspark's pinned threads give the main thread its own thread in the JVM: the
job group set there is the group of every job that a statement of any language starts.
"""

import os
import queue
import sys
import threading
import time


def main(fd):
    here = sys.path.pop(0)  # what the driver is made of must not shadow a module of the user's
    sys.path.insert(0, here)
    from emr_local_driver import archive
    from emr_local_driver.channel import Channel
    from emr_local_driver.hygiene import die_with_parent, end, end_with_jvm
    from emr_local_driver.jvm import Jvm
    from emr_local_driver.scala_shell import class_dir

    die_with_parent()
    channel = Channel(fd)
    start = channel.receive()
    if start is None:
        os._exit(0)
    work_dir = start["workDir"]
    conf = {**start["conf"], "spark.repl.class.outputDir": class_dir(work_dir)}
    jvm = Jvm(
        work_dir, conf, start.get("javaHome"), archive.use(start.get("classCache"), start.get("javaHome"))
    )
    jvm.launch()
    driver = Driver(channel, jvm, start)
    threading.Thread(target=driver.listen, args=(end,), name="wire", daemon=True).start()
    try:
        driver.connect()
    except BaseException:  # noqa: BLE001 - whatever it is, the log says it and all ends
        import traceback

        traceback.print_exc(file=sys.__stderr__)
        end(jvm, 1)
    end_with_jvm(jvm)
    sys.path.remove(here)
    driver.work()


class Driver:
    def __init__(self, channel, jvm, start):
        self._channel = channel
        self._jvm = jvm
        self._start = start
        self._queue = queue.SimpleQueue()
        #: Statements that were sent and have not ended: a cancel may come before its statement begins.
        self._open = set()
        self._ready = threading.Event()

    def connect(self):
        from emr_local_driver import outputs, pyspark_shell, scala_shell, sql_shell
        from emr_local_driver.progress import Progress
        from pyspark import SparkContext, SparkFiles
        from pyspark.sql import SparkSession, SQLContext

        self._outputs = outputs
        self._aborted = pyspark_shell.Aborted
        gateway = self._jvm.connect()
        self._sc = sc = SparkContext(gateway=gateway)
        spark = SparkSession(sc)
        self._progress = Progress(
            sc, lambda id, value: self._channel.send({"type": "progress", "id": id, "value": value})
        )
        os.chdir(SparkFiles.getRootDirectory())
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sql_context = SQLContext.getOrCreate(sc)
        self._scala = scala_shell.ScalaShell(sc, spark, self._start["workDir"])
        python = pyspark_shell.PySparkShell(
            pyspark_shell.namespace(spark=spark, sc=sc, sqlContext=sql_context)
        )
        sql = sql_shell.SqlShell(spark, self._start["sqlRows"])
        self._shells = {"pyspark": python, "spark": self._scala, "sql": sql}
        self._channel.send({"type": "ready", "appId": sc.applicationId, "sparkUiUrl": sc.uiWebUrl})
        self._ready.set()

    def listen(self, end):
        while True:
            message = self._channel.receive()
            if message is None:
                end(self._jvm, 0)
            if message["type"] == "run":
                self._open.add(message["id"])
                self._queue.put(message)
            elif message["type"] == "cancel":
                threading.Thread(target=self._cancel, args=(message,), daemon=True).start()
            elif message["type"] == "complete":
                threading.Thread(target=self._complete, args=(message,), daemon=True).start()

    def work(self):
        if self._start["kind"] == "spark":
            self._scala.start()
        while True:
            message = self._queue.get()
            self._run(message["id"], message["kind"], message["code"])

    def _run(self, id, kind, code):
        self._channel.send({"type": "running", "id": id})
        aborted = False
        self._progress.begin(id)
        try:
            if kind not in self._shells:
                text = self._outputs.error(id, "InterpreterError", "Fail to start interpreter")
            else:
                self._sc.setJobGroup(str(id), f"Job group for statement {id}")
                text = self._shells[kind].run(id, code)
            text = self._outputs.limited(id, text, self._start["outputLimit"])
        except self._aborted as error:
            aborted = True
            text = self._outputs.error(id, "Error", f"Interpreter died:\n{error}")
        except BaseException as error:  # noqa: BLE001 - as Livy: the statement fails, not the session
            name = type(error).__name__
            text = self._outputs.error(id, f"Internal Error: {name}", str(error))
        self._open.discard(id)
        self._progress.finish()
        self._channel.send({"type": "done", "id": id, "aborted": aborted}, text)

    def _cancel(self, message):
        """Until the statement ends: it may start further jobs in the meantime."""
        self._ready.wait()
        deadline = time.monotonic() + message["ms"] / 1000
        while message["id"] in self._open and time.monotonic() < deadline:
            self._sc._jsc.sc().cancelJobGroup(str(message["id"]))
            time.sleep(0.1)

    def _complete(self, message):
        self._ready.wait()
        try:
            found = self._scala.complete(message["code"], message["cursor"])
        except Exception:  # noqa: BLE001 - no completion is no failure
            found = []
        self._channel.send({"type": "candidates", "ref": message["ref"], "list": found})


if __name__ == "__main__":
    if sys.argv[1] == "--archive":
        from emr_local_driver import archive

        print(archive.make(*sys.argv[2:4]))
    elif sys.argv[1] == "--s3-jars":
        from emr_local_driver import s3_jars

        print(s3_jars.fetch(*sys.argv[2:4]))
    else:
        main(int(sys.argv[1]))
