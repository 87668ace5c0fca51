"""What the headings of banks' tables mean, word for word, and by their beginnings where a bank has its own."""

from __future__ import annotations

import re

from tui_billing.rules.text import fold

#: Headings, folded and with plain blanks, in English, French, German and Dutch; the first role that knows one has it.
_HEADINGS: dict[str, str] = {
    "value_date": "value date|date valeur|date de valeur|valuta|valutadatum|wertstellung|wert|value|date val|rentedatum"
    "|fecha valor|data valuta|data valor",
    "date": "date|booking date|date operation|date d operation|date de l operation|date comptable|buchungstag"
    "|buchungsdatum|buchung|datum|transaction date|posted date|posting date|post date|date de comptabilisation"
    "|date transaction|boekdatum|transactiedatum|completed date|date completed|operation date|date ecriture"
    "|dateop|date op|jour|date compta|entry date|transaction date utc|date utc"
    "|fecha|fecha operacion|fecha de operacion|data|data contabile|data operazione|data movimento|data mov",
    "status": "status|statut|state|etat|info|transaktionsstatus|transaction status",
    "fee": "fee|fees|total fees",
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
#: Beside a heading: which currency or which clock.
_BESIDE = re.compile(r"\s*(?:(?:in |en )?(?:eur|euros?|usd|gbp|chf|pln|sek)|utc|cet|local)$")
#: What is of another currency, without the tax, or only about the entry.
_ASIDE = re.compile(
    r"\b(?:orig\w*|local|foreign|ht|excl\w*|fremde\w*|ursprung\w*|auslagenersatz|oorspr\w*|exchange|rate|kurs|koers"
    r"|taux|limit|available|disponible|verfugbar\w*|category|categorie|kategorie|bic|swift|sort|card|carte|karte"
    r"|account name|account label|fees?|frais|gebuhr\w*|charges?|currency amount|amount currency|tax|vat amount)\b"
)
_OTHER = (
    r"\b(?:counterpart\w*|counter party|partner|payee|payer|beneficiar\w*|contrepartie|tiers|tegen\w*|zahlungs\w*"
    r"|recipient|sender|emetteur)\b"
)
_BEGINNINGS = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        ("value_date", r"(?:value date|date (?:de )?(?:la )?valeur|valuta|wertstellung|data valuta|fecha valor)"),
        (
            "date",
            r"(?:booking|posting|posted|post|operation|transaction|completed|entry|accounting|settlement) date\b"
            r"|date (?:completed|posted|booked|(?:de )?(?:l )?(?:operation|ecriture|transaction)|(?:de )?comptab)"
            r"|buchungs(?:tag|datum)|boekdatum|transactiedatum|fecha\b|data\b",
        ),
        ("balance", r"(?:running |account )?(?:balance|solde|saldo|kontostand)\b"),
        ("payer_iban", rf"(?=.*\b(?:iban|account|compte|konto\w*|rekening\w*)\b)(?=.*{_OTHER})"),
        ("payer", rf"(?:name |nom (?:de |du )?(?:la |l )?|naam )?(?:{_OTHER}|(?:begunstigt|auftraggeb|empfang)\w*)"),
        ("debit", r"(?:debit|paid out|money out|belastung|lastschrift|af)\b"),
        ("credit", r"(?:credit|paid in|money in|gutschrift|bij)\b"),
        (
            "amount",
            r"(?:total |net |payment )?(?:amount|montant|betrag|bedrag|importe|importo|umsatz|net|netto|gross)\b",
        ),
        ("currency", r"(?:currency|devise|wahrung|waehrung|munt|monnaie|monn)\b"),
        (
            "bank_reference",
            r"(?:transaction|transaktions?|operation|mouvement)s? (?:id|nr|no|number|nummer|ref\w*)\b"
            r"|(?:identifiant|numero) de (?:la )?transaction\b",
        ),
        ("reference", r"(?:payment )?(?:reference|referenz|referentie|invoice n\w*|gestructureerde|structured)\b"),
        (
            "account",
            r"(?:account (?:number|num|no|nr)|bank account|compte|kontonummer|rekeningnummer|numero (?:de )?compte)\b",
        ),
        (
            "text",
            r"(?:\w+ )?(?:description|libelle|label|details?|memo|verwendungszweck|beschreibung|buchungstext|omschrijving"
            r"|mededeling|communication|narrative|motif|avisierungstext|bewegungstyp|umsatzart|subcategory|notes?)",
        ),
    )
)


def header_key(cells: list[str]) -> str:
    """The headings as they are compared, so that next month's file finds the same mapping."""
    return "|".join(plain(cell) for cell in cells)


def plain(heading: str) -> str:
    """A heading without its accents, capitals and signs."""
    return " ".join(re.sub(r"[^\w]+", " ", fold(heading.strip().lstrip("\ufeff"))).split())


def role_of(heading: str) -> str:
    """What a column of that name means, "" where it cannot be told."""
    # "RunningBalance" is two words; as it is compared with next month's it stays one.
    name = plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading))
    # "Montant (EUR)" and "Amount in EUR" are what they are without the currency.
    bare = _BESIDE.sub("", name)
    if found := _ROLE_OF.get(name) or _ROLE_OF.get(bare) or _ROLE_OF.get(plain(heading)):
        return found
    if _ASIDE.search(bare):
        return ""
    return next((role for role, pattern in _BEGINNINGS if pattern.match(bare)), "")
