"""Sentences in the clerk's language: gettext catalogues, English as the message ids, French beside it."""

from __future__ import annotations

import gettext as _gettext
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_billing.rules.problem import Problem

LANGUAGES = ("en", "fr")
DOMAIN = "tui_billing"

_state: dict[str, object] = {"language": "en"}
_catalogues: dict[str, _gettext.NullTranslations] = {}


def catalogue(language: str) -> _gettext.NullTranslations:
    """The catalogue of a language; English is the message ids themselves."""
    if language not in _catalogues:
        _catalogues[language] = _gettext.translation(DOMAIN, Path(__file__).parent, languages=[language], fallback=True)
    return _catalogues[language]


def choose(language: str | None = None) -> str:
    """Set the screen's language: what is given, else LC_ALL, LC_MESSAGES, LANG; C and POSIX are English."""
    wanted = language or next((os.environ[n] for n in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(n)), "")
    short = wanted.partition(".")[0].partition("_")[0].lower()
    _state["language"] = short if short in LANGUAGES else "en"
    return language_in_use()


def language_in_use() -> str:
    """The two letters of the language that sentences come in now."""
    return str(_state["language"])


def _(message: str, /, **values: object) -> str:
    """The sentence in the language in use, with its places filled."""
    return say(message, language_in_use(), **values)


def say(message: str, language: str, /, **values: object) -> str:
    """The sentence in a given language (documents speak the customer's), with its places filled."""
    # gettext answers "" with the catalogue's head.
    text = message if language == "en" or not message else catalogue(language).gettext(message)
    return text.format(**values) if values else text


def N_(message: str) -> str:  # noqa: N802 (gettext's own name)
    """Mark a literal for the catalogue; it is translated where it is shown."""
    return message


def translate(problem: Problem) -> str:
    """A problem as one sentence in the language in use."""
    return _(problem.message, **problem.values)
