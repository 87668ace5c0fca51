"""What generated books are made of: customers, and baskets whose totals the project's own rules have worked out."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from benchmarks.bulk import Bulk
from tui_billing.cli.sample_data import BUSINESS_DATE, COMPANY, ITEMS, Thing
from tui_billing.documents.mentions import MentionFacts, choose_mentions
from tui_billing.models.fields import PERCENT, PRICE, QUANTITY, scaled
from tui_billing.rules.identifiers import check_siren, vat_id_of_siren
from tui_billing.rules.journal import Entry, issue_entries, proportion
from tui_billing.rules.money import convert
from tui_billing.rules.party import Address, Party
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold
from tui_billing.rules.totals import LineInput, Totals, Vat, compute
from tui_billing.services.issue import base_amounts

DAYS = 3 * 365
FIRST_DAY = (BUSINESS_DATE - dt.timedelta(days=DAYS)).isoformat()
DOLLAR = Decimal("0.86320000")
#: How a customer is billed: (currency, VAT category, exemption, language).
CASES = {
    "home": ("EUR", "S", "", "fr"),
    "union": ("EUR", "K", "VATEX-EU-IC", "en"),
    "export": ("USD", "G", "VATEX-EU-G", "en"),
}
_FIRST: tuple[str, ...] = (
    "Nord",
    "Sud",
    "Rive",
    "Mont",
    "Val",
    "Clair",
    "Haut",
    "Grand",
    "Petit",
    "Saint",
    "Neuf",
    "Vieux",
    "Bois",
)
_FIRST += ("Fer", "Lac", "Pré", "Côte", "Île", "Cœur", "Été")
_SECOND = ("Atelier", "Négoce", "Maison", "Studio", "Conseil", "Bâtiment", "Éditions", "Mobilier", "Jardin", "Métal")
_TOWNS = (("69003", "Lyon"), ("75011", "Paris"), ("13002", "Marseille"), ("38000", "Grenoble"), ("44000", "Nantes"))


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer with what of it is copied onto a document."""

    id: int
    code: str
    name: str
    case: str
    terms: str
    party: str


@dataclass(frozen=True, slots=True)
class Basket:
    """Lines with their totals, in both currencies, and what is posted for them."""

    currency: str
    nature: str
    mentions: str
    lines: tuple[tuple, ...]
    groups: tuple[tuple, ...]
    totals: Totals
    net_base: int
    tax_base: int
    payable_base: int
    half: int
    half_base: int
    entries: list[Entry]

    @property
    def payable(self) -> int:
        return self.totals.payable

    def in_base(self, amount: int) -> int:
        """What a payment of `amount` is worth in the books' currency."""
        return amount if self.currency == "EUR" else convert(amount, self.currency, "EUR", DOLLAR)


def make_baskets(rng: Random, case: str, count: int) -> list[Basket]:
    """`count` baskets of one to four lines, goods or services."""
    return [make_basket(rng, case, nature) for nature in rng.choices(("goods", "services"), k=count)]


def make_basket(rng: Random, case: str, nature: str) -> Basket:
    """Lines from the catalogue, and their totals as the rules have it."""
    currency, category, exemption, language = CASES[case]
    ids = {thing.code: key for key, thing in enumerate(ITEMS, 1)}
    things = rng.sample([thing for thing in ITEMS if thing.nature == nature], rng.choice((1, 1, 2, 2, 3, 4)))
    inputs, rows = [], []
    for position, thing in enumerate(things, 1):
        vat = Vat("S", Decimal(thing.rate)) if category == "S" else Vat(category, Decimal(0), exemption)
        quantity = Decimal(rng.randrange(thing.least, thing.most + 1, thing.step)) / 4
        price = Decimal(thing.price) if currency == "EUR" else round(Decimal(thing.price) / DOLLAR, 2)
        inputs.append(LineInput(quantity, price, vat))
        rows.append((position, ids[thing.code], thing, quantity, price, vat))
    totals = compute(inputs, currency=currency)
    base = base_amounts(totals, currency, "EUR", DOLLAR)
    half = totals.payable // 2
    mentions = choose_mentions(
        MentionFacts(
            issue_date=BUSINESS_DATE,
            language=language,
            seller_country="FR",
            vat=[(g.vat.category, g.vat.exemption_code, g.vat.exemption_text) for g in totals.vat],
            operation=nature,
            vat_on_debits=False,
            penalty_rate=str(COMPANY["late_penalty"]),
        )
    )
    return Basket(
        currency=currency,
        nature=nature,
        mentions=to_json_text([{"code": mention.code, "text": mention.text} for mention in mentions]),
        lines=tuple(_line(row, result.net, language) for row, result in zip(rows, totals.lines, strict=True)),
        groups=tuple(
            (g.vat.category, scaled(g.vat.rate, PERCENT), g.vat.exemption_code, "", g.taxable, g.tax, *in_base)
            for g, in_base in zip(totals.vat, base.groups, strict=True)
        ),
        totals=totals,
        net_base=base.net,
        tax_base=base.tax,
        payable_base=base.payable,
        half=half,
        half_base=proportion(half, totals.payable, base.payable),
        entries=issue_entries(
            payable=(totals.payable, base.payable),
            sales=[(nature, totals.net, base.net)],
            tax=(totals.tax, base.tax),
        ),
    )


