"""Papers in the clerk's words: what they are, how large, and what they hang on."""

from __future__ import annotations

from tui_billing.locale import LANGUAGES, N_, _, say
from tui_billing.models.queries.papers import PaperRow
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold, quote
from tui_billing.screens.amounts import number, word
from tui_billing.services.attachments import KINDS
from tui_billing.services.case_words import PAPER_KINDS as KIND_WORDS

KIND_LETTERS = dict(zip("abcdefgh", KINDS[1:], strict=True))
MEDIA_WORDS = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/webp": "WebP",
    "message/rfc822": N_("mail"),
}
#: What papers hang on, as a clerk calls it; the first letters of a word, in any language, are enough.
THINGS = {
    "invoice": N_("invoice"),
    "customer": N_("customer"),
    "dispute": N_("dispute"),
    "order": N_("order"),
    "contract": N_("contract"),
    "delivery": N_("delivery"),
    "inquiry": N_("inquiry"),
}
ENTITY_WORDS = {
    "purchase_order": THINGS["order"],
    "delivery_note": THINGS["delivery"],
    **{name: THINGS[name] for name in ("invoice", "customer", "dispute", "contract", "inquiry")},
}


def kind_words(row: PaperRow) -> str:
    """What a paper is: the kind that was said, else what its first bytes say."""
    return (
        word(KIND_WORDS, row.kind)
        if row.kind
        else word(MEDIA_WORDS, row.media_type)
        if row.media_type in (MEDIA_WORDS)
        else _("file")
    )


def size_words(size: int) -> str:
    """Bytes in the unit that fits."""
    if size < 1_000:
        return _("{count} B", count=size)
    if size < 1_000_000:
        return _("{count} kB", count=number(-(-size // 1_000)))
    return _("{count} MB", count=number(-(-size // 1_000_000)))


def kind_of(text: str) -> str:
    """The kind of paper that a letter of the list or the beginning of a word stands for; "" for nothing typed."""
    typed = fold(text).strip()
    if not typed:
        return ""
    if typed in KIND_LETTERS:
        return KIND_LETTERS[typed]
    for token, message in KIND_WORDS.items():
        if any(fold(say(message, language)).startswith(typed) for language in LANGUAGES):
            return token
    raise Problem(
        "{text} is no kind of paper; type a letter of the list, for example d", field="kind", text=quote(text.strip())
    )


def thing_of(text: str) -> tuple[str, str]:
    """(what, which) of a text such as `inv 412`, `cus acme`, `order 4500-7731`; a number alone is an invoice's."""
    head, _blank, rest = text.strip().partition(" ")
    typed = fold(head)
    if not typed:
        raise Problem("to what? type for example inv 412, cus acme or order 4500-7731", field="to")
    if not rest.strip():
        return "invoice", head
    for name, message in THINGS.items():
        if any(fold(say(message, language)).startswith(typed) for language in LANGUAGES):
            return name, rest.strip()
    raise Problem(
        "{text} is nothing that papers hang on; type for example inv 412, cus acme or order 4500-7731",
        field="to",
        text=quote(head),
    )
