"""Keys that arrive at once (a stalled line, a paste, a multiplexer) end as the same invoice as typed slowly."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time

import pytest

from tests.terminal import desk
from tests.terminal.keys import parse_keys

SHEET = "acme\na10 2\nb20 10\nc30\n"


def one_by_one(db, count: int) -> None:
    """So many invoices, each by one write, and what came of them."""
    counter = desk.last_counter(db)
    with desk.open_workstation(db) as term:
        for place in range(1, count + 1):
            term.wait_for("STATUS")
            term.write(desk.ENTER_INVOICE + desk.ISSUE)
            term.wait_for(rf"F\d+-{counter + place:05d} is issued")
            term.write("<esc>")
    expect_equal(db, counter, count, verified=True)


def expect_equal(db, counter: int, count: int, *, verified: bool = False) -> None:
    wanted = [(counter + n, "ACME Industries SAS", 256800, desk.LINES) for n in range(1, count + 1)]
    assert desk.issued_since(db, counter) == wanted
    assert desk.drafts_of(db, "zoe") == []
    if verified:
        assert desk.verify(db) == ""


@pytest.fixture
def db(tmp_path):
    return desk.copy_sample(tmp_path)


def test_an_invoice_in_one_write(db):
    one_by_one(db, 5)


@pytest.mark.prove
def test_prove_twenty_invoices_each_in_one_write(db):
    one_by_one(db, 20)
    print("20 invoices, each in one write: 20 of 20 equal, verify clean")


def test_the_gate_held_for_five_seconds_in_mid_burst(db):
    counter = desk.last_counter(db)
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        with desk.gate_held(db):
            began = time.perf_counter()
            term.write(desk.ENTER_INVOICE + desk.ISSUE)
            term.wait_for("waiting for the books", timeout=4)
            while time.perf_counter() - began < 5:
                assert not desk.issued_since(db, counter)
                term.settle(0.2)
        term.wait_for(desk.ISSUED)
    expect_equal(db, counter, 1)


def test_the_gate_taken_while_a_burst_is_worked_off(db):
    """Another clerk's write comes between two of the burst's."""
    counter = desk.last_counter(db)
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        held = threading.Event()

        def hold() -> None:
            while not desk.drafts_of(db, "zoe"):
                time.sleep(0.002)
            with desk.gate_held(db):
                held.set()
                time.sleep(1.2)

        other = threading.Thread(target=hold)
        other.start()
        term.write(desk.ENTER_INVOICE + desk.ISSUE)
        term.wait_for(desk.ISSUED)
        other.join()
        assert held.is_set()
    expect_equal(db, counter, 1)


def test_a_paste_of_several_lines(db):
    counter = desk.last_counter(db)
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        term.send("n")
        term.wait_for("NEW INVOICE")
        term.paste(SHEET)
        term.wait_for(r"total 2,568\.00 EUR")
        assert not desk.issued_since(db, counter)  # a paste never issues
        term.write(desk.ISSUE)
        term.wait_for(desk.ISSUED)
    expect_equal(db, counter, 1)


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed here")
def test_through_tmux(db, tmp_path):
    counter = desk.last_counter(db)
    socket = str(tmp_path / "tmux")
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    env |= {name: text for name, text in desk.surroundings().items() if text}

    def tmux(*arguments: str) -> str:
        done = subprocess.run(["tmux", "-S", socket, *arguments], env=env, capture_output=True, text=True, timeout=10)
        return done.stdout

    def wait_for(text: str) -> None:
        end = time.perf_counter() + 10
        while text not in (seen := tmux("capture-pane", "-p")):
            assert time.perf_counter() < end, seen
            time.sleep(0.05)

    tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", *desk.workstation(db))
    try:
        wait_for("STATUS")
        keys = parse_keys(desk.ENTER_INVOICE + desk.ISSUE)
        tmux("send-keys", "-H", *(f"{byte:02x}" for key in keys for byte in key.data))
        wait_for("is issued")
    finally:
        tmux("kill-server")
    expect_equal(db, counter, 1)


#: 200 keys that end in 28 lines.
TWO_HUNDRED = "acme<enter>" + "b20 10<enter>" * 27 + "c30 1<enter>"


def type_ahead(db) -> float:
    """The 200 keys in one write into an empty form: milliseconds a key until the last is painted."""
    keys = len(parse_keys(TWO_HUNDRED))
    assert keys == 200
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        term.send("n")
        term.wait_for("NEW INVOICE")
        cost = term.burst(TWO_HUNDRED, quiet=0.5)
        term.wait_for(r"C30 .*\n\s*29")
    lines = json.loads(desk.drafts_of(db, "zoe")[-1][1])["lines"]
    assert [line["item"] for line in lines] == ["B20"] * 27 + ["C30"]
    assert {line["quantity"] for line in lines} == {"10", "1"}
    return cost.paint_ms / keys


def test_two_hundred_keys_in_one_write(db):
    assert type_ahead(db) < 50


@pytest.mark.prove
def test_prove_two_hundred_keys_in_one_write(db):
    print(f"200 keys in one write: {type_ahead(db):.2f} ms a key, 28 lines of 28")
    one_field = "acme<enter>"
    with desk.open_workstation(db, operator="yves") as term:
        term.wait_for("STATUS")
        term.send("n" + one_field)
        cost = term.burst("; " + "abcd efgh " * 20, quiet=0.5)
        print(f"200 characters of one field in one write: {cost.paint_ms / 202:.2f} ms a key")
