"""The measuring stick measured: each thing that `Pseudo` claims to see is shown on a program that does it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.terminal.keys import parse_keys
from tests.terminal.pseudo import KITTY, SILENT, NotSeen, Pseudo, python

PLAYGROUND = str(Path(__file__).with_name("playground.py"))
ASKS = """
import os, select, sys, termios, tty
tty.setraw(0)
for query in ("[c", "[?2026$p", "[?2048$p", "[?u", "[6n", "[5n"):
    os.write(1, b"\\x1b" + query.encode())
    got = b""
    while select.select([0], [], [], 0.15)[0] and not (got and got[-1:].isalpha()):
        got += os.read(0, 100)
    print(query, repr(got.decode()), end="\\r\\n", flush=True)
print("done", flush=True)
"""


@pytest.fixture
def playground(open_terminal):
    terminal = open_terminal(python(PLAYGROUND), env={"TEXTUAL_FPS": "120"})
    terminal.wait_for("size 24x80")
    terminal.settle()
    return terminal


def test_notation():
    assert [key.data for key in parse_keys("a<enter><c-s><down*2>")] == [
        b"a",
        b"\r",
        b"\x13",
        b"\x1b[B",
        b"\x1b[B",
    ]
    assert [key.data for key in parse_keys("<f1><f10><s-tab><a-n><c-up><s-f5><delete>")] == [
        b"\x1bOP",
        b"\x1b[21~",
        b"\x1b[Z",
        b"\x1bn",
        b"\x1b[1;5A",
        b"\x1b[15;2~",
        b"\x1b[3~",
    ]
    assert b"".join(key.data for key in parse_keys("3 < 4 <lt>é<gt>")) == "3 < 4 <é>".encode()
    assert Pseudo.keys("acme<enter><c-s><down*3>") == 9
    with pytest.raises(ValueError, match="<entre>"):
        parse_keys("acme<entre>")


def test_what_is_typed_is_seen_and_costs_little(playground):
    costs = playground.send("acme [b] Ltd")
    assert playground.row(0).startswith("acme [b] Ltd")
    assert [cost.key for cost in costs] == list("acme [b] Ltd")
    assert all(0 < cost.first_ms <= cost.paint_ms < 250 and 0 < cost.bytes < 400 for cost in costs)
    assert sum(cost.frames for cost in costs) >= len(costs)
    playground.send("<enter>")
    assert playground.wait_for(r"took '(.*)'")[1] == "acme [b] Ltd"
    assert playground.send("<c-s><down*3>")[-1].key == "down"
    playground.wait_for("count 3")


def test_the_kitty_protocol_is_spoken_when_asked_for(open_terminal):
    terminal = open_terminal(python(PLAYGROUND), terminal=KITTY)
    terminal.wait_for("size 24x80")
    terminal.settle()
    terminal.send("Acmé <lt>b> X<backspace>1<enter>")
    assert terminal.wait_for("took '(.*)'")[1] == "Acmé <b> 1"
    terminal.send("<c-s>")
    terminal.wait_for(r"key ctrl\+s")
    terminal.send("<f2>")
    terminal.wait_for("key f2")
    terminal.send("<down*2>")
    terminal.wait_for("count 2")
    terminal.write("<c-q>")
    assert terminal.wait_exit() == 7


def test_a_key_answered_late_is_timed_to_its_answer(playground):
    (cost,) = playground.send("<f5>")
    assert "late" in playground.text
    assert 145 < cost.paint_ms < 400


def test_a_burst_goes_in_one_write(playground):
    cost = playground.burst("<down*50>")
    playground.wait_for("count 50")
    assert cost.bytes > 0
    playground.paste("two\nlines")
    assert "two" in playground.row(0)


def test_rows_cells_and_places(playground):
    row, column = playground.where("turned")
    assert playground.cell(row, column).reverse and not playground.cell(row, column - 1).reverse
    red = playground.cell(*playground.where("red"))
    assert red.bold and red.fg == "ff0000"
    row, column = playground.where("Élan")
    assert column == len("red turned ") + 2 * len("株式会社") + 1, "a wide character is two cells"
    assert playground.row(row).endswith("株式会社 Élan") and playground.row(-1) == ""
    with pytest.raises(NotSeen, match="turned"):
        playground.where("nowhere")


def test_the_environment_is_clean(open_terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    plain = open_terminal(python(PLAYGROUND))
    plain.wait_for("size")
    assert plain.row(4) == "LC_ALL"
    asked = open_terminal(python(PLAYGROUND), env={"COLORTERM": "truecolor", "LC_ALL": None})
    asked.wait_for("size")
    assert asked.row(4) == "COLORTERM"


def test_a_timeout_carries_the_screen(playground):
    with pytest.raises(NotSeen, match="size 24x80") as seen:
        playground.wait_for("never", timeout=0.2)
    assert "'never' did not appear within 0.2 s" in str(seen.value)


def test_resize(playground):
    playground.resize(10, 40)
    playground.wait_for("size 10x40")
    playground.resize(50, 160)
    playground.wait_for("size 50x160")
    assert len(playground.rows) == 50


def test_idle_and_noise(playground):
    assert playground.idle_bytes(1.0) == 0
    playground.write("<f6>")
    playground.wait_for("count 2")
    with pytest.raises(NotSeen, match="never fell silent"):
        playground.settle(timeout=0.6)


def test_memory_is_that_of_the_process_tree(playground):
    alone = playground.rss_kib
    playground.send("<f4>")
    playground.wait_for("child runs")
    playground.settle(0.3)
    assert 20_000 < alone < 100_000
    assert playground.rss_kib > alone + 30 * 1024
    assert playground.cpu_s > 0


def test_the_end_is_told(playground):
    playground.write("<c-q>")
    assert playground.wait_exit() == 7
    assert not playground.alive
    assert b"\x1b[?1049l" in playground.raw and b"\x1b[?25h" in playground.raw
    assert "good bye" in playground.text and "size" not in playground.text, "the alternate screen is left"


def test_hang_up_and_signals(open_terminal):
    for end, status in (
        (lambda terminal: terminal.hang_up(), -signal.SIGHUP),
        (lambda terminal: terminal.kill(), -signal.SIGKILL),
        (lambda terminal: terminal.kill(signal.SIGTERM), -signal.SIGTERM),
    ):
        terminal = open_terminal([sys.executable, "-c", "print('up', flush=True); import time; time.sleep(60)"])
        terminal.wait_for("up")
        end(terminal)
        assert terminal.wait_exit() == status


def test_a_program_that_ends_early_is_said_so(open_terminal):
    with pytest.raises(NotSeen, match="before the program closed"):
        open_terminal([sys.executable, "-c", "print('oops')"]).wait_for("never")


def test_questions_are_answered(open_terminal):
    modern = open_terminal([sys.executable, "-c", ASKS])
    modern.wait_for("done")
    for line in (
        r"[c '\x1b[?62;22c'",
        r"[?2026$p '\x1b[?2026;2$y'",
        r"[?2048$p '\x1b[?2048;0$y'",
        r"[?u '\x1b[?0u'",
        r"[6n '\x1b[5;1R'",
        r"[5n '\x1b[0n'",
    ):
        assert line in modern.text
    silent = open_terminal([sys.executable, "-c", ASKS], terminal=SILENT)
    silent.wait_for("done")
    assert "[c ''" in silent.text and "[?2026$p ''" in silent.text and "[?u ''" in silent.text
