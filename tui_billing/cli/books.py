"""init, verify, backup, restore: the books as a whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from tui_billing.cli.options import Json, make_app
from tui_billing.cli.output import note, put, put_card, put_json
from tui_billing.cli.reading import read_bytes
from tui_billing.cli.session import session
from tui_billing.locale import _
from tui_billing.rules.problem import Problem, Refused
from tui_billing.services import backup as copies
from tui_billing.services.setup import found_company
from tui_billing.services.verify import Difference, verify

init_app = make_app("An empty company, ready to bill.")
verify_app = make_app("Prove the books from their rows.")
backup_app = make_app("Write a verified copy of the books.")
restore_app = make_app("Put a backup in the place of the books.")


@init_app.command()
def init(
    company: Annotated[str, typer.Option("--company", help="The company as a JSON object, or - for standard input.")],
    as_json: Json = False,
) -> None:
    """Make new books at --db with the company of a JSON file.

    Its keys: name, legal_form, address {line1, postcode, city, country}, siren, siret, vat_id, legal_info,
    electronic_address, email; currency, language, terms, iban, bic, late_penalty, early_payment, ...
    """
    data = _company(company)
    url = session.url
    path = None if "://" in url and not url.startswith("sqlite:") else Path(url.removeprefix("sqlite:///")).expanduser()
    fresh = path is not None and not path.exists()
    try:
        books, context = session.open(create=True)
        name = found_company(books, context, data)
    except Problem:
        session.close()
        if fresh and path is not None:
            # A company that cannot be founded leaves no half-made books behind.
            for suffix in ("", *copies.COMPANIONS):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise
    answer = {"company": name, "database": url.rpartition("@")[2] if "://" in url else url}
    if as_json:
        put_json(answer)
    else:
        put(_("{company} is ready to bill: {database}", **answer))


def _company(name: str) -> dict[str, Any]:
    try:
        data = json.loads(read_bytes(name).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Problem("{path} is not UTF-8 text; save it as UTF-8", path=name) from None
    except (ValueError, RecursionError) as error:
        raise Problem("{path} is not JSON: {reason}", path=name, reason=str(error)) from None
    if not isinstance(data, dict) or not isinstance(data.get("address", {}), dict):
        raise Problem("{path} must hold one object in braces", path=name)
    return data


def _tell(found: list[Difference]) -> list[dict[str, str]]:
    return [{"check": each.check, "number": each.number, "message": each.message} for each in found]


@verify_app.command("verify")
def verify_books(as_json: Json = False) -> None:
    """Prove chain, numbers, contents, totals, balances, journal and guards; exit code 1 where anything differs."""
    books, _context = session.open()
    found = verify(books)
    first = next((each.number for each in found if each.number), None)
    if as_json:
        put_json({"ok": not found, "first": first, "differences": _tell(found)})
    elif found:
        for each in sorted(found, key=lambda each: each.number != first):
            put(f"{each.number or each.check}: {each.message}")
    else:
        put(_("the books are right"))
    if found:
        raise typer.Exit(1)


@backup_app.command("backup")
def back_up(
    file: Annotated[str, typer.Argument(help="The new file; it must not exist.")],
    as_json: Json = False,
) -> None:
    """Write a whole, verified copy of the books, and its SHA-256 beside it. Others keep working meanwhile."""
    books, _context = session.open()
    done = copies.back_up(books, Path(file))
    _answer(done, as_json, _("backed up to {path}", path=done.path))
    if done.differences:
        note(_("the copy is whole, but the books differ: {reason}", reason=done.differences[0].message))
        raise typer.Exit(1)


@restore_app.command("restore")
def restore_books(
    file: Annotated[str, typer.Argument(help="The backup.")],
    force: Annotated[bool, typer.Option("--force", help="Move books that lie at --db aside.")] = False,
    as_json: Json = False,
) -> None:
    """Put a backup at --db, verified first; what lies there is refused, or moved aside with --force."""
    if "://" in session.url and not session.url.startswith("sqlite:"):
        raise Refused("these books lie on a PostgreSQL server; restore them with pg_restore")
    target = Path(session.url.removeprefix("sqlite:///")).expanduser()
    done = copies.restore(Path(file), target, force=force)
    if done.differences:
        reason = done.differences[0].message
        note(_("this backup is not restored, it differs: {reason}; take another backup", reason=reason))
        raise typer.Exit(1)
    _answer(done, as_json, _("restored to {path}", path=done.path))


def _answer(done: copies.Backup, as_json: bool, sentence: str) -> None:
    if as_json:
        answer = {"path": str(done.path), "sha256": done.sha256, "bytes": done.size}
        put_json({**answer, "differences": _tell(done.differences)})
        return
    put(sentence)
    put_card({"sha256": done.sha256, "bytes": done.size})
