"""From what a clerk types to the thing it names: an order, contract, delivery note, invoice, customer or dispute."""

from __future__ import annotations

from tui_billing.models.door import Books
from tui_billing.rules.problem import NotFound, Problem
from tui_billing.rules.text import quote
from tui_billing.services import answers, case_answers

#: What a clerk calls it -> the table.
WORDS = {
    "order": "purchase_order",
    "contract": "contract",
    "delivery": "delivery_note",
    "invoice": "invoice",
    "customer": "customer",
    "dispute": "dispute",
    "inquiry": "inquiry",
}
#: table -> the verb of the command line that lists it.
_VERBS = {table: word for word, table in WORDS.items()} | {"purchase_order": "purchase-order"}


def find_source(books: Books, table: str, text: str, customer_code: str = "") -> int:
    """The id of an order, contract or delivery note by its number, of one customer where that is given.

    Raises `NotFound`, and `Problem` where several customers have such a number.
    """
    sql = f"SELECT t.id, c.code FROM {table} t JOIN customer c ON c.id = t.customer_id WHERE t.number = ?"
    parameters: list[object] = [text.strip()]
    if customer_code:
        sql += " AND c.code = ?"
        parameters.append(customer_code.strip().upper())
    found = books.rows(sql + " ORDER BY t.id LIMIT 9", parameters)
    if not found:
        raise NotFound(
            "there is no {what} {number}; list them with: tui-billing {what} list",
            field="number",
            what=_VERBS[table],
            number=quote(text),
        )
    if len(found) > 1:
        raise Problem(
            "{number} is a number of several customers ({customers}); say which with --customer",
            field="customer",
            number=quote(text),
            customers=", ".join(code for _, code in found),
        )
    return int(found[0][0])


def find_entity(books: Books, word: str, text: str, customer_code: str = "") -> tuple[str, int]:
    """(table, id) of what a word and a number, code or id name together."""
    table = WORDS.get(word.strip().lower())
    if table is None:
        raise Problem(
            "{entity} is nothing that papers are attached to; it is one of {entities}",
            field="entity",
            entity=quote(word),
            entities=", ".join(WORDS),
        )
    if table == "invoice":
        return table, answers.find_document(books, text)
    if table == "customer":
        key = books.value("SELECT id FROM customer WHERE code = ?", (text.strip().upper(),))
        if key is None:
            raise NotFound("there is no customer {code}; type part of the name to find the code", code=quote(text))
        return table, int(key)  # type: ignore[call-overload]
    if table == "dispute":
        return table, case_answers.find_dispute(books, text)
    if table == "inquiry":
        typed = text.strip()
        if not (typed.isascii() and typed.isdigit() and len(typed) < 18):
            raise Problem("{text} is not an id; type its number", field="entity", text=quote(text))
        return table, int(typed)
    return table, find_source(books, table, text, customer_code)
