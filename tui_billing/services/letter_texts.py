"""The texts of letters: those that come with the program, and how a house words them or writes its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui_billing.documents.template import check_code
from tui_billing.locale import LANGUAGES, N_, say
from tui_billing.models.door import Books
from tui_billing.models.tables import LetterText
from tui_billing.models.write import add, change
from tui_billing.rules.places import PLACE, check_places
from tui_billing.rules.problem import Conflict, NotFound, Problem
from tui_billing.rules.text import clean, quote
from tui_billing.services.context import Context, Work, transact

STATEMENT, COVER = "statement", "cover"
#: The text of a reminder of a level.
REMINDER = {1: "reminder1", 2: "reminder2", 3: "reminder3"}
#: What stands in the place of the documents of the letter.
TABLE = "table"
#: What may stand in braces; `payment` is the sentence that says how to pay.
PLACES = ("contact", "company", "customer", "code", "date", "amount", "payable_by", "payment", "iban", TABLE)
LONGEST_TITLE, LONGEST_BODY = 100, 10_000

#: What comes with the program: code -> (title, paragraphs); "" is where the documents stand.
STANDARD: dict[str, tuple[str, tuple[str, ...]]] = {
    STATEMENT: (
        N_("Statement of account"),
        (
            N_("Your account with us stands as follows on {date}:"),
            "",
            "{payment}",
            N_("If anything here differs from your books, please tell us."),
        ),
    ),
    "reminder1": (
        N_("Reminder"),
        (
            N_("Dear {contact},"),
            N_("In our books the invoices below are still open. Perhaps the payment has crossed this letter."),
            "",
            N_("We would be obliged if you paid them by {payable_by}. {payment}"),
            N_("Yours sincerely"),
            "{company}",
        ),
    ),
    "reminder2": (
        N_("Second reminder"),
        (
            N_("Dear {contact},"),
            N_("In spite of our reminder the invoices below are still open."),
            "",
            N_(
                "Please pay them by {payable_by}. Late payment bears interest and a fixed sum for recovery, as the"
                " invoices say. {payment}"
            ),
            N_("Yours sincerely"),
            "{company}",
        ),
    ),
    "reminder3": (
        N_("Formal notice"),
        (
            N_("Dear {contact},"),
            N_("We have reminded you of the invoices below without success and give you formal notice to pay them."),
            "",
            N_(
                "Unless they are paid by {payable_by} we shall hand the claim over for recovery, at your cost. {payment}"
            ),
            N_("Yours sincerely"),
            "{company}",
        ),
    ),
    COVER: (
        N_("Your documents"),
        (
            N_("Dear {contact},"),
            N_("please find enclosed the documents below."),
            "",
            "{payment}",
            N_("Yours sincerely"),
            "{company}",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Text:
    """A letter's text in a language; `version` 0 is the one that comes with the program."""

    code: str
    language: str
    title: str
    body: str
    version: int = 0

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """What stands between empty lines."""
        return tuple(part.strip() for part in self.body.split("\n\n") if part.strip())

    @property
    def has_table(self) -> bool:
        """Whether documents stand on the letter."""
        return "{" + TABLE + "}" in self.body


def standard_text(code: str, language: str) -> Text:
    """The text that comes with the program."""
    title, parts = STANDARD[code]
    # the catalogue's sentences keep their places: these are filled when the letter is written
    body = "\n\n".join(say(part, language) if part else "{" + TABLE + "}" for part in parts)
    return Text(code, language, say(title, language), body)


def list_texts(books: Books) -> list[Text]:
    """Every text in every language that it has, by code."""
    own = {
        (row[0], row[1]): Text(*row)
        for row in books.rows("SELECT code, language, title, body, version FROM letter_text")
    }
    known = {(code, language): standard_text(code, language) for code in STANDARD for language in LANGUAGES}
    order = {code: place for place, code in enumerate(STANDARD)}
    found = {**known, **own}
    return [found[key] for key in sorted(found, key=lambda one: (order.get(one[0], len(order)), *one))]


def text_of(books: Books, code: str, language: str) -> Text:
    """A text in the language asked for, else in the one that it has."""
    code = code.strip().lower()
    rows = books.rows("SELECT code, language, title, body, version FROM letter_text WHERE code = ?", (code,))
    own = {row[1]: Text(*row) for row in rows}
    if language in own:
        return own[language]
    if code in STANDARD:
        return standard_text(code, language)
    if own:
        return next(iter(own.values()))
    names = ", ".join(dict.fromkeys(one.code for one in list_texts(books)))
    raise NotFound("there is no letter {code}; there are {names}", field="text", code=quote(code), names=names)


def set_text(
    books: Books,
    context: Context,
    code: str,
    language: str,
    title: str,
    body: str,
    *,
    version: int | None = None,
    new: bool = False,
) -> dict[str, object]:
    """Word a letter, or with `new` write another one; what stands in braces must be known.

    `version` is the one that was looked at; `Conflict` where another clerk has changed it since.
    """
    text = check_text(Text(check_code(code), language, title, body))

    def do(work: Work) -> dict[str, object]:
        row = books.row(
            "SELECT id, version, title, body FROM letter_text WHERE code = ? AND language = ?", (text.code, language)
        )
        if new and (row is not None or text.code in STANDARD):
            raise Problem("there is a letter {code} already; take another name", field="code", code=text.code)
        if version is not None and version != (row[1] if row else 0):
            raise Conflict(
                "{code} was changed by somebody else; look at it again, then change it",
                mine={"title": title},
                theirs={"title": row[2] if row else ""},
                code=text.code,
            )
        before = [row[2], row[3]] if row else []
        number = int(row[1]) + 1 if row else 1
        values = {"title": text.title, "body": text.body, "version": number}
        if row:
            change(LetterText, row[0], **values)
            key = int(row[0])
        else:
            key = add(LetterText, code=text.code, language=language, **values)
        told = {"v": 1, "changed": {"text": [before, [text.title, text.body]]}}
        work.audit("change", "letter_text", key, told, f"{text.code} {language}")
        return {"code": text.code, "language": language, "version": number}

    return transact(books, context, "letter_text", do)


def check_text(text: Text) -> Text:
    """The text as it is kept; a Problem names what cannot be filled in, and where."""
    code, language = text.code, text.language
    if language not in LANGUAGES:
        raise Problem("{language} is not a language here; it is en or fr", field="language", language=quote(language))
    title = clean(text.title, LONGEST_TITLE, "title")
    if not title:
        raise Problem("a letter needs a title", field="title")
    parts = [
        clean(" ".join(part.split()), 5000, "body")
        for part in text.body.replace("\r\n", "\n").split("\n\n")
        if part.strip()
    ]
    body = "\n\n".join(parts)
    if not body:
        raise Problem("a letter needs a text", field="body")
    if len(body) > LONGEST_BODY:
        raise Problem(
            "this text has {length} characters, {limit} fit; shorten it",
            field="body",
            length=len(body),
            limit=LONGEST_BODY,
        )
    check_places(title, [name for name in PLACES if name != TABLE], "title")
    check_places(body, PLACES, "body")
    tables = [part for part in parts if "{" + TABLE + "}" in part]
    if len(tables) > 1 or PLACE.findall(body).count(TABLE) > 1 or any(part != "{" + TABLE + "}" for part in tables):
        raise Problem("{table} stands once, as a paragraph of its own", field="body", table="{" + TABLE + "}")
    if code in STANDARD and not tables:
        raise Problem(
            "the documents of this letter have no place; put {table} where they shall stand",
            field="body",
            table="{" + TABLE + "}",
        )
    return replace(text, title=title, body=body)
