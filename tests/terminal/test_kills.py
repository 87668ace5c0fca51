"""`kill -9` at random moments of entry and issue: what the screen had shown as taken is in the books."""

from __future__ import annotations

import json
import random
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.terminal import desk
from tests.terminal.keys import parse_keys
from tests.terminal.pseudo import Pseudo

KEYS = parse_keys(desk.ENTER_INVOICE + desk.ISSUE)
TYPED = [("A10", "2"), ("B20", "10"), ("C30", "")]
#: A row of the grid that is taken: number, item, ..., its net.
_TAKEN = re.compile(r"^ (\d) +(A10|B20|C30) .*\d\.\d\d$", re.MULTILINE)
_FIELD = re.compile(r"^ (\d)(?: {2}.*)?$", re.MULTILINE)


@dataclass
class Tally:
    """What the kills came to."""

    kills: int = 0
    in_lines: int = 0
    issued: int = 0
    reopened: int = 0
    faults: list[str] = field(default_factory=list)


def field_row(text: str) -> int:
    """The number of the line that the field stands on."""
    body = text.partition("unit price")[2]
    rows = [int(found[1]) for found in _FIELD.finditer(body) if not _TAKEN.match(found[0])]
    return rows[-1] if rows else 0


def shown(term: Pseudo) -> tuple[bool, int, str]:
    """(customer taken, lines taken, number issued) as the last screen said.

    The cursor moves on when a field is in the books: the customer is, once the headline names the draft; a line
    is, once the field stands on a later one.
    """
    text = term.text
    if issued := re.search(desk.ISSUED, text):
        return False, 0, issued[1]
    if "unit price" not in text or not re.search(r"^ DRAFT \d+", text, re.MULTILINE):
        return False, 0, ""
    taken = len(_TAKEN.findall(text))
    if "Enter issues" in text:
        return True, taken, ""
    return True, max(0, min(taken, field_row(text) - 1)), ""


def type_until_killed(term: Pseudo, kind: int, chance: random.Random) -> None:
    """The invoice at a clerk's or a machine's pace, cut short at a random moment.

    Kind 0 is killed anywhere from the first key on, 1 and 2 in customer and lines, 3 while it is issued.
    """
    begin, last, pace = 0, chance.randint(1, len(KEYS)), chance.choice((0.0, 0.01, 0.03))
    if kind:
        term.write(KEYS[0].data)
        term.wait_for("NEW INVOICE")
        begin, last = 1, chance.randint(6, len(KEYS) - 2)
    if kind == 3:
        last = len(KEYS) - 1
    for key in KEYS[begin:last]:
        term.write(key.data)
        pause(term, chance.uniform(0, 2 * pace))
    if kind == 3:
        term.wait_for("Enter issues")
        term.write(KEYS[-1].data)
    pause(term, chance.uniform(0, 0.08 if kind == 3 else 0.2))
    term.kill()
    term.wait_exit(5)


def pause(term: Pseudo, seconds: float) -> None:
    """Let time pass; what the program writes is taken meanwhile."""
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        _ = term.raw
        time.sleep(min(left, 0.002))


def kill_once(db: Path, number: int, chance: random.Random, tally: Tally, *, verified: bool) -> None:
    """One clerk, killed once; then the same clerk's next login, the numbers, and `verify`."""
    operator, counter = f"k{number}", desk.last_counter(db)
    with desk.open_workstation(db, operator=operator) as term:
        term.wait_for("STATUS")
        type_until_killed(term, number % 4, chance)
        customer, lines, issued = shown(term)
        seen = term.framed()
    tally.kills += 1
    try:
        fault = judge(db, operator, counter, customer, lines, issued, tally)
    except AssertionError as error:
        fault = str(error)
    if verified and not fault and (said := desk.verify(db)):
        fault = f"verify: {said}"
    if fault:
        tally.faults.append(f"kill {number} ({customer}, {lines} lines, {issued!r}): {fault}\n{seen}")


