"""French where the clerk's surroundings or --lang say so; English for C and POSIX."""

from __future__ import annotations

import re

import pytest

from tests.terminal import desk
from tui_billing.locale import _, choose


@pytest.fixture
def french():
    """Words as the French catalogue has them."""
    choose("fr")
    yield _
    choose(None)


@pytest.fixture
def db(tmp_path):
    return desk.copy_sample(tmp_path)


@pytest.mark.parametrize(
    "options,env",
    [
        ((), {"LC_ALL": "fr_FR.UTF-8", "PYTHONUTF8": "1"}),
        ((), {"LC_ALL": None, "LANG": "fr_BE.UTF-8", "PYTHONUTF8": "1"}),
        (("--lang", "fr"), {}),
        (("--lang=fr",), {"LC_ALL": "en_GB.UTF-8", "PYTHONUTF8": "1"}),
    ],
    ids=["LC_ALL", "LANG", "--lang", "--lang over LC_ALL"],
)
def test_french(db, options, env, french):
    with desk.open_workstation(db, *options, env=env) as term:
        term.wait_for(re.escape(french("AGING")))
        term.wait_for(rf"● {re.escape(french('overdue'))} +\d+ +\d+\D\d{{3}},\d\d ")
        assert "mar 24/11/2026" in term.row(0)
        # fr: comma for decimals, a narrow space between thousands
        term.write("nacme<enter>a10 2,5<enter>")
        term.wait_for(r"1\D625,00")


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8", "de_DE.UTF-8"])
def test_english_otherwise(db, locale):
    with desk.open_workstation(db, env={"LC_ALL": locale, "PYTHONUTF8": "1"}) as term:
        term.wait_for(r"STATUS")
        term.wait_for(r"overdue")


def test_a_language_that_is_none_is_refused(db):
    with desk.open_workstation(db, "--lang", "klingon") as term:
        assert term.wait_exit() == 2
        assert "klingon is not a language here; it is en or fr" in term.text


def test_messages_without_a_terminal_are_french_too(db, french):
    done = desk.run(db, "invoice", "show", "F1999-00001")
    told = desk.run(db, "--lang", "fr")
    assert done.returncode == told.returncode == 2
    wanted = french(
        "the workstation needs a terminal to read from and to write to; in a script use: tui-billing --help"
    )
    assert told.stderr == f"tui-billing: {wanted}\n"
