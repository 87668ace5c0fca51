"""Which column of a bank's CSV means what: drawn once by a clerk, or guessed from the headings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from tui_billing.exchange.bank.source import Source
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import fold

SEPARATORS = (";", ",", "\t", "|")
#: What a column may mean; one column each but for the text, which may come from several.
ROLES = (
    "date",
    "value_date",
    "amount",
    "debit",
    "credit",
    "sign",
    "currency",
    "text",
    "payer",
    "payer_iban",
    "reference",
    "bank_reference",
    "end_to_end",
    "mandate",
    "balance",
    "account",
)
#: Headings, folded and with plain blanks, in English, French, German and Dutch; the first role that knows one has it.
_HEADINGS: dict[str, str] = {
    "value_date": "value date|date valeur|date de valeur|valuta|valutadatum|wertstellung|wert|value|date val|rentedatum"
    "|fecha valor|data valuta|data valor",
    "date": "date|booking date|date operation|date d operation|date de l operation|date comptable|buchungstag"
    "|buchungsdatum|buchung|datum|transaction date|posted date|posting date|post date|date de comptabilisation"
    "|date transaction|boekdatum|transactiedatum|completed date|date completed|operation date|date ecriture"
    "|dateop|date op|jour|date compta|entry date|transaction date utc|date utc"
    "|fecha|fecha operacion|fecha de operacion|data|data contabile|data operazione|data movimento|data mov",
    "sign": "soll haben|s h|af bij|debit credit|dr cr|cr dr|sens|debit/credit|credit debit|soll/haben|d c"
    "|kennzeichen|signe|credit debit indicator|indicator",
    "debit": "debit|soll|paid out|money out|withdrawal|withdrawals|debit amount|belastung|debits|debit euros|out"
    "|montant debit|sortie|depense|af|lastschrift|debit eur|payments"
    "|cargo|cargos|debe|addebiti|addebito|dare|uscite|debito",
    "credit": "credit|haben|paid in|money in|deposit|deposits|credit amount|gutschrift|credits|credit euros|in"
    "|montant credit|entree|recette|bij|credit eur|receipts"
    "|abono|abonos|haber|accrediti|accredito|avere|entrate|credito",
    "amount": "amount|montant|betrag|umsatz|bedrag|montant operation|montant de l operation|transaction amount"
    "|montant en eur|montant en euros|amount eur|betrag eur|value amount|montant eur|net amount|amount in eur"
    "|montant devise|total amount|umsatz in eur|importe|sum"
    "|importo|monto|importe eur|importo eur",
    "currency": "currency|devise|wahrung|waehrung|ccy|munt|valuta code|currency code|code devise|monnaie|account currency"
    "|transaction currency|devise de tenue"
    "|moneda|divisa|moeda",
    "balance": "balance|solde|saldo|kontostand|running balance|saldo nach buchung|balance after transaction"
    "|solde apres operation|balance eur|account balance|saldo na mutatie"
    "|saldo contable|saldo disponible|saldo contabile",
    "mandate": "mandate|mandat|mandatsreferenz|mandate reference|reference mandat|rum|mandate id|machtigingskenmerk",
    "end_to_end": "end to end|end to end id|end to end reference|end to end referenz|endtoendid|e2e|reference de bout en bout",
    "bank_reference": "transaction id|bank reference|id|reference banque|numero d ecriture|reference operation"
    "|numero operation|transaction number|fitid|bankreferenz|volgnr|transactiereferentie|n operation|operation id"
    "|reference de l operation|transaction reference",
    "reference": "reference|ref|referenz|kundenreferenz|customer reference|payment reference|reference client"
    "|numero de piece|betalingskenmerk|your reference|kundenreferenz end to end|check number|cheque number|n cheque"
    "|reference paiement|sammlerreferenz|document"
    "|referencia|riferimento|referencia 1",
    "payer_iban": "counterparty account|counterparty iban|kontonummer iban|compte contrepartie|tegenrekening"
    "|iban contrepartie|iban tegenrekening|account of payer|payer iban|iban du tiers|compte tiers|kontonummer bic"
    "|tegenrekening iban bban|counterparty account number|iban zahlungsbeteiligter|konto iban|beneficiary account"
    "|iban payer|contra account|account number of counterparty|iban emetteur|sender iban|recipient account",
    "payer": "payer|name|counterparty|nom|beneficiary|payee|auftraggeber|empfanger|contrepartie|tiers|nom tiers"
    "|nom de la contrepartie|counterparty name|beguenstigter zahlungspflichtiger|begunstigter zahlungspflichtiger"
    "|auftraggeber empfanger|auftraggeber begunstigter|naam omschrijving|naam tegenpartij|beneficiary name"
    "|empfanger auftraggeber|name zahlungsbeteiligter|zahlungsbeteiligter|emetteur|payer name|donneur d ordre"
    "|merchant|customer|client|zahlungsempfanger|zahlungspflichtige r|emetteur beneficiaire",
    "account": "account|compte|kontonummer|konto|auftragskonto|rekening|account number|own account|numero de compte"
    "|n compte|account iban|iban|iban auftragskonto|compte iban|account id|numero compte|iban bban"
    "|cuenta|conto|numero de cuenta|conta",
    "text": "description|libelle|label|details|memo|narrative|verwendungszweck|buchungstext|motif|communication"
    "|operation|libelle operation|libelle de l operation|remittance information|transaction description|mededelingen"
    "|omschrijving|vorgang|text|transaction|detail|libelle simplifie|libelle complet|informations complementaires"
    "|transaction details|omschrijving 1|omschrijving 2|omschrijving 3|particulars|remarks|note|notes|nature"
    "|nature de l operation|message|type|transaction type|type operation|kategorie|comment|purpose|commentaire"
    "|concepto|descripcion|descrizione|causale|descricao|movimiento|historico",
}
_ROLE_OF = {name: role for role, names in reversed(_HEADINGS.items()) for name in names.split("|")}
_LOOKED_THROUGH = 40


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a bank's CSV is read.

    `heading` is the row that names the columns, counted from 1, 0 where there is none; `columns` gives the places
    (from 0) of each role; `order` is dmy, mdy, ymd or "" (the file shows it), `decimal` a comma, a point or "".
    """

    separator: str = ";"
    heading: int = 1
    columns: Dict[str, tuple[int, ...]] = field(default_factory=dict)
    order: str = ""
    decimal: str = ""
    header: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is stored: plain lists and texts."""
        return {**asdict(self), "columns": {role: list(places) for role, places in self.columns.items()}}

    @classmethod
    def from_json(cls, data: Dict[str, Any]) -> Mapping:
        """From what is stored; Problem where that is no mapping."""
        try:
            columns = {str(role): tuple(int(each) for each in places) for role, places in data["columns"].items()}
            rest = {name: data[name] for name in ("separator", "heading", "order", "decimal", "header") if name in data}
            made = cls(columns=columns, **rest)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Problem("this is no mapping of columns; draw it again") from None
        made.check()
        return made

    def check(self) -> None:
        """Problem where a statement cannot be read by it."""
        if set(self.columns) - set(ROLES) or self.separator not in SEPARATORS:
            raise Problem("this is no mapping of columns; draw it again")
        if "date" not in self.columns:
            raise Problem("say which column is the date", field="date")
        if not {"amount", "debit", "credit"} & set(self.columns):
            raise Problem("say which column is the amount, or which are debit and credit", field="amount")

    def has(self, role: str) -> bool:
        """Whether a column means that."""
        return bool(self.columns.get(role))


def header_key(cells: list[str]) -> str:
    """The headings as they are compared, so that next month's file finds the same mapping."""
    return "|".join(_folded(cell) for cell in cells)


