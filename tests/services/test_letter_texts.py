"""The texts of letters: worded by the house, checked when they are kept, filled when they are written."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import *  # noqa: F403
from tests.builders import TODAY, clerk, issued
from tui_billing.locale import LANGUAGES
from tui_billing.models.door import Books
from tui_billing.rules.problem import Conflict, NotFound, Problem, Refused
from tui_billing.services import letter_texts, letters, templates
from tui_billing.services.letter_texts import STANDARD, standard_text
from tui_billing.services.verify import verify

MARCH = dt.date(2026, 3, 1)


def test_what_comes_with_the_program_would_be_kept_as_it_is() -> None:
    for code in STANDARD:
        for language in LANGUAGES:
            text = standard_text(code, language)
            assert letter_texts.check_text(text) == text
            assert language == "en" or text.body != standard_text(code, "en").body


def test_a_house_words_its_reminder_and_writes_its_own_letter(books: Books) -> None:
    late = issued(books, "ACME", today=MARCH)
    usual = letters.reminder(books, 1, TODAY, 1)
    assert usual.title == "Reminder" and usual.before[0] == "Dear Sir or Madam,"
    assert usual.after[0].startswith("We would be obliged if you paid them by 05/12/2026. Please pay to FR76")
    body = "{customer}: {amount} was due.\n\n{table}\n\nThank you, {company}"
    letter_texts.set_text(books, clerk(), "reminder1", "en", "Just a word, {code}", body, version=0)
    worded = letters.reminder(books, 1, TODAY, 1)
    assert (worded.title, worded.before, worded.after) == (
        "Just a word, ACME",
        ("ACME Industries SAS: 780.00 EUR was due.",),
        ("Thank you, Atelier Duval SARL",),
    )
    assert worded.tables == usual.tables
    letter_texts.set_text(books, clerk(), "move", "en", "We move", "On {date} we move.", new=True)
    moved = letters.letter_by(books, 1, TODAY, "move")
    assert (moved.kind, moved.title, moved.before, moved.tables) == (
        "letter",
        "We move",
        ("On 25/11/2026 we move.",),
        (),
    )
    # in a language that it does not have it is said in the one that it has
    books.db.execute_sql("UPDATE customer SET language = 'fr' WHERE id = 2")
    assert letters.letter_by(books, 2, TODAY, "move").title == "We move"
    cover = letters.cover(books, 1, TODAY)
    assert [row.cells[0] for row in cover.tables[0].rows] == [late["number"]]
    with pytest.raises(Refused):
        letters.cover(books, 2, TODAY)
    with pytest.raises(NotFound):
        letters.cover(books, 1, TODAY, ["F2026-99999"])
    assert verify(books) == []


@pytest.mark.parametrize(
    ("title", "body", "field", "words"),
    [
        ("Hello", "Dear {nom}", "body", "{nom}"),
        ("Hello {table}", "{table}", "title", "{table}"),
        ("", "{table}", "title", "title"),
        ("Hello", " ", "body", "text"),
        ("Hello", "no documents", "body", "{table}"),
        ("Hello", "see {table} here", "body", "once"),
        ("Hello", "{table}\n\n{table}", "body", "once"),
    ],
)
def test_what_cannot_be_filled_is_named_at_once(firm: Books, title: str, body: str, field: str, words: str) -> None:
    with pytest.raises(Problem) as caught:
        letter_texts.set_text(firm, clerk(), "reminder1", "en", title, body)
    assert caught.value.field == field and words in str(caught.value)
    assert "{contact}" in str(caught.value) or words != "{nom}"


def test_two_clerks_do_not_word_over_each_other(firm: Books) -> None:
    letter_texts.set_text(firm, clerk("anna"), "cover", "fr", "Bonjour", "{table}", version=0)
    with pytest.raises(Conflict):
        letter_texts.set_text(firm, clerk("paul"), "cover", "fr", "Salut", "{table}", version=0)
    with pytest.raises(Problem, match="already"):
        letter_texts.set_text(firm, clerk(), "cover", "fr", "Salut", "{table}", new=True)
    assert letter_texts.text_of(firm, "cover", "fr").version == 1


def test_a_letter_has_the_colours_of_the_house(firm: Books) -> None:
    templates.set_template(firm, clerk(), "ours", {"accent": "#8a1c1c", "logo": "right"}, like="standard")
    templates.use_template(firm, clerk(), "ours")
    made = letters.statement(firm, 1, TODAY)
    assert (made.accent, made.logo) == ("#8a1c1c", "right")