def _line(row: tuple[int, int, Thing, Decimal, Decimal, Vat], net: int, language: str) -> tuple:
    position, item, thing, quantity, price, vat = row
    return (
        position,
        item,
        thing.code,
        thing.french if language == "fr" else thing.english,
        scaled(quantity, QUANTITY),
        thing.unit,
        scaled(price, PRICE),
        net,
        vat.category,
        scaled(vat.rate, PERCENT),
        vat.exemption_code,
        thing.nature,
    )


def to_json_text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def write_customers(bulk: Bulk, rng: Random, count: int) -> list[Buyer]:
    """Customers with their billing addresses; the first is ACME."""
    customers = bulk.table(
        "customer",
        "id, code, name, search, legal_form, siren, vat_id, country, email, language, currency, terms,"
        " vat_category, exemption_code",
    )
    addresses = bulk.table("address", "customer_id, kind, line1, postcode, city, country")
    buyers = []
    for key in range(1, count + 1):
        case = "home" if key % 10 or key == 1 else "union" if key % 20 else "export"
        currency, category, exemption, language = CASES[case]
        code = "ACME" if key == 1 else f"C{key:05d}"
        name = "ACME Industries SAS" if key == 1 else f"{rng.choice(_FIRST)} {rng.choice(_SECOND)} {key}"
        terms = "30eom" if key == 1 else rng.choice(("30", "30", "45eom", "60", "30eom"))
        siren = _siren(key) if case == "home" else ""
        vat_id = {"home": vat_id_of_siren(siren) if siren else "", "union": _belgian(key), "export": ""}[case]
        country = {"home": "FR", "union": "BE", "export": "US"}[case]
        postcode, city = (
            rng.choice(_TOWNS)
            if case == "home"
            else ("1000", "Bruxelles")
            if case == "union"
            else ("10001", "New York")
        )
        street = f"{rng.randint(1, 180)} rue du {rng.choice(_FIRST)}"
        search = fold(f"{code} {name} {city} {vat_id} {siren}")
        form = "SAS" if case == "home" else "Ltd"
        email = f"{code.lower()}@customer.example"
        reason = ("", "") if category == "S" else (category, exemption)
        customers.append(
            (key, code, name, search, form, siren, vat_id, country, email, language, currency, terms, *reason)
        )
        addresses.append((key, "billing", street, postcode, city, country))
        party = Party(
            name=name,
            legal_form=form,
            address=Address(line1=street, postcode=postcode, city=city, country=country),
            siren=siren,
            vat_id=vat_id,
            email=email,
        )
        buyers.append(Buyer(key, code, name, case, terms, to_json_text(party.to_json())))
    return buyers


def _belgian(key: int) -> str:
    stem = 4_000_000 + key
    return f"BE0{stem}{97 - stem % 97:02d}"


def _siren(key: int) -> str:
    for check in range(10):
        try:
            return check_siren(f"{40_000_000 + key * 37}{check}")
        except Problem:
            continue
    raise AssertionError("one of ten check digits is right")