def _folded(cell: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", fold(cell.strip().lstrip("\ufeff"))).split())


def role_of(heading: str) -> str:
    """What a column of that name means, "" where it cannot be told."""
    name = _folded(heading)
    # "Montant (EUR)" and "Amount in EUR" are what they are without the currency.
    bare = re.sub(r"\s*(?:in |en )?(?:eur|euros?|usd|gbp|chf)$", "", name)
    return _ROLE_OF.get(name) or _ROLE_OF.get(bare) or ""


def peek(source: Source, separator: str, count: int = _LOOKED_THROUGH) -> list[list[str]]:
    """The first rows of the file by this separator."""
    text = source.text_head
    if len(source.head) < source.size:
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    reader = csv.reader(io.StringIO(without_directive(text), newline=""), delimiter=separator)
    rows: list[list[str]] = []
    try:
        rows.extend(islice(reader, count))
    except csv.Error:
        pass
    return rows


def without_directive(text: str) -> str:
    """Without Excel's own first line, `sep=;`; the row stays as an empty one, so that counting holds."""
    return re.sub(r"\Asep=.(?=\r?\n)", "", text.lstrip("\ufeff"), flags=re.IGNORECASE)


def guess(source: Source) -> Mapping | None:
    """The mapping that the headings suggest; None where they do not. Problem where a money heading stands twice."""
    best: tuple[int, Mapping, list[str]] | None = None
    for separator in SEPARATORS:
        for number, cells in enumerate(peek(source, separator), 1):
            columns, known = _roles(cells)
            if "date" not in columns or not {"amount", "debit", "credit"} & set(columns):
                continue
            if best is None or known > best[0]:
                found = Mapping(separator, number, columns, header=header_key(cells))
                best = (known, found, cells)
    if best is None:
        return None
    _refuse_doubles(best[2])
    return best[1]


def _roles(cells: list[str]) -> tuple[dict[str, tuple[int, ...]], int]:
    """(role -> columns, how many headings are known)."""
    columns: dict[str, tuple[int, ...]] = {}
    known = 0
    for place, cell in enumerate(cells):
        role = role_of(cell)
        if not role:
            continue
        known += 1
        if role == "text" or role not in columns:
            columns[role] = (*columns.get(role, ()), place)
        elif role == "date" and "value_date" not in columns and _folded(cell) != _folded(cells[columns["date"][0]]):
            columns["value_date"] = (place,)
    if "account" in columns and "payer_iban" not in columns and "payer" in columns:
        # "IBAN" beside a name is the name's.
        name = _folded(cells[columns["account"][0]])
        if name in ("iban", "kontonummer") and columns["account"][0] > columns["payer"][0]:
            columns["payer_iban"] = columns.pop("account")
    return columns, known


def _refuse_doubles(cells: list[str]) -> None:
    names = [_folded(cell) for cell in cells]
    for name, cell in zip(names, cells, strict=True):
        if role_of(cell) in ("amount", "debit", "credit") and names.count(name) > 1:
            raise Problem(
                "the heading {name} stands there twice; say by number which column is meant (:import draws them)",
                name=cell.strip(),
            )
