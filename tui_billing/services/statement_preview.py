"""A bank's file as a screen shows it: what would be taken in, or has been, statement by statement."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_billing.exchange.bank.csv_columns import Mapping, guess, peek
from tui_billing.exchange.bank.csv_surmise import surmise
from tui_billing.exchange.bank.detect import detect
from tui_billing.exchange.bank.source import Options, Source
from tui_billing.exchange.bank.spool import statements
from tui_billing.models.door import Books
from tui_billing.rules.problem import Problem
from tui_billing.rules.statement import Remark, Statement, StatementLine
from tui_billing.services.clerk import Context
from tui_billing.services.statement_taken import Taken
from tui_billing.services.statements import Progress, import_statements

#: Lines of a statement that are shown of it.
SHOWN = 4
_CANDIDATES = 200


@dataclass(frozen=True, slots=True)
class Preview:
    """A statement without its lines but the first few; `remarks` in the order in which they were found."""

    statement: Statement
    account: str
    known: bool
    refused: bool
    count: int
    duplicates: int
    added: int
    first: tuple[StatementLine, ...]
    remarks: tuple[Remark, ...]


@dataclass(slots=True)
class Outlook:
    """A whole file: its statements, and what is to be said of what could not be read."""

    path: Path
    format: str = ""
    statements: list[Preview] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    stopped: bool = False

    @property
    def wanted(self) -> list[Preview]:
        """The statements that may be taken in."""
        return [each for each in self.statements if not each.refused]

    @property
    def new(self) -> int:
        """How many entries would be added."""
        return sum(each.count - each.duplicates for each in self.wanted)


def go_through(
    books: Books,
    context: Context,
    path: str,
    *,
    account: str = "",
    mapping: Mapping | None = None,
    day_first: bool | None = None,
    dry_run: bool = True,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] = bool,
) -> Outlook:
    """Read a file through, or with `dry_run` off take it in. Raises Problem where nothing of it can be read."""
    place = Path(os.path.expanduser(path.strip()))  # noqa: PTH111 (a name that is not there yet stays as typed)
    outlook = Outlook(place)
    found = import_statements(
        books,
        context,
        place,
        account=account,
        mapping=mapping or "",
        day_first=day_first,
        dry_run=dry_run,
        progress=progress,
        cancelled=cancelled,
    )
    for each in found:
        if isinstance(each, Taken):
            outlook.statements.append(_preview(each, dry_run))
            outlook.format = each.statement.format
        elif each.code == "cancelled":
            outlook.stopped = True
        else:
            outlook.remarks.append(each)
    return outlook


def _preview(taken: Taken, dry_run: bool) -> Preview:
    first: list[StatementLine] = []
    for line, _known in taken:
        if len(first) == SHOWN:
            break
        first.append(line)
    # A rehearsal does not refuse what is nobody's: here a clerk must see that it will be.
    refused = taken.refused or (dry_run and not taken.known)
    return Preview(
        statement=taken.statement,
        account=taken.account.name if taken.account else taken.statement.account,
        known=taken.known,
        refused=refused,
        count=taken.lines.count,
        duplicates=sum(taken.duplicate),
        added=taken.added,
        first=tuple(first),
        remarks=tuple(taken.findings),
    )


def complete_path(text: str) -> tuple[str, list[str]]:
    """(the text as far as it can be completed, the names that it could become, folders with a slash).

    Looks at the disk: not for the interface's own thread.
    """
    typed = os.path.expanduser(text)  # noqa: PTH111 (a text, the end of which is no name yet)
    folder, begun = os.path.split(typed)
    names: list[str] = []
    try:
        with os.scandir(folder or ".") as found:
            for entry in found:
                if entry.name.startswith(begun) and (begun.startswith(".") or not entry.name.startswith(".")):
                    names.append(entry.name + ("/" if entry.is_dir() else ""))
                    if len(names) > _CANDIDATES:
                        break
    except OSError:
        return text, []
    names.sort()
    common = os.path.commonprefix(names) if names else begun  # noqa: RUF071 (characters, as a shell completes)
    shown = text[: len(text) - len(begun)] if begun else text
    return (shown + common if len(common) > len(begun) else text), names


# -- drawing the columns of a CSV ---------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """The beginning of a CSV by a separator, and what its headings suggest."""

    rows: list[list[str]]
    mapping: Mapping


def size_of(path: str) -> int:
    """Bytes of the file; 0 where there is none, which is told when it is read."""
    try:
        return Path(os.path.expanduser(path.strip())).stat().st_size  # noqa: PTH111
    except OSError:
        return 0


def is_csv(path: str) -> bool:
    """Whether the file is a table whose columns have to be known; Problem where it cannot be read at all."""
    return detect(_source(path)) == "csv"


def suggest(path: str) -> Sheet:
    """The rows of a CSV and the mapping that its headings, else its rows, suggest, as far as they do."""
    source = _source(path)
    try:
        found = guess(source)
    except Problem:
        found = None
    found = found or surmise(source)
    return Sheet(peek(source, found.separator), found)


def rows_of(path: str, separator: str) -> list[list[str]]:
    """The first rows of a CSV by a separator."""
    return peek(_source(path), separator)


def try_mapping(path: str, mapping: Mapping, currency: str, count: int = SHOWN) -> list[StatementLine]:
    """The first lines as a mapping reads them; the Problem that stands in the way of the whole file."""
    mapping.check()
    shown: list[StatementLine] = []
    for found in statements(_source(path), Options(currency=currency, mapping=mapping)):
        if isinstance(found, Remark):
            if found.kind == "refused":
                raise Problem(found.message, **{"line": found.line, **found.values})
        else:
            for line in found[1]:
                if len(shown) == count:
                    break
                shown.append(line)
    return shown


def _source(path: str) -> Source:
    place = Path(os.path.expanduser(path.strip()))  # noqa: PTH111
    source = Source(place)
    try:
        if place.is_dir():
            raise Problem("{path} is a folder; name the bank's file", path=place.name)
        assert source.size >= 0
    except OSError as error:
        raise Problem("{path} cannot be read: {reason}", path=path, reason=error.strerror or str(error)) from None
    return source


def account_choices(books: Books) -> list[tuple[str, str, Any]]:
    """(name, currency, id) of the company's accounts, for a form."""
    from tui_billing.services.bank_accounts import list_accounts

    return [(own.name, own.currency, own.id) for own in list_accounts(books)]