def judge(db: Path, operator: str, counter: int, customer: bool, lines: int, issued: str, tally: Tally) -> str:
    """ "" where nothing is lost and the next login finds it, else what is wrong."""
    new = desk.issued_since(db, counter)
    drafts = desk.drafts_of(db, operator)
    if new:
        if new != [(counter + 1, "ACME Industries SAS", 256800, desk.LINES)]:
            return f"issued otherwise: {new}"
        if drafts:
            return f"issued, and a draft is left: {drafts}"
        tally.issued += 1
        return reopened(db, operator, None)
    if issued:
        return f"the screen said {issued}, the books do not know it"
    if not drafts:
        return "the draft that was shown is not there" if customer else reopened(db, operator, None)
    if len(drafts) > 1:
        return f"{len(drafts)} drafts of one form"
    form = json.loads(drafts[0][1])
    kept = [(line["item"], line.get("quantity", "")) for line in form.get("lines", [])]
    if form.get("customer") != "ACME" or len(kept) < lines or kept != TYPED[: len(kept)]:
        return f"kept are {form.get('customer')} and {kept}"
    tally.reopened += 1
    tally.in_lines += bool(kept)
    return reopened(db, operator, kept)


def reopened(db: Path, operator: str, kept: list[tuple[str, str]] | None) -> str:
    """ "" where the next login shows the draft with the field after what was kept, or the overview where none is."""
    with desk.open_workstation(db, operator=operator) as term:
        if kept is None:
            term.wait_for("STATUS")
            return ""
        term.wait_for(r"draft \d+ is open again where you left it")
        term.settle(0.1)  # the field goes to its line in the frame after
        taken = [item for _number, item in _TAKEN.findall(term.text)]
        if "ACME Industries" not in term.text or taken != [item for item, _quantity in kept]:
            return f"reopened with {taken} of {kept}\n{term.framed()}"
        if field_row(term.text) != len(kept) + 1:
            return f"reopened on line {field_row(term.text)}, not on line {len(kept) + 1}\n{term.framed()}"
        # The next line goes where the clerk would type it.
        if len(kept) < len(TYPED):
            term.write("c30 5<enter>")
            term.wait_for(rf"^ {len(kept) + 1} +C30 .* 5 ")
    return ""


def kill_often(db: Path, times: int, seed: int, *, verify_each: bool = True) -> Tally:
    """So many clerks, each killed once; `verify` after each, else after the last."""
    tally, chance = Tally(), random.Random(seed)
    first = desk.last_counter(db)
    for number in range(times):
        kill_once(db, number, chance, tally, verified=verify_each or number == times - 1)
    counters = [row[0] for row in desk.issued_since(db, first)]
    if counters != list(range(first + 1, first + 1 + tally.issued)):
        tally.faults.append(f"gaps: {counters}")
    return tally


def test_killed_at_any_moment(tmp_path):
    tally = kill_often(desk.copy_sample(tmp_path), 8, seed=0, verify_each=False)
    assert not tally.faults, "\n".join(tally.faults)
    assert tally.issued and tally.in_lines


def test_a_dead_process_that_nobody_has_buried_holds_nothing(tmp_path):
    """sshd and others leave a zombie behind for a while; the next login must not wait for its burial."""
    db = desk.copy_sample(tmp_path)
    with desk.open_workstation(db) as term:
        term.wait_for("STATUS")
        term.write("nacme<enter>a10 2<enter>")
        term.wait_for(r"^ 1 +A10 .*\n 2$")
        term.kill()
        while Path(f"/proc/{term.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            time.sleep(0.01)
        with desk.open_workstation(db) as again:
            again.wait_for(r"draft \d+ is open again where you left it")


@pytest.mark.prove
def test_prove_two_hundred_kills(tmp_path):
    """Two sets of books at once, a hundred kills each."""
    tallies: list[Tally] = []
    threads = [
        threading.Thread(
            target=lambda n=n: tallies.append(kill_often(desk.copy_sample(tmp_path / str(n)), 100, seed=n))
        )
        for n in (1, 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    faults = [fault for tally in tallies for fault in tally.faults]
    kills, issued = sum(tally.kills for tally in tallies), sum(tally.issued for tally in tallies)
    reopened = sum(tally.reopened for tally in tallies)
    print(
        f"{kills} kills ({issued} after the issue, {reopened} drafts reopened at their field):"
        f" {len(faults)} faults (committed field lost, gap, or verify not clean)"
    )
    assert kills == 200
    assert not faults, "\n".join(faults[:5])
