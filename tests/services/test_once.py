"""Said twice, done once; an edit of what somebody else has changed is refused with both versions shown."""

from __future__ import annotations

import threading

import pytest

from tests.builders import TODAY, clerk, issued, typed
from tui_billing.rules.problem import Conflict, NotFound, Refused
from tui_billing.services import allocate, credit, disputes, drafts, issue, master, receive
from tui_billing.services.verify import verify


def at_once(*calls):
    """Run every call in a thread of its own, all begun together: results or exceptions, in order."""
    results = [None] * len(calls)
    ready = threading.Barrier(len(calls))

    def run(index, call):
        ready.wait()
        try:
            results[index] = call()
        except Exception as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def verbs(books):
    """Name -> a verb of (books, context) that could do harm twice."""
    done = issued(books, "ACME", "A10 2", "B20")
    note = credit.credit(books, clerk(), issued(books, "ACME", "B20")["id"])
    paid = receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 1000, allocations=[(done["id"], 1000)]))
    draft, _ = drafts.save_draft(books, clerk(), typed())
    assert note["open"] == 0
    return {
        "issue": lambda context: issue.issue_content(books, context, typed("ACME", "A10 2")),
        "issue a draft": lambda context: issue.issue_draft(books, context, draft),
        "receive": lambda context: receive.receive(books, context, receive.Payment("ACME", TODAY, 5000)),
        "receive on account": lambda context: receive.receive(
            books, context, receive.Payment("ACME", TODAY, 5000, allocations=())
        ),
        "dispute": lambda context: disputes.open_dispute(books, context, done["id"], amount=100),
        "take back": lambda context: allocate.reverse_allocation(books, context, paid["allocations"][0]),
        "reverse": lambda context: receive.reverse_receipt(books, context, paid["id"]),
        "credit": lambda context: credit.credit(books, context, done["id"], lines=[2]),
        "customer": lambda context: master.add_customer(
            books, context, master.CustomerCard(code="ONCE", name="Once", country="FR")
        ),
    }


COUNTED = ("invoice", "receipt", "allocation", "dispute", "posting", "audit", "customer", "command")


def counts(books):
    return {table: books.value(f"SELECT count(*) FROM {table}") for table in COUNTED}


def test_a_command_said_twice_is_done_once(books):
    for name, verb in verbs(books).items():
        context = clerk()
        first = verb(context)
        after = counts(books)
        assert verb(context) == first, name
        assert counts(books) == after, name
    assert verify(books) == []


@pytest.mark.parametrize("round_", range(2))
def test_a_command_said_twice_at_once_is_done_once(books, round_):
    for name, verb in verbs(books).items():
        context = clerk()
        before = counts(books)["command"]
        results = at_once(*[lambda verb=verb, context=context: verb(context)] * 3)
        assert results[0] == results[1] == results[2], (name, results)
        assert not isinstance(results[0], Exception), (name, results)
        assert counts(books)["command"] == before + 1, name
    assert verify(books) == []


def test_one_draft_issued_by_two_clerks_has_one_number(books):
    draft, _ = drafts.save_draft(books, clerk(), typed())
    one, other = at_once(
        lambda: issue.issue_draft(books, clerk("anna"), draft), lambda: issue.issue_draft(books, clerk("paul"), draft)
    )
    done, refused = (one, other) if isinstance(one, dict) else (other, one)
    assert done["number"] == "F2026-00001" and isinstance(refused, Refused) and "F2026-00001" in str(refused)
    assert verify(books) == []


def test_two_payments_at_once_never_pay_twice(books):
    done = issued(books)
    paid = at_once(
        *[
            lambda name=name: receive.receive(books, clerk(name), receive.Payment("ACME", TODAY, 78000))
            for name in "abcd"
        ]
    )
    assert sorted(answer["open"] for answer in paid) == [0, 78000, 78000, 78000]
    assert books.value("SELECT open FROM invoice WHERE id = ?", (done["id"],)) == 0
    assert verify(books) == []


def test_verbs_that_meet_do_not_lock_each_other_out(books):
    owed = [issued(books, "ACME", "A10")["id"] for _ in range(4)]
    paid = [receive.receive(books, clerk(), receive.Payment("ACME", TODAY, 500, allocations=())) for _ in range(4)]
    calls = [
        lambda: receive.receive(books, clerk("a"), receive.Payment("ACME", TODAY, 200000)),
        lambda: allocate.allocate_payment(books, clerk("b"), paid[0]["id"], owed[3], 500),
        lambda: receive.reverse_receipt(books, clerk("c"), paid[1]["id"]),
        lambda: disputes.open_dispute(books, clerk("d"), owed[3], amount=100),
        lambda: credit.credit(books, clerk("e"), owed[2]),
        lambda: issued(books, "ACME", "B20"),
    ]
    for answer in at_once(*calls):
        assert not isinstance(answer, Exception) or isinstance(answer, Refused), answer
    assert verify(books) == []


