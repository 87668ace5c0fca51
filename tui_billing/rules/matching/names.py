"""Whose money it is, by the name of the payer: whole telling words, never a likeness."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from tui_billing.rules.text import fold

#: Words of a name that say nothing about whose it is.
_LEGAL_FORMS = (
    "sa sas sasu sarl eurl snc sci scop ltd limited llc inc corp co company plc gmbh ag kg ohg ug bv nv srl spa sl"
)
_SMALL_WORDS = "ets etablissements societe ste the and et und le la les de du des of der die das mr mme mrs"
_COMMON = frozenset([*_LEGAL_FORMS.split(), *_SMALL_WORDS.split()])
_WORD = re.compile(r"\w+")
#: Banks cut a payer's name off: its last word counts by its beginning, from so many letters on.
_CUT = 4


def name_words(text: str) -> list[str]:
    """The words of a name that tell it from others: folded, without legal forms and single letters."""
    return [word for word in _WORD.findall(fold(text)) if len(word) > 1 and word not in _COMMON]


@lru_cache(maxsize=4_000)
def payer_words(payer: str) -> tuple[str, ...]:
    """The same of a payer's name, remembered: a customer pays again and again."""
    return tuple(name_words(payer))


def is_telling(words: Sequence[str]) -> bool:
    """Whether a name's words tell anybody: two letters alone do not."""
    return any(len(word) > 2 for word in words)


def is_named(name: str, words: Iterable[str]) -> bool:
    """Whether every telling word of a customer's name is among the words of a bank line."""
    own = name_words(name)
    known = set(words)
    return is_telling(own) and all(word in known for word in own)


def is_cut_name(name: str, payer: Sequence[str]) -> bool:
    """Whether a payer's words begin a customer's name and break off within it ("ACME INDUSTR")."""
    return is_cut(name_words(name), payer)


def is_cut(own: Sequence[str], payer: Sequence[str]) -> bool:
    """The same by the words of the customer's name."""
    if not payer or len(payer) > len(own) or not is_telling(payer):
        return False
    *whole, last = payer
    at = len(whole)
    enough = len(last) >= _CUT or len(whole) > 1 or own[at] == last
    return list(own[:at]) == whole and own[at].startswith(last) and enough and len(own) > 1


def alias_of(payer: str) -> str:
    """A payer's name as it is remembered: its telling words ("STE Dupont & Fils SARL" -> "dupont fils")."""
    return " ".join(payer_words(payer))
