"""`%emr catalog` in a notebook: what a reader sees, and the same answers as `jupyter emr catalog … --json`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from harness import Notebook

CLI = Path(__file__).resolve().parents[2] / "jupyterlab_emr" / "node" / "cli.mjs"
OPTIONS = "111122223333/market_data.options"


@pytest.fixture(scope="module")
def book(account: dict, control) -> Iterator[Notebook]:
    """A notebook that is bound to nothing, with the same cache as the page's kernel."""
    made = Notebook(env={"JUPYTERLAB_EMR_CACHE": control.cache})
    yield made
    made.close()


def cli(control, words: str):
    env = {**os.environ, "JUPYTERLAB_EMR_CACHE": control.cache}
    node = os.environ.get("EMR_NODE", "node")
    done = subprocess.run(
        [node, str(CLI), "catalog", *words.split(), "--json"],
        check=False,
        env=env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_magic_s_json_is_the_command_line_s(account: dict, control, book: Notebook) -> None:
    limited = account["roles"]["limited"]
    control.ready(limited)
    asked = [
        f"search options --as {limited} --filter sensitivity=internal --limit 5",
        f"show {OPTIONS} --as {limited}",
        f"snippet {OPTIONS} --as {limited} --columns symbol,strike",
        f"tags --as {limited}",
        f"explain {OPTIONS} --as {limited} --column counterparty",
        f"grants {OPTIONS} --as {limited}",
    ]
    with ThreadPoolExecutor(2) as pool:
        said = pool.map(lambda words: cli(control, words), asked)
    for words, answer in zip(asked, said, strict=True):
        (shown,) = book.ok(f"%emr catalog {words} --json").data("application/json")
        assert shown == answer, words
        assert answer, words
    # The notebook's own language and the account of the words are the same for a role by its name.
    (named,) = book.ok("%emr catalog tags --as emr-runtime-limited --json").data("application/json")
    assert named == cli(control, asked[3])


def test_what_a_reader_sees(account: dict, book: Notebook) -> None:
    limited = account["roles"]["limited"]
    found = book.ok(f"%emr catalog search options -f domain=market-data --as {limited}").text
    assert "market_data.options" in found and "domain=market-data" in found and " found, as " in found
    page = book.ok(f"%emr catalog show {OPTIONS} --as {limited}").text
    assert "End-of-day quotes" in page and "implied_vol" in page and "sensitivity=internal (database)" in page
    assert "counterparty string" not in page
    snippet = book.ok(f"%emr catalog snippet {OPTIONS} --as {limited}")
    (payload,) = snippet.reply["payload"]
    assert payload["source"] == "set_next_input" and not payload["replace"]
    assert "market_data.options" in payload["text"] and "counterparty" not in payload["text"]
    assert payload["text"] in snippet.text
    sql = book.ok(f"%emr catalog snippet {OPTIONS} --language sql --as {limited}").reply["payload"][0]["text"]
    assert sql.startswith("%%sql\nSELECT")
    tags = book.ok(f"%emr catalog tags --as {limited}").text
    assert "market-data" in tags and "restricted" in tags
    why = book.ok(f"%emr catalog explain {OPTIONS} --column counterparty --as {limited}").text
    assert "sensitivity=restricted" in why and "Request to options-data@example.com" in why
    grants = book.ok(f"%emr catalog grants {OPTIONS} --as {limited}").text
    assert limited in grants and "LF-Tag expression" in grants


def test_wrong_words_are_told(book: Notebook) -> None:
    assert "It knows search, show, snippet, tags, explain, grants." in book.run("%emr catalog serach").error
    assert "Write database.table" in book.run("%emr catalog show options").error
    assert "There is no role" in book.run("%emr catalog tags --as nobody").error
    assert "TableNotFound" in book.run("%emr catalog show signals.nope").error


def test_names_are_completed_from_the_index_while_nothing_is_connected(control, book: Notebook) -> None:
    control.ready("self")

    def complete(marked: str, wanted: str) -> list[str]:
        """As somebody who types: on a busy machine the first answer may come too late and be empty."""
        code, cursor = marked.replace("|", "", 1), marked.index("|")
        for _ in range(100):
            asked = book.client.complete(code, cursor)
            while True:
                reply = book.client.get_shell_msg(timeout=60)
                if reply["parent_header"].get("msg_id") == asked:
                    break
            if wanted in reply["content"]["matches"]:
                return reply["content"]["matches"]
        raise AssertionError(f"{marked}: {reply['content']}")

    assert "market_data" in complete("%%sql\nSELECT * FROM mark|", "market_data")
    assert set(complete("%%sql\nSELECT * FROM market_data.opti|", "options")) == {"option_trades", "options"}
    assert "strike" in complete("%%sql\nSELECT str| FROM market_data.options", "strike")
    assert "symbol" in complete('spark.sql("SELECT sym| FROM signals.skew")', "symbol")
