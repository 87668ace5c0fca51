"""Runs of the mail queue that are killed while they work: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import clerk, issued
from tests.services.mail_server import Habits, MailHouse, make_maildir
from tui_billing.models.door import Books, open_books
from tui_billing.services import delivery, recipients
from tui_billing.services.bounces import COPY_COMES, read_returns
from tui_billing.services.mailing import instant, stored
from tui_billing.services.verify import verify

NAMES = ("good", "good", "good", "good", "drop", "twice", "lost", "vanish")


def _fill(books: Books, count: int) -> list[str]:
    """So many documents queued, each for an address of its own."""
    addresses = [f"{NAMES[place % len(NAMES)]}-{place}@acme.example" for place in range(count)]
    document = issued(books)["id"]
    customer, number = books.row("SELECT customer_id, number FROM invoice WHERE id = ?", (document,))  # type: ignore[misc]

    def do(work):
        for place, address in enumerate(addresses):
            # one document stands for all of them; its editions are what a thousand documents would be
            base = {"document": f"invoice:{document}", "invoice_id": document, "customer_id": customer}
            way = [recipients.Way("email", address)]
            delivery.add_rows(work, {**base, "name": number, "edition": place + 1}, way, "en", "billing@duval.example")
        return len(addresses)

    from tui_billing.services.context import transact

    transact(books, clerk(), "send", do)
    return addresses


def _kill_and_count(url: str, tmp_path: Path, count: int, kills: int, workers: int) -> None:
    books = open_books(url)
    box = make_maildir(tmp_path / "box")
    changes = {"sender": "billing@duval.example", "host": "127.0.0.1", "archive": "archive@duval.example"}
    recipients.change_settings(books, clerk(), {**changes, "mailbox": str(box)})
    addresses = _fill(books, count)
    house = MailHouse(Habits(archive=box))
    house.start()
    dice = random.Random(count)
    running: list[subprocess.Popen[bytes]] = []
    try:
        killed = 0
        while True:
            running = [one for one in running if one.poll() is None]
            while len(running) < workers:
                command = [sys.executable, "-m", "tests.services.mail_worker", url, str(house.port)]
                running.append(subprocess.Popen(command, stdout=subprocess.PIPE))
            assert running[-1].stdout is not None
            running[-1].stdout.readline()
            if killed == kills:
                break
            time.sleep(dice.uniform(0.0, 0.25))
            os.kill(running[dice.randrange(len(running))].pid, signal.SIGKILL)
            killed += 1
        for one in running:
            one.wait(180)
        _settle(books, house)
    finally:
        for one in running:
            one.kill()
            one.wait()
        house.stop()
    states = dict(books.rows("SELECT state, count(*) FROM delivery GROUP BY state"))
    doubled = {key: times for key, times in house.habits.deliveries().items() if times != 1}
    assert states == {"sent": count}, "none lost"
    assert house.habits.deliveries().keys() == set(addresses)
    assert doubled == {}
    assert verify(books) == []
    print(f"\n{count} mails, {killed} runs killed: {states}, doubled {len(doubled)}")
    books.shut()


def _settle(books: Books, house: MailHouse) -> None:
    """What nobody can know is asked of the archive; what it never got goes out again."""
    from tui_billing.services.mailing import recover

    command = [sys.executable, "-m", "tests.services.mail_worker", books.url, str(house.port)]
    for _ in range(6):
        recover(books, clerk())
        later = stored(instant(clerk().now()) + COPY_COMES * 1.1)
        read_returns(books, clerk(now=lambda later=later: later))
        books.db.execute_sql(books.sql("UPDATE delivery SET due_at = ? WHERE state = 'queued'"), ("2026-01-01",))
        left = books.value("SELECT count(*) FROM delivery WHERE state IN ('queued', 'sending', 'unsure')")
        if not left:
            return
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=180)
    raise AssertionError("the queue never ends")


def test_a_killed_run_loses_and_doubles_nothing(firm: Books, tmp_path: Path) -> None:
    _kill_and_count(firm.url, tmp_path, 24, 2, 1)


@pytest.mark.prove
def test_a_thousand_mails_through_many_kills(firm_url: str, tmp_path: Path) -> None:
    _kill_and_count(firm_url, tmp_path, 1000, 60, 2)
