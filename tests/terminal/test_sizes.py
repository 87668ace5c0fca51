"""Sizes and kinds of terminals: small, wide, resized in mid-entry, without colour, with sixteen, without any."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.terminal import desk

#: Select graphic rendition with a colour in it (30-37, 38, 40-47, 48, 90-97, 100-107).
_SGR = re.compile(rb"\x1b\[([0-9;:]*)m")


@pytest.fixture
def db(tmp_path):
    return desk.copy_sample(tmp_path)


def colours(raw: bytes) -> list[str]:
    """Every colour parameter of the SGR sequences in an output."""
    found = []
    for match in _SGR.finditer(raw):
        numbers = re.split(r"[;:]", match[1].decode())
        place = 0
        while place < len(numbers):
            code = int(numbers[place] or 0)
            if code in (38, 48):
                width = 5 if numbers[place + 1 : place + 2] == ["2"] else 3
                found.append(";".join(numbers[place : place + width]))
                place += width
                continue
            if 30 <= code <= 37 or 40 <= code <= 47 or 90 <= code <= 107:
                found.append(str(code))
            place += 1
    return found


@pytest.mark.parametrize("rows,cols", [(5, 20), (1, 4), (50, 160)])
def test_no_size_ends_it_or_loses_anything(db, rows, cols):
    counter = desk.last_counter(db)
    with desk.open_workstation(db, rows=rows, cols=cols) as term:
        term.settle(0.3)
        assert term.alive, term.framed()
        term.write(desk.ENTER_INVOICE)
        term.settle(0.3)
        assert term.alive, term.framed()
        term.resize(24, 80)
        term.wait_for(r"total 2,568\.00 EUR")
        term.write(desk.ISSUE)
        term.wait_for(desk.ISSUED)
    assert [lines for _n, _who, _gross, lines in desk.issued_since(db, counter)] == [desk.LINES]


@pytest.mark.parametrize("rows,cols", [(24, 80), (40, 120)])
def test_nothing_runs_over_the_edge(db, rows, cols):
    """What is named in the headline and in the key line is there, and the amounts stand whole."""
    with desk.open_workstation(db, rows=rows, cols=cols) as term:
        term.wait_for("STATUS")
        term.settle()
        assert "zoe" in term.row(0) and "n new invoice" in term.row(-1)
        assert re.search(r"● overdue +\d+ +[\d,]+\.\d\d ", term.text), term.framed()
        if cols >= 100:
            assert "█" in term.text


def test_a_storm_of_resizes_during_entry(db):
    counter = desk.last_counter(db)
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        sizes = [(5, 20), (50, 160), (10, 40), (24, 79), (24, 81), (24, 80)]
        keys = ["n", "acme<enter>", "a10 2<enter>", "b20 ", "10<enter>", "c30<enter>"]
        for size, typed in zip(sizes, keys, strict=True):
            term.resize(*size)
            term.write(typed)
            term.resize(24, 80)
        term.wait_for(r"total 2,568\.00 EUR")
        for width in range(20, 121, 4):
            term.resize(width // 4, width)
        term.resize(24, 80)
        term.settle()
        term.wait_for(r"^ 3 +C30 .* 390\.00$")
        term.write(desk.ISSUE)
        term.wait_for(desk.ISSUED)
    assert [lines for _n, _who, _gross, lines in desk.issued_since(db, counter)] == [desk.LINES]


@pytest.mark.parametrize("kind", ["dumb", "unknown"])
def test_a_terminal_that_cannot_show_it_is_refused(db, kind):
    with desk.open_workstation(db, term=kind) as term:
        assert term.wait_exit() == 2
        sentence = [row for row in term.rows if row]
    assert f"TERM={kind}" in " ".join(sentence)
    assert b"\x1b" not in term.raw


def test_no_terminal_is_one_sentence_and_exit_2(db):
    done = desk.run(db)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("tui-billing: the workstation needs a terminal") and done.stderr.count("\n") == 1
    command = [sys.executable, "-m", "tui_billing", "demo"]
    env = {"PYTHONPATH": str(desk.ROOT), "PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    piped = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert piped.returncode == 2 and piped.stderr.count("\n") == 1


def a_round(term) -> bytes:
    """Overview, entry with a taken line, and back; all that was written for it."""
    term.wait_for("STATUS")
    term.settle()
    term.write("nacme<enter>a10 2<enter><c-s>")
    term.wait_for("Enter issues")
    term.write("<esc><esc>")
    term.wait_for("STATUS")
    term.settle()
    return term.raw


def test_no_color_emits_no_colour(db):
    with desk.open_workstation(db, env={"NO_COLOR": "1"}) as term:
        raw = a_round(term)
        assert "● overdue" in term.text  # the glyph and the word say it
    assert colours(raw) == []


def test_a_linux_console_gets_sixteen_colours(db):
    with desk.open_workstation(db, term="linux") as term:
        used = set(colours(a_round(term)))
    assert used
    assert all(re.fullmatch(r"3[0-79]|4[0-79]|9[0-7]|10[0-7]", code) for code in used), used


def test_a_terminal_without_utf8_gets_letters_for_glyphs(db):
    with desk.open_workstation(db, env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}) as term:
        term.wait_for("STATUS")
        term.settle()
        assert "●" not in term.text and re.search(r"\* overdue", term.text), term.framed()
        assert all(byte < 0x80 for byte in term.raw)


def test_an_idle_overview_is_silent_and_keys_are_cheap(db):
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        term.settle(0.8)
        assert term.idle_bytes(5.0) == 0
        term.send("n")
        term.wait_for("NEW INVOICE")
        term.settle()
        term.write("acme<enter>")
        term.settle()
        dear = [cost for cost in term.send("b20 9.5 -3%", quiet=0.05) if cost.bytes >= 300]
        assert not [cost for cost in dear if cost.frames < 2], dear  # with two frames the suggestions came along


@pytest.mark.prove
def test_prove_idle_bytes_and_bytes_a_key(db):
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        term.settle(0.8)
        idle = term.idle_bytes(5.0)
        term.send("nacme<enter>")
        term.settle()
        costs = term.send("b20 10 @45.50 -3% ;a word or two of text", quiet=0.05)
        term.settle()
        still = term.idle_bytes(5.0)
        worst = max(cost.bytes for cost in costs)
        mean = sum(cost.bytes for cost in costs) / len(costs)
    print(
        f"idle: {idle} bytes in 5 s on the overview, {still} in entry; a typed key in a line: mean {mean:.0f}, "
        f"most {worst} bytes at 80 columns"
    )
    assert idle == still == 0
    assert mean < 300
