"""A new company: an empty set of books, ready to bill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Account, BankAccount, Company, Setting
from tui_billing.models.write import add, add_all
from tui_billing.rules.journal import CHART
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Refused
from tui_billing.rules.text import clean
from tui_billing.services.context import Context, Work, transact
from tui_billing.services.settings import DEFAULTS, check_company

__all__ = ["DEFAULTS", "found_company"]


def found_company(books: Books, context: Context, data: Mapping[str, Any]) -> str:
    """Write the company of a JSON object into empty books; return its name.

    The keys are a party's (name, legal_form, address {...}, siren, siret, vat_id, legal_info,
    electronic_address, ...) and those of `DEFAULTS`; an unknown one is refused by name.
    """
    values = {**DEFAULTS, **{key: data[key] for key in data if key in DEFAULTS}}
    party = Party.from_json({key: value for key, value in data.items() if key not in DEFAULTS})
    row = check_company(party, values)

    def do(work: Work) -> str:
        if books.value("SELECT count(*) FROM company"):
            raise Refused("these books have a company already; choose another database")
        add(Company, id=1, **row)
        add_all(Account, [{"code": code, "name": name, "kind": kind} for code, (name, kind) in CHART.items()])
        for kind in ("invoice", "credit_note"):
            add_all(Setting, [{"key": f"prefix.{kind}", "value": clean(str(values[f"{kind}_prefix"]), 10, "prefix")}])
        if row["iban"]:
            add(
                BankAccount,
                name=row["bank"] or party.name,
                iban=row["iban"],
                bic=row["bic"],
                currency=row["currency"],
            )
        work.audit("found", "company", 1, {"v": 1, "party": party.to_json()}, party.name)
        return party.name

    return transact(books, context, "found", do)
