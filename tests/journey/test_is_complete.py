"""is_complete of Python, compared with what CPython itself says (codeop) of snippets of the standard library."""

from __future__ import annotations

import ast
import codeop
import random
import sysconfig
import warnings
from collections import Counter
from pathlib import Path

from harness import Notebook

FILES = [
    "dataclasses",
    "contextlib",
    "functools",
    "textwrap",
    "json/encoder",
    "typing",
    "inspect",
    "pathlib",
    "statistics",
    "shlex",
    "heapq",
    "enum",
    "tokenize",
    "difflib",
    "csv",
    "string",
    "tempfile",
]
#: What differs is known: a line of blanks ends a block for us (an editor makes it), a compiler's own refusals
#: (`f() = 1`, a bad escape) are no business of a grammar's, and a few broken beginnings of `except` and `from`.
AGREEMENT = 0.97


def verdict(code: str) -> str:
    """As a console would: `exec` says whether it can be run, `single` whether its last block is still open."""
    try:
        if codeop.compile_command(code, symbol="exec") is None:
            return "incomplete"
        body = ast.parse(code).body
    except (SyntaxError, ValueError, OverflowError):
        return "invalid"
    if body:
        decorators = getattr(body[-1], "decorator_list", None)
        first = decorators[0].lineno if decorators else body[-1].lineno
        if codeop.compile_command("\n".join(code.split("\n")[first - 1 :]), symbol="single") is None:
            return "incomplete"
    return "complete"


def corpus() -> dict[str, str]:
    """Code to verdict: snippets cut after each line, cut anywhere, and with a sign too much."""
    chance = random.Random(4)
    folder = Path(sysconfig.get_paths()["stdlib"])
    snippets: list[list[str]] = []
    for name in FILES:
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            decorators = getattr(node, "decorator_list", None)
            first = decorators[0].lineno if decorators else node.lineno
            lines = text.split("\n")[first - 1 : node.end_lineno]
            if len(lines) <= 30:
                snippets.append(lines)
    chance.shuffle(snippets)
    cases: list[str] = []
    for lines in snippets[:80]:
        for end in range(1, len(lines) + 1):
            cases += ["\n".join(lines[:end]), "\n".join(lines[:end]) + "\n"]
        code = "\n".join(lines)
        for _ in range(4):
            at = chance.randrange(1, len(code) + 1)
            cases += [code[:at], code[:at] + chance.choice(')]}:,+"([') + code[at:]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {case: verdict(case) for case in cases}


def test_python_as_cpython_sees_it() -> None:
    book = Notebook()
    try:
        cases = corpus()
        assert len(cases) > 1000 and set(cases.values()) == {"complete", "incomplete", "invalid"}
        asked = {book.client.is_complete(code): code for code in cases}
        differ: Counter[str] = Counter()
        examples: dict[str, str] = {}
        while asked:
            reply = book.client.get_shell_msg(timeout=60)
            code = asked.pop(reply["parent_header"]["msg_id"], None)
            if code is None or (said := reply["content"]["status"]) == cases[code]:
                continue
            how = f"CPython {cases[code]}, we {said}"
            differ[how] += 1
            examples.setdefault(how, code[-80:])
        print(f"{len(cases)} cases, {dict(differ)}")
        assert differ.total() <= (1 - AGREEMENT) * len(cases), (differ, examples)
    finally:
        book.close()
