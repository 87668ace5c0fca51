"""A new company: an empty set of books, ready to bill."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_billing.models.door import Books
from tui_billing.models.tables import Account, BankAccount, Company, Setting
from tui_billing.models.write import add, add_all
from tui_billing.rules.identifiers import check_bic, check_iban, check_siren, check_siret, check_vat_id
from tui_billing.rules.journal import CHART
from tui_billing.rules.money import exponent
from tui_billing.rules.party import Party
from tui_billing.rules.problem import Problem, Refused
from tui_billing.rules.terms import parse_terms
from tui_billing.rules.text import clean
from tui_billing.services.context import Context, Work, transact

#: Keys of a company file beside those of a party, with their defaults.
DEFAULTS: dict[str, Any] = {
    "currency": "EUR",
    "language": "fr",
    "terms": "30",
    "iban": "",
    "bic": "",
    "bank": "",
    "payment_means": "30",
    "vat_on_debits": False,
    "prices_include_vat": False,
    "late_penalty": "",
    "early_payment": "",
    "due_soon_days": 7,
    "logo": "",
    "invoice_prefix": "F",
    "credit_note_prefix": "A",
}


def found_company(books: Books, context: Context, data: Mapping[str, Any]) -> str:
    """Write the company of a JSON object into empty books; return its name.

    The keys are a party's (name, legal_form, address {...}, siren, siret, vat_id, legal_info,
    electronic_address, ...) and those of `DEFAULTS`; an unknown one is refused by name.
    """
    values = {**DEFAULTS, **{key: data[key] for key in data if key in DEFAULTS}}
    party = Party.from_json({key: value for key, value in data.items() if key not in DEFAULTS})
    if not clean(party.name, 200, "name"):
        raise Problem("the company needs a name", field="name")
    if not party.address.country:
        raise Problem('the company needs a country: "address": {"country": "FR", …}', field="address.country")
    exponent(str(values["currency"]))
    terms = parse_terms(str(values["terms"])).text
    if values["language"] not in ("en", "fr"):
        raise Problem(
            "{language} is not a language here; it is en or fr", field="language", language=values["language"]
        )
    for value, check, name in (
        (party.siren, check_siren, "siren"),
        (party.siret, check_siret, "siret"),
        (party.vat_id, check_vat_id, "vat_id"),
        (values["iban"], check_iban, "iban"),
        (values["bic"], check_bic, "bic"),
    ):
        if value:
            check(str(value), field=name)

    def do(work: Work) -> str:
        if books.value("SELECT count(*) FROM company"):
            raise Refused("these books have a company already; choose another database")
        add(
            Company,
            id=1,
            party=party.to_json(),
            terms=terms,
            **{k: v for k, v in values.items() if k not in ("terms", "invoice_prefix", "credit_note_prefix")},
        )
        add_all(Account, [{"code": code, "name": name, "kind": kind} for code, (name, kind) in CHART.items()])
        for kind in ("invoice", "credit_note"):
            add_all(Setting, [{"key": f"prefix.{kind}", "value": clean(str(values[f"{kind}_prefix"]), 10, "prefix")}])
        if values["iban"]:
            add(
                BankAccount,
                name=values["bank"] or party.name,
                iban=str(values["iban"]).replace(" ", ""),
                bic=values["bic"],
                currency=values["currency"],
            )
        work.audit("found", "company", 1, {"v": 1, "party": party.to_json()}, party.name)
        return party.name

    return transact(books, context, "found", do)