def test_the_same_new_customer_from_two_desks(books):
    card = master.CustomerCard(code="TWICE", name="Twice", country="FR")
    answers = at_once(*[lambda name=name: master.add_customer(books, clerk(name), card) for name in "ab"])
    assert sorted(type(answer).__name__ for answer in answers) == ["Problem", "int"]
    assert verify(books) == []


def test_a_draft_changed_meanwhile_shows_both_versions(books):
    draft, version = drafts.save_draft(books, clerk(), typed("ACME", "A10"))
    _, newer = drafts.save_draft(books, clerk("paul"), typed("ACME", "B20"), draft_id=draft, version=version)
    with pytest.raises(Conflict) as clash:
        drafts.save_draft(books, clerk(), typed("ACME", "C30"), draft_id=draft, version=version)
    assert clash.value.mine["lines"] == [{"item": "C30"}] and clash.value.theirs["lines"] == [{"item": "B20"}]
    with pytest.raises(Conflict):
        issue.issue_draft(books, clerk(), draft, seen_version=version)
    with pytest.raises(Conflict) as clash:
        issue.issue_draft(books, clerk(), draft, seen_gross=78000)
    assert clash.value.theirs == {"gross": 5400}
    done = issue.issue_draft(books, clerk(), draft, seen_gross=5400, seen_version=newer)
    for call in (
        lambda: drafts.save_draft(books, clerk(), typed(), draft_id=draft, version=newer),
        lambda: drafts.discard_draft(books, clerk(), draft),
        lambda: drafts.take_draft(books, clerk(), draft),
        lambda: drafts.load_draft(books, draft),
        lambda: issue.issue_draft(books, clerk(), draft),
    ):
        with pytest.raises(Refused, match=done["number"]):
            call()
    assert verify(books) == []


def test_a_draft_thrown_away_meanwhile(books):
    draft, version = drafts.save_draft(books, clerk(), typed())
    drafts.discard_draft(books, clerk("paul"), draft)
    drafts.discard_draft(books, clerk("paul"), draft)
    with pytest.raises(NotFound):
        drafts.save_draft(books, clerk(), typed(), draft_id=draft, version=version)
    with pytest.raises(NotFound):
        issue.issue_draft(books, clerk(), draft)
    with pytest.raises(NotFound):
        drafts.load_draft(books, draft)


def test_a_customer_changed_meanwhile_shows_both_versions(books):
    key = books.value("SELECT id FROM customer WHERE code = 'ACME'")
    mine, theirs = master.card_of(books, key), master.card_of(books, key)
    theirs.city, mine.city = "Paris", "Nice"
    assert master.change_customer(books, clerk("paul"), key, 1, theirs) == 2
    with pytest.raises(Conflict) as clash:
        master.change_customer(books, clerk(), key, 1, mine)
    assert (clash.value.mine["city"], clash.value.theirs["city"]) == ("Nice", "Paris")
    assert master.change_customer(books, clerk(), key, 2, mine) == 3
    changed = books.value("SELECT payload FROM audit WHERE action = 'change' ORDER BY seq DESC LIMIT 1")
    assert '"city":["Paris","Nice"]' in changed and verify(books) == []


def test_a_draft_is_held_by_a_living_process_only(books, monkeypatch):
    draft, _ = drafts.save_draft(books, clerk(), typed())
    assert drafts.interrupted_draft(books, clerk()) is None  # this process lives
    host, boot, _, _ = drafts.this_process().split("/")
    with books.write():
        books.db.execute_sql(books.sql("UPDATE invoice SET holder = ? WHERE id = ?"), (f"{host}/{boot}/1/1", draft))
    assert drafts.interrupted_draft(books, clerk()).id == draft  # process 1 began at another tick
    assert drafts.interrupted_draft(books, clerk("paul")) is None
    assert drafts.take_draft(books, clerk("paul"), draft).holder == drafts.this_process()
    with books.write():
        books.db.execute_sql(books.sql("UPDATE invoice SET holder = ? WHERE id = ?"), (f"elsewhere/{boot}/1/1", draft))
    with pytest.raises(Refused, match="typing"):
        drafts.take_draft(books, clerk(), draft)
