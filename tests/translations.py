"""Every sentence that the code can say has its French, complete and up to date.

    python -m tests.translations            check; exit 1 with one line for each thing that is wrong
    python -m tests.translations --update   take the sentences from the code, merge, compile, list the rest

A sentence is a literal in `_()`, `N_()`, `say()`, a `Problem` or one of its sub-classes, the second argument of a
`Finding`, or the third of a `Remark` about a bank statement.
"""

from __future__ import annotations

import ast
import io
import string
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tui_billing"
LANGUAGES = ("fr",)
DOMAIN = "tui_billing"
#: Function or class -> the position of the sentence among its arguments.
KEYWORDS = {
    "_": 0,
    "N_": 0,
    "say": 0,
    "Problem": 0,
    "NotFound": 0,
    "Refused": 0,
    "Conflict": 0,
    "Unusable": 0,
    "Stay": 0,
    "Finding": 1,
    "Remark": 2,
    "remark": 2,
    "Glyph": 3,
    "Coded": 1,
}


def extract(package: Path = PACKAGE) -> Catalog:
    """The sentences of the code, as a template without translations.

    Read from the syntax tree: Babel's own reader does not look into f-strings before Python 3.12, and takes a
    method that happens to be called `say` for the function.
    """
    template = Catalog(domain=DOMAIN, fuzzy=False)
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            place = KEYWORDS.get(_called(node.func))
            if place is None or len(node.args) <= place:
                continue
            argument = node.args[place]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value:
                template.add(argument.value, locations=[(str(path.relative_to(package)), 0)])
    return template


def _called(function: ast.expr) -> str:
    """The name of the function that is called; a document says its sentences as `words.say` (documents/words.py)."""
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute) and function.attr == "remark":
        return "remark"
    if isinstance(function, ast.Attribute) and function.attr == "say":
        owner = function.value
        name = owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
        return "say" if name == "words" else ""
    return ""


def po_path(language: str, package: Path = PACKAGE) -> Path:
    """The catalogue that translators edit."""
    return package / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(language: str, package: Path = PACKAGE) -> Catalog:
    """The committed translations; empty where there are none yet."""
    path = po_path(language, package)
    catalogue = Catalog(locale=language, domain=DOMAIN, fuzzy=False)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, domain=DOMAIN)
    _give_head(catalogue)
    return catalogue


def find_faults(package: Path = PACKAGE) -> list[str]:
    """One line for each sentence that is missing, untranslated, obsolete, unsure or wrong in its places."""
    template = extract(package)
    faults: list[str] = []
    for message in template:
        if message.id:
            faults += [f"{_where(message)}: {fault}" for fault in _faults_of_source(str(message.id))]
    for language in LANGUAGES:
        catalogue = read_catalogue(language, package)
        faults += [f"{language}: {fault}" for fault in _faults_of_catalogue(template, catalogue)]
        compiled = po_path(language, package).with_suffix(".mo")
        if not compiled.exists() or _sentences(compiled.read_bytes()) != _sentences(compile_catalogue(catalogue)):
            faults.append(f"{language}: {compiled.name} is not the compiled {po_path(language).name}; say: make locale")
    return faults


def update(package: Path = PACKAGE) -> list[str]:
    """Merge the code's sentences into each catalogue and compile it; the lines say what is left to do."""
    template = extract(package)
    left: list[str] = []
    for language in LANGUAGES:
        catalogue = read_catalogue(language, package)
        # A guess that nobody has read is worse than a hole that the check names.
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        _give_head(catalogue)
        for message in catalogue:
            message.flags -= {"python-format", "python-brace-format"}
        path = po_path(language, package)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, width=100, sort_output=True, omit_header=False, include_lineno=False)
        # Compiled from what is on the disk, as the check does.
        path.with_suffix(".mo").write_bytes(compile_catalogue(read_catalogue(language, package)))
        left += [f"{language}: {_where(m)}: {m.id}" for m in catalogue if m.id and not m.string]
    return left


def _give_head(catalogue: Catalog) -> None:
    """The same head always: a date in it would make every merge a change and every compilation another."""
    catalogue.fuzzy = False
    catalogue.project, catalogue.version = "tui-billing", ""
    catalogue.header_comment = f"# tui-billing in {catalogue.locale.english_name if catalogue.locale else '?'}."
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = ""


def compile_catalogue(catalogue: Catalog) -> bytes:
    """The bytes that gettext reads."""
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def _sentences(compiled: bytes) -> dict[str, str]:
    # Not byte by byte: the head names the Babel that compiled it.
    return {str(message.id): str(message.string) for message in read_mo(io.BytesIO(compiled)) if message.id}


def _faults_of_source(sentence: str) -> Iterable[str]:
    try:
        _places(sentence)
    except ValueError as error:
        yield f"{sentence!r} cannot be filled in: {error}"


def _faults_of_catalogue(template: Catalog, catalogue: Catalog) -> Iterable[str]:
    wanted = {str(message.id): message for message in template if message.id}
    for sentence, message in wanted.items():
        translated = catalogue.get(sentence)
        if translated is None:
            yield f"{_where(message)}: not in the catalogue: {sentence!r}; say: make locale"
        elif not str(translated.string).strip():
            yield f"{_where(message)}: not translated: {sentence!r}"
        elif translated.fuzzy:
            yield f"{_where(message)}: marked as unsure: {sentence!r}"
        elif fault := _compare_places(sentence, str(translated.string)):
            yield f"{_where(message)}: {fault} in the translation of {sentence!r}"
    for message in catalogue:
        if message.id and message.id not in wanted:
            yield f"nobody says {message.id!r} any more; say: make locale"
    for sentence in catalogue.obsolete:
        yield f"obsolete entry {sentence!r}; say: make locale"


def _compare_places(sentence: str, translation: str) -> str:
    try:
        original, translated = _places(sentence), _places(translation)
    except ValueError as error:
        return str(error)
    if missing := original - translated:
        return "missing " + ", ".join(f"{{{name}}}" for name in sorted(missing))
    if foreign := translated - original:
        return "unknown " + ", ".join(f"{{{name}}}" for name in sorted(foreign))
    return ""


def _places(sentence: str) -> set[str]:
    names = {name for _text, name, _spec, _conversion in string.Formatter().parse(sentence) if name is not None}
    if "" in names:
        raise ValueError("a place without a name")
    return names


def _where(message: Message) -> str:
    return message.locations[0][0] if message.locations else "?"


def main(arguments: list[str]) -> int:
    """The command: 0 where all is well, 1 where something is missing, 2 for a wrong call."""
    if arguments == ["--update"]:
        left = update()
        print("\n".join(left or ["everything is translated"]))
        return 0
    if arguments:
        print("usage: python -m tests.translations [--update]", file=sys.stderr)
        return 2
    faults = find_faults()
    print("".join(f"{fault}\n" for fault in faults), end="")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
