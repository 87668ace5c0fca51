"""The line drops or the machine stops: the workstation leaves with 129, and the next login goes on in mid-word."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from tests.terminal import desk
from tests.terminal.pseudo import Pseudo

AGAIN = r"draft \d+ is open again where you left it"
HOLDER = """
import fcntl, sys, time
handle = open(sys.argv[1] + ".writer", "a")
fcntl.flock(handle, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def db(tmp_path):
    return desk.copy_sample(tmp_path)


def in_mid_field(db, keys: str) -> Pseudo:
    term = desk.open_workstation(db)
    term.wait_for("STATUS")
    term.write("n" + keys)
    term.wait_for("^ (NEW INVOICE|DRAFT)")
    term.settle(0.15)
    return term


def end(term: Pseudo, how: str) -> float:
    """End it in one of the ways a line ends; the seconds until the process was gone."""
    began = time.perf_counter()
    if how == "closed":
        term.hang_up()
    else:
        term.kill({"SIGHUP": signal.SIGHUP, "SIGTERM": signal.SIGTERM}[how])
    code = term.wait_exit(5)
    assert code == 129
    return time.perf_counter() - began


@pytest.mark.parametrize("how", ["SIGHUP", "SIGTERM", "closed"])
def test_gone_within_two_seconds_and_nothing_typed_is_lost(db, how):
    counter = desk.last_counter(db)
    term = in_mid_field(db, "acme<enter>a10 2<enter>b20 1")
    assert end(term, how) < 2
    term.close()
    with desk.open_workstation(db) as again:
        again.wait_for(AGAIN)
        again.wait_for(r"^ 1 +A10 .* 1,300\.00$\n 2 +b20 1$")
        if how != "closed":
            return
        again.write("0<enter>c30<enter>" + desk.ISSUE)
        again.wait_for(desk.ISSUED)
    assert [(gross, lines) for _n, _who, gross, lines in desk.issued_since(db, counter)] == [(256800, desk.LINES)]
    assert desk.verify(db) == ""


@pytest.mark.parametrize(
    "keys,seen,then,result",
    [
        ("acm", r"^ Customer +acm$", "e<enter>", r"ACME Industries"),
        ("acme<tab>PO-4", r"^ Your PO +PO-4 ", "711<tab>", r"^ Your PO +PO-4711 "),
        ("acme<enter>a10 2<tab><tab>7", r"^ 1 +A10 .* 7 +", "5<enter>", r"^ 1 +A10 .* 75 .* 48,750\.00$"),
        ("acme<enter>a10 2<enter>b20 3<enter><up><enter><backspace>4", r"b20 4", "<enter>", r"^ 2 +B20 .* 4 "),
        ("acme<enter>a10<enter><enter><tab>see you at no", r"see you at no", "on<tab>", r"see you at noon"),
    ],
    ids=["customer", "header", "cell", "reopened line", "footer"],
)
def test_the_same_field_of_the_same_line(db, keys, seen, then, result):
    term = in_mid_field(db, keys)
    term.wait_for(seen)
    end(term, "closed")
    term.close()
    with desk.open_workstation(db) as again:
        again.wait_for(AGAIN)
        again.wait_for(seen)
        again.write(then)
        again.wait_for(result)


def test_the_gate_is_held_by_a_stopped_process(db):
    term = in_mid_field(db, "acme<enter>a10 2<enter>b20 1")
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(db)], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        holder.send_signal(signal.SIGSTOP)
        term.write("0<enter>")
        term.settle(0.15)
        seconds = end(term, "SIGHUP")
    finally:
        holder.kill()
        holder.wait()
    term.close()
    assert seconds < 4.5
    with desk.open_workstation(db) as again:  # what the gate kept out is gone; what was committed stands
        again.wait_for(AGAIN)
        again.wait_for(r"^ 1 +A10 .* 1,300\.00$")
    assert desk.verify(db) == ""


def test_an_empty_form_leaves_nothing_behind(db):
    term = in_mid_field(db, "")
    assert end(term, "closed") < 2
    term.close()
    assert desk.drafts_of(db, "zoe") == []
    with desk.open_workstation(db) as again:
        again.wait_for("STATUS")


def test_the_overview_is_left_as_quickly(db):
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        term.settle()
        assert end(term, "SIGHUP") < 2


def test_the_terminal_is_given_back(db):
    """After SIGTERM and after q: main screen, cursor, no reports of the mouse, the focus or pastes."""
    for ending in ("q", "SIGTERM"):
        with desk.open_workstation(db) as term:
            term.wait_for("STATUS")
            if ending == "q":
                term.send("q")
                assert term.wait_exit() == 0
            else:
                end(term, ending)
            raw = term.raw
        for switched_off in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?2004l", b"\x1b[?1004l"):
            on = switched_off[:-1] + (b"l" if switched_off.endswith(b"25h") else b"h")
            assert raw.rfind(switched_off) > raw.rfind(on), (ending, switched_off)
