"""The Scala interpreter: Spark's own shell loop in the JVM of the session, driven line by line as Livy drives it."""

import os
import re
import threading

from . import outputs

_MAGIC = re.compile(r"^%(\w+)\W*(.*)")
_JSON = "application/json"
_TABLE = "application/vnd.livy.table.v1+json"
_IMPORTS = (
    "import org.apache.spark.SparkContext._",
    "import spark.implicits._",
    "import spark.sql",
    "import org.apache.spark.sql.functions._",
)


def class_dir(work_dir):
    """Where compiled cells go. Spark must know it (``spark.repl.class.outputDir``) before its context starts."""
    path = os.path.join(work_dir, "classes")
    os.makedirs(path, exist_ok=True)
    return path


class ScalaShell:
    """Made lazily, ``run`` by one thread, ``complete`` by any."""

    def __init__(self, sc, spark, work_dir):
        self._jvm = sc._jvm
        self._sc = sc
        self._spark = spark
        self._classes = class_dir(work_dir)
        self._lock = threading.Lock()
        self._main = None
        self._completer = None

    def start(self):
        with self._lock:
            if self._main is not None:
                return
            jvm = self._jvm
            settings = jvm.scala.tools.nsc.Settings()
            settings.processArguments(self._list("-Yrepl-class-based", "-Yrepl-outdir", self._classes), True)
            getattr(settings.usejavacp(), "value_$eq")(True)
            # Compiled cells are loaded through the executor's loader: a case class must be the same class where a task
            # makes it and where the cell reads it (else: ArrayStoreException). Spark's own shell has this by order.
            settings.embeddedDefaults(
                jvm.org.apache.spark.SparkEnv.get().serializer().defaultClassLoader().get()
            )
            self._out = jvm.java.io.ByteArrayOutputStream()
            writer = jvm.java.io.PrintWriter(self._out, True)
            loop = jvm.org.apache.spark.repl.SparkILoop(jvm.scala.Option.empty(), writer)
            getattr(loop, "settings_$eq")(settings)
            loop.createInterpreter()
            main = loop.intp()
            main.initializeSynchronous()
            main.ensureClassLoader()
            self._add_jars(main)
            self._with_loader(main, lambda: self._prepare(main))
            self._completer = jvm.scala.tools.nsc.interpreter.PresentationCompilerCompleter(main)
            self._main = main

    def _prepare(self, main):
        transient = self._list("@transient")
        main.bind("spark", "org.apache.spark.sql.SparkSession", self._spark._jsparkSession, transient)
        main.bind("sc", "org.apache.spark.SparkContext", self._sc._jsc.sc(), transient)
        for line in _IMPORTS:
            main.interpret(line)
        self._read()

    def _add_jars(self, main):
        """Jars of the session (--jars): Spark gave them to its own class loader, the compiler needs to see them too."""
        urls = [
            self._jvm.java.io.File(path).toURI().toURL()
            for path in self._sc.getConf().get("spark.jars", "").split(",")
            if path and "://" not in path
        ]
        if urls:
            main.addUrlsToClassPath(self._list(*urls))

    def run(self, count, code):
        """The output's JSON text."""
        self.start()
        return self._with_loader(self._main, lambda: self._run(count, code))

    def _run(self, count, code):
        # Thread-bound: what this JVM thread prints through Scala's Console goes to us, not into the log.
        self._jvm.scala.Console.setOut(self._out)
        self._out.reset()
        self._has_result = False
        text, other, pending = "", None, None
        lines = code.strip().split("\n")
        for number, line in enumerate(lines):
            source = line if pending is None else f"{pending}\n{line}"
            pending = None
            data, failed = self._line(source)
            if failed == "incomplete":
                if number < len(lines) - 1:
                    pending = source
                    continue
                # A comment alone is "incomplete" too: in braces it is a success.
                if self._line(f"{{\n{source}\n}}")[1] is None:
                    break
                return outputs.error(count, "Error", "incomplete statement")
            if failed:
                return outputs.error(count, *failed)
            if isinstance(data, str):
                # Text adds up; as in Livy, after a magic's result only the newest result counts.
                text, other = (data, None) if other is not None else (text + data, None)
            else:
                other = data
        return outputs.ok(count, outputs.Raw(other["raw"]) if other else {outputs.TEXT: text})

    def _line(self, source):
        """(text or magic's data, None) or (None, why not)."""
        magic = _MAGIC.fullmatch(source)
        if magic:
            return self._magic(*magic.groups())
        result = self._main.interpret(source).toString()
        printed = self._read()
        if result == "Success":
            self._has_result = True
            return printed, None
        if result == "Incomplete":
            return None, "incomplete"
        lines = printed.splitlines(keepends=True)
        return None, ("Error", lines[0].strip() if lines else "unknown error", lines[1:])

    def _magic(self, name, rest):
        if name not in ("json", "table"):
            return None, ("UnknownMagic", f"Unknown magic command {name}", [])
        # Livy looks at the result of the last line, whatever the name; between statements that is nothing.
        value = self._last_value()
        if value is None:
            return None, ("NameError", f"Value {rest} does not exist", [])
        try:
            tree = self._jvm.org.json4s.Extraction.decompose(value, self._object("org.json4s.DefaultFormats"))
            text = self._object("org.json4s.jackson.JsonMethods").compact(tree)
        except Exception:  # noqa: BLE001 - as Livy
            return None, ("ValueError", "Failed to convert value into a JSON value", [])
        if name == "json":
            return {"raw": f'{{"{_JSON}":{text}}}'}, None
        return _table(text)

    def _last_value(self):
        if not self._has_result:
            return None
        return self._main.lastRequest().lineRep().call("$result", self._list())

    def complete(self, code, cursor):
        self.start()
        found = self._completer.complete(code, cursor).candidates()
        return list(self._jvm.scala.collection.JavaConverters.seqAsJavaList(found))

    def _read(self):
        text = self._out.toString("UTF-8")
        self._out.reset()
        return text

    def _object(self, name):
        """A Scala object."""
        return self._jvm.java.lang.Class.forName(f"{name}$").getField("MODULE$").get(None)

    def _list(self, *items):
        java = self._jvm.java.util.ArrayList()
        for item in items:
            java.add(item)
        return self._jvm.scala.collection.JavaConverters.asScalaBuffer(java).toList()

    def _with_loader(self, main, action):
        """The JVM thread is pyspark's: give it its class loader back after Scala."""
        thread = self._jvm.java.lang.Thread.currentThread()
        before = thread.getContextClassLoader()
        main.setContextClassLoader()
        try:
            return action()
        finally:
            thread.setContextClassLoader(before)


