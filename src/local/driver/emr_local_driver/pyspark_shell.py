"""The pyspark interpreter, with what one sees of Livy's: also its oddities, because notebooks meet them on the cluster.

Known oddities kept on purpose: standard error comes after standard output; what a failing statement printed is lost
(Livy sets the job group with a statement of its own, which takes it); a magic's lookup error is nested into an ``ok`` answer; a magic whose value is no JSON ends
the interpreter.
"""

import ast
import base64
import builtins
import datetime
import decimal
import io
import re
import sys
import traceback

from . import outputs

#: As in Livy's Python process, where this is ``__main__``: a session may look at its interpreter, and change it.
msg_type_router = {}

_MODULE_FRAME = re.compile(r'\s*File "<stdin>".*in <module>')
_TABLE = "application/vnd.livy.table.v1+json"


class Aborted(Exception):
    """The interpreter died of the statement; its text goes into the output."""


class UnknownMagic(Exception):
    __module__ = "builtins"


class _UserError(Exception):
    """User code raised: holds what it raised."""

    def __init__(self, error):
        super().__init__()
        self.error = error


class _Capture(io.StringIO):
    """Where user code prints."""

    def write(self, text):
        return super().write(text.decode("utf-8") if isinstance(text, bytes) else text)


class PySparkShell:
    """Runs statements in one namespace. No module: ``__name__`` is "builtins", as in Livy's."""

    def __init__(self, namespace):
        self.namespace = namespace
        self._dead = False
        sys.stdin = io.StringIO()
        sys.modules["__main__"] = sys.modules[__name__]
        msg_type_router["execute_request"] = self._execute
        clearOutputs()

    def run(self, count, code):
        """The output's JSON text; :class:`Aborted` where Livy's interpreter process dies."""
        if self._dead:
            raise Aborted("")
        try:
            return self._run(count, code)
        except Aborted:
            self._dead = True
            raise

    def _run(self, count, code):
        clearOutputs()  # what a failed statement printed goes with Livy's own statement that sets the job group
        reply = msg_type_router["execute_request"]({"code": code})["content"]
        if reply["status"] == "error":
            return outputs.error(count, reply["ename"], reply["evalue"], reply["traceback"])
        try:
            return outputs.ok(count, reply["data"])
        except ValueError as error:
            return outputs.error(
                count, "com.fasterxml.jackson.core.JsonParseException", f"Non-standard token: {error}"
            )
        except TypeError as error:
            raise Aborted(str(error)) from error

    def _execute(self, content):
        try:
            parts = list(_parts(content["code"]))
        except SyntaxError as error:
            return self._failure(error)
        result = None
        try:
            for part in parts:
                result = self._run_magic(part) if isinstance(part, str) else self._run_code(part)
        except UnknownMagic as error:
            return self._failure(error)
        except _UserError as error:
            return self._failure(error.error, error.error.__traceback__)
        except Exception as error:  # a magic that fails outside of its lookup takes Livy's process down
            raise Aborted("".join(traceback.format_exception_only(type(error), error))) from error
        text = (sys.stdout.getvalue() + sys.stderr.getvalue()).rstrip()
        clearOutputs()
        data = dict(result or {})
        if text or not data:
            data[outputs.TEXT] = text
        return _reply("ok", {"data": data})

    def _run_code(self, tree):
        try:
            for node in tree.body[:-1]:
                exec(compile(ast.Module([node], []), "<stdin>", "exec"), self.namespace)  # noqa: S102
            for node in tree.body[-1:]:
                exec(compile(ast.Interactive([node]), "<stdin>", "single"), self.namespace)  # noqa: S102
        except BaseException as error:  # noqa: BLE001 - user code may raise anything
            raise _UserError(error) from None

    def _run_magic(self, line):
        name, *rest = line[1:].split(" ", 1)
        if not name:
            raise UnknownMagic("magic command not specified")
        handler = {"json": self._json, "table": self._table, "matplot": self._matplot}.get(name)
        if handler is None:
            raise UnknownMagic(f"unknown magic command '{name}'")
        return handler(*rest)

    def _json(self, name):
        if name not in self.namespace:
            return _nested(KeyError(name))
        return {"application/json": self.namespace[name]}

    def _matplot(self, name):
        try:
            image = io.BytesIO()
            self.namespace[name].gcf().savefig(image, format="png")
        except Exception as error:  # noqa: BLE001 - as Livy
            return _nested(error)
        return {"image/png": base64.b64encode(image.getvalue()).decode("ascii"), outputs.TEXT: ""}

    def _table(self, name):
        if name not in self.namespace:
            return _nested(KeyError(name))
        value = self.namespace[name]
        headers, data = {}, []
        for row in value if isinstance(value, (list, tuple)) else [value]:
            if type(row).__name__ == "Row":
                row = row.asDict()
            if isinstance(row, dict):
                cells = sorted(row.items())
            else:
                cells = list(enumerate(row if isinstance(row, (list, tuple)) else [row]))
            data.append([])
            for key, cell in cells:
                kind, cell = _typed(cell)
                header = headers.setdefault(key, {"name": str(key), "type": kind})
                if header["type"] == "NULL_TYPE":
                    header["type"] = kind
                elif kind not in ("NULL_TYPE", header["type"]):
                    return _nested(Exception("table rows have different types"))
                data[-1].append(cell)
        return {_TABLE: {"headers": [header for _, header in sorted(headers.items())], "data": data}}

    def _failure(self, error, tb=None):
        return _reply("error", _described(error, tb))


def clearOutputs():
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, _Capture):
            stream.close()
    sys.stdout, sys.stderr = _Capture(), _Capture()


def _reply(status, content):
    return {"msg_type": "execute_reply", "content": {**content, "status": status}}


def _parts(code):
    """Syntax trees and magic lines. A whole that parses has no magics, whatever its lines begin with."""
    try:
        yield _parse(code)
        return
    except SyntaxError:
        pass
    pending = []
    for line in code.rstrip().split("\n"):
        if line.startswith("%"):
            if pending:
                yield _parse("\n".join(pending))
                pending = []
            yield line
        else:
            pending.append(line)
    if pending:
        yield _parse("\n".join(pending))


def _parse(code):
    return compile(code, "<stdin>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)


def _described(error, tb=None):
    lines = traceback.format_exception(type(error), error, tb, chain=False)
    for index, line in enumerate(lines):
        if _MODULE_FRAME.match(line):
            lines = lines[:1] + lines[index + 1 :]
            break
    return {"ename": type(error).__name__, "evalue": str(error), "traceback": lines}


def _nested(error):
    """What Livy puts where the data should be: a whole reply."""
    return _reply("error", _described(error))


def _typed(value):
    """A cell with its type's name in Livy's table format."""
    if value is None:
        return "NULL_TYPE", None
    plain = {bool: "BOOLEAN_TYPE", int: "INT_TYPE", float: "DOUBLE_TYPE"}
    text = {
        str: "STRING_TYPE",
        datetime.date: "DATE_TYPE",
        datetime.datetime: "TIMESTAMP_TYPE",
        decimal.Decimal: "DECIMAL_TYPE",
    }
    kind = type(value)
    if kind in plain:
        return plain[kind], value
    if kind in (list, tuple):
        items = [_typed(item) for item in value]
        if len({name for name, _ in items}) > 1:
            raise ValueError("value has inconsistent types")
        return "ARRAY_TYPE", [item for _, item in items]
    return text.get(kind, "STRING_TYPE"), str(value)


def namespace(**names):
    return {"__builtins__": builtins, **names}
