"""The JSON text of a statement's output, with Livy's members in Livy's order."""

import json

TEXT = "text/plain"


def ok(count, data):
    """``data``: MIME map. Text that is JSON already may come as :class:`Raw`."""
    text = data if isinstance(data, Raw) else dump(data)
    return f'{{"status":"ok","execution_count":{count},"data":{text}}}'


def error(count, ename, evalue, traceback=()):
    return dump(
        {
            "status": "error",
            "execution_count": count,
            "ename": ename,
            "evalue": evalue,
            "traceback": list(traceback),
        }
    )


class Raw(str):
    """JSON text."""


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def longest_string(text):
    """Length of the longest JSON string in ``text``: what the limit of Livy's JSON reader counts."""
    longest = start = 0
    inside = False
    position = 0
    while True:
        quote = text.find('"', position)
        if quote < 0:
            return longest
        backslashes = 0
        while text[quote - 1 - backslashes] == "\\" and quote - 1 - backslashes >= start:
            backslashes += 1
        position = quote + 1
        if inside and backslashes % 2:
            continue
        if inside:
            longest = max(longest, quote - start)
        start = position
        inside = not inside


def limited(count, text, limit):
    """Livy reads an interpreter's answer with a JSON reader that refuses strings over 20,000,000 characters."""
    if len(text) > limit and longest_string(text) > limit:
        return error(
            count,
            "com.fasterxml.jackson.core.exc.StreamConstraintsException",
            f"String length ({longest_string(text)}) exceeds the maximum length ({limit})",
        )
    return text