def _table(text):
    import json

    value = json.loads(text)
    headers, data = {}, []
    for row in value if isinstance(value, list) else [value]:
        if isinstance(row, list):
            cells = [(str(index), cell) for index, cell in enumerate(row)]
        elif isinstance(row, dict):
            cells = sorted(row.items())
        else:
            cells = [("0", row)]
        for key, cell in cells:
            kind = _kind(cell)
            if kind is None or headers.setdefault(key, kind) != kind:
                return None, ("TypeError", "table rows have different types", [])
        data.append([cell for _, cell in cells])
    table = {"headers": [{"type": kind, "name": key} for key, kind in sorted(headers.items())], "data": data}
    return {"raw": outputs.dump({_TABLE: table})}, None


def _kind(value):
    for kind, name in (
        (bool, "BOOLEAN_TYPE"),
        (str, "STRING_TYPE"),
        (int, "BIGINT_TYPE"),
        (float, "DOUBLE_TYPE"),
    ):
        if isinstance(value, kind):
            return name
    if value is None:
        return "NULL_TYPE"
    inner = {_kind(item) for item in (value if isinstance(value, list) else value.values())}
    if len(inner) > 1 or None in inner:
        return None
    return "ARRAY_TYPE" if isinstance(value, list) else "MAP_TYPE"
