"""Several clerks at once, each a process: consecutive numbers, no error, and kill -9 loses nothing acknowledged."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import clerk
from tui_billing.models.door import open_books
from tui_billing.services.context import transact
from tui_billing.services.verify import verify

ROOT = Path(__file__).parents[2]


def start(url: str, name: str, what: str, count: int) -> subprocess.Popen:
    command = [sys.executable, "-m", "tests.services.worker", url, name, what, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def issue_at_once(url: str, clerks: int, each: int) -> tuple[list[str], float]:
    """Numbers that the clerks were told, and seconds from the first to the last of them."""
    workers = [start(url, f"clerk{n}", "bill", each) for n in range(clerks)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    began = time.monotonic()
    answers = [(worker.stdout.read(), worker.stderr.read(), worker.wait()) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * clerks, [answer[1] for answer in answers]
    assert all(answer[1] == "" for answer in answers), answers
    lines = [line for answer in answers for line in answer[0].split("\n") if line]
    return [line.split()[1] for line in lines], time.monotonic() - began


def assert_consecutive(url: str, numbers: list[str]) -> None:
    assert sorted(numbers) == [f"F2026-{n:05d}" for n in range(1, len(numbers) + 1)]
    books = open_books(url)
    try:
        assert books.row("SELECT sum(debit) - sum(credit), sum(amount) FROM posting_line") == (0, 0)
        assert verify(books) == []
    finally:
        books.shut()


def test_four_clerks_issue_at_once(firm_url):
    numbers, _ = issue_at_once(firm_url, 4, 15)
    assert len(numbers) == 60
    assert_consecutive(firm_url, numbers)


@pytest.mark.prove
def test_eight_clerks_issue_two_hundred_and_fifty_each(firm_url):
    numbers, seconds = issue_at_once(firm_url, 8, 250)
    assert len(numbers) == 2000
    assert_consecutive(firm_url, numbers)
    engine = "PostgreSQL" if firm_url.startswith("postgres") else "SQLite"
    print(f"\n{engine}: 8 processes x 250 invoices: 2,000 consecutive numbers, no error, {2000 / seconds:.0f} a second")


def test_a_hanging_writer_stops_no_reader(firm):
    holder = start(firm.url, "holder", "hold", 0)
    try:
        assert [holder.stdout.readline() for _ in range(2)] == ["ready\n", "held\n"]
        os.kill(holder.pid, signal.SIGSTOP)
        began = time.monotonic()
        assert firm.value("SELECT count(*) FROM customer") == 5
        assert verify(firm) == []
        assert firm.waits_for() == holder.pid
        assert time.monotonic() - began < 2
        waiting = start(firm.url, "waiting", "bill", 1)
        assert waiting.stdout.readline() == "ready\n"  # opening and reading wait for nobody
        firm.close()
        assert time.monotonic() - began < 6  # nor does going home
    finally:
        holder.kill()
        holder.communicate()
    # The gate died with its holder.
    assert (waiting.stdout.read(), waiting.stderr.read()) == ("issued F2026-00001\n", "")
    assert waiting.wait() == 0


class Writer:
    """A worker whose acknowledgements are read as they come."""

    def __init__(self, url: str, name: str) -> None:
        self.process = start(url, name, "type", 10**6)
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            if line.endswith("\n"):
                self.said.append(line.strip())

    def kill(self) -> list[str]:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stderr.read() == ""
        return self.said


def kill_writers(url: str, kills: int, seed: int) -> tuple[int, int]:
    """Two writers at a time, each killed at a random moment; (acknowledged, issued at last).

    After each pair everything that was acknowledged must be there, and `verify` find nothing.
    """
    chance = random.Random(seed)
    numbers: set[str] = set()
    versions: dict[int, int] = {}
    for pair in range(kills // 2):
        writers = [Writer(url, f"w{pair}{which}") for which in "ab"]
        for writer in writers:
            deadline, wanted = time.monotonic() + 20, chance.randint(2, 14)
            while len(writer.said) < wanted and time.monotonic() < deadline:
                time.sleep(0.002)
            time.sleep(chance.random() * 0.02)
            for line in writer.kill():
                words = line.split()
                if words[0] == "issued":
                    numbers.add(words[1])
                elif words[0] == "kept":
                    versions[int(words[1])] = int(words[2])
        check_nothing_lost(url, numbers, versions)
    books = open_books(url)
    issued = books.value("SELECT count(*) FROM invoice WHERE state = 'issued'")
    books.shut()
    return len(numbers), int(issued)


def check_nothing_lost(url: str, numbers: set[str], versions: dict[int, int]) -> None:
    books = open_books(url)
    try:
        there = {number for (number,) in books.rows("SELECT number FROM invoice WHERE state = 'issued'")}
        assert numbers <= there
        assert sorted(int(re.sub(".*-", "", number)) for number in there) == list(range(1, len(there) + 1))
        kept = dict(books.rows("SELECT id, version FROM invoice"))
        assert all(kept[draft] >= version for draft, version in versions.items())
        assert verify(books) == []
    finally:
        books.shut()


def test_killed_writers_lose_nothing(firm_url):
    acknowledged, issued = kill_writers(firm_url, 6 if firm_url.startswith("postgres") else 10, seed=1)
    assert 0 < acknowledged <= issued


@pytest.mark.prove
def test_two_hundred_killed_writers_lose_nothing(firm_url):
    acknowledged, issued = kill_writers(firm_url, 200, seed=random.randrange(10**6))
    engine = "PostgreSQL" if firm_url.startswith("postgres") else "SQLite"
    print(
        f"\n{engine}: 200 kills, {acknowledged} invoices acknowledged, {issued} issued, none lost, no gap, verify clean"
    )


def test_verify_looks_at_one_moment(books):
    """What others post while `verify` reads is no difference."""
    writer = Writer(books.url, "busy")
    try:
        while len(writer.said) < 5:
            time.sleep(0.01)
        rounds = 0
        before = len(writer.said)
        while rounds < 3 or len(writer.said) < before + 20:
            assert verify(books) == []
            rounds += 1
    finally:
        writer.kill()


def test_a_lost_race_is_run_again(books):
    if books.engine != "postgres":
        pytest.skip("SQLite writes one at a time")
    for state in ("40001", "40P01"):
        turns: Iterator[int] = iter(range(10))

        def do(work, turns=turns, state=state):
            if next(turns) < 3:
                work.books.rows(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{state}'; END $$")
            return "done"

        assert transact(books, clerk(), "rate", do) == "done"
        assert next(turns) == 4
    assert verify(books) == []
