"""What has to be said on an invoice: sentences of law as dated data, chosen by the facts of the document.

Sources: CGI ann. II art. 242 nonies A (content), code de commerce L441-9, L441-10 and D441-5 (penalties, 40
€, early payment), decree 2022-1299 (category of operation, VAT on debits), directive 2006/112/EC art. 226
and 226b. French VAT law moved from the CGI to the CIBS on 1 September 2026; quoting the CGI is tolerated
until 31 December 2027, so from 2028 on the sentences quote the directive, which art. 226 (11) allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tui_billing.documents.printable import Mention
from tui_billing.rules.problem import Problem

_ALWAYS = date(1990, 1, 1)
_CATEGORY = date(2026, 9, 1)
_DIRECTIVE = date(2028, 1, 1)

GOODS, SERVICES, MIXED = "goods", "services", "mixed"


@dataclass(frozen=True, slots=True)
class Wording:
    """One sentence in both languages, in force from `since` until a later one of its code and country.

    `country` is the seller's (ISO 3166-1 alpha-2), "" for every country that has no wording of its own.
    """

    code: str
    since: date
    fr: str
    en: str
    country: str = "FR"


# Codes: PMT, PMD, AAB and TXD are UNTDID 4451 text subjects; VATEX-... are the exemption codes of EN 16931;
# the others are ours. M04-M08 of the French list are all here, M01-M03 are fields of the document.
WORDINGS: tuple[Wording, ...] = (
    Wording(
        "PMT",
        date(2013, 1, 1),
        "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €.",
        "Fixed recovery fee due in case of late payment: EUR 40.",
    ),
    Wording(
        "PMT",
        date(2013, 3, 16),
        "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €.",
        "Fixed recovery fee due in case of late payment: EUR 40 (Directive 2011/7/EU).",
        country="",
    ),
    Wording(
        "PMD",
        date(2009, 1, 1),
        "Pénalités de retard : {rate} % par an, exigibles sans rappel dès le lendemain de l'échéance.",
        "Late payment penalty: {rate} % per year, due without reminder from the day after the due date.",
    ),
    Wording(
        "PMD",
        _ALWAYS,
        "Pénalités de retard : {rate} % par an, exigibles sans rappel dès le lendemain de l'échéance.",
        "Late payment interest: {rate} % per year, due without reminder from the day after the due date.",
        country="",
    ),
    Wording(
        "PMD-DEFAULT",
        date(2009, 1, 1),
        "Pénalités de retard : taux de refinancement de la Banque centrale européenne majoré de 10 points,"
        " exigibles sans rappel dès le lendemain de l'échéance.",
        "Late payment penalty: refinancing rate of the European Central Bank plus 10 percentage points,"
        " due without reminder from the day after the due date.",
    ),
    Wording(
        "PMD-DEFAULT",
        date(2013, 3, 16),
        "Intérêts de retard : taux de refinancement de la Banque centrale européenne majoré de 8 points,"
        " exigibles sans rappel dès le lendemain de l'échéance.",
        "Late payment interest: refinancing rate of the European Central Bank plus 8 percentage points,"
        " due without reminder from the day after the due date.",
        country="",
    ),
    Wording("AAB", _ALWAYS, "Pas d'escompte pour paiement anticipé.", "No discount for early payment.", country=""),
    Wording(
        "AAB-DISCOUNT",
        _ALWAYS,
        "Escompte de {percent} % pour paiement au plus tard le {last_day}, soit {amount} à payer ;"
        " la TVA déductible est à réduire d'autant.",
        "{percent} % discount for payment no later than {last_day}, that is {amount} to pay;"
        " input VAT has to be reduced accordingly.",
        country="",
    ),
    Wording(
        "TXD",
        _ALWAYS,
        "Option pour le paiement de la taxe d'après les débits.",
        "VAT paid on debits (option pour le paiement de la taxe d'après les débits).",
    ),
    Wording(
        "OPERATION-goods",
        _CATEGORY,
        "Catégorie d'opération : livraison de biens.",
        "Category of operation: goods.",
    ),
    Wording(
        "OPERATION-services",
        _CATEGORY,
        "Catégorie d'opération : prestation de services.",
        "Category of operation: services.",
    ),
    Wording(
        "OPERATION-mixed",
        _CATEGORY,
        "Catégorie d'opération : livraison de biens et prestation de services.",
        "Category of operation: goods and services.",
    ),
    Wording("SELF-BILLED", _ALWAYS, "Auto-facturation.", "Self-billing.", country=""),
    Wording("VAT-GROUP", date(2023, 1, 1), "Membre d'un assujetti unique.", "Member of a VAT group."),
    Wording("SOLE-TRADER", date(2022, 5, 15), "Entrepreneur individuel (EI).", "Sole trader (EI)."),
    # exemptions, by VATEX code; where a document has none, by VAT category
    Wording("VATEX-EU-AE", _ALWAYS, "Autoliquidation.", "Reverse charge (autoliquidation).", country="FR"),
    Wording(
        "VATEX-EU-AE",
        _ALWAYS,
        "Autoliquidation, article 196 de la directive 2006/112/CE.",
        "Reverse charge, Article 196 of Directive 2006/112/EC.",
        country="",
    ),
    Wording(
        "VATEX-FR-AE",
        _ALWAYS,
        "Autoliquidation, art. 283 du CGI.",
        "Reverse charge (autoliquidation, art. 283 CGI).",
    ),
    Wording("VATEX-FR-AE", _DIRECTIVE, "Autoliquidation.", "Reverse charge (autoliquidation)."),
    Wording(
        "VATEX-EU-IC",
        _ALWAYS,
        "Exonération de TVA, art. 262 ter, I du CGI.",
        "Intra-Community supply, exempt from VAT, art. 262 ter, I CGI.",
    ),
    Wording(
        "VATEX-EU-IC",
        _DIRECTIVE,
        "Livraison intracommunautaire exonérée de TVA, article 138 de la directive 2006/112/CE.",
        "Intra-Community supply, exempt from VAT, Article 138 of Directive 2006/112/EC.",
    ),
    Wording(
        "VATEX-EU-IC",
        _ALWAYS,
        "Livraison intracommunautaire exonérée de TVA, article 138 de la directive 2006/112/CE.",
        "Intra-Community supply, exempt from VAT, Article 138 of Directive 2006/112/EC.",
        country="",
    ),
    Wording(
        "VATEX-EU-G",
        _ALWAYS,
        "Exportation, exonération de TVA, art. 262, I du CGI.",
        "Export, exempt from VAT, art. 262, I CGI.",
    ),
    Wording(
        "VATEX-EU-G",
        _DIRECTIVE,
        "Exportation exonérée de TVA, article 146 de la directive 2006/112/CE.",
        "Export, exempt from VAT, Article 146 of Directive 2006/112/EC.",
    ),
    Wording(
        "VATEX-EU-G",
        _ALWAYS,
        "Exportation exonérée de TVA, article 146 de la directive 2006/112/CE.",
        "Export, exempt from VAT, Article 146 of Directive 2006/112/EC.",
        country="",
    ),
    Wording("VATEX-EU-O", _ALWAYS, "Opération non soumise à la TVA.", "Not subject to VAT.", country=""),
    Wording(
        "VATEX-FR-FRANCHISE",
        _ALWAYS,
        "TVA non applicable, art. 293 B du CGI.",
        "VAT not applicable, art. 293 B CGI.",
    ),
    Wording(
        "VATEX-FR-FRANCHISE",
        _DIRECTIVE,
        "TVA non applicable, franchise, article 284 de la directive 2006/112/CE.",
        "VAT not applicable, small enterprise, Article 284 of Directive 2006/112/EC.",
    ),
    Wording(
        "VATEX-EU-D",
        _ALWAYS,
        "Régime particulier – Agences de voyages.",
        "Margin scheme – Travel agents.",
        country="",
    ),
    Wording(
        "VATEX-EU-F",
        _ALWAYS,
        "Régime particulier – Biens d'occasion.",
        "Margin scheme – Second-hand goods.",
        country="",
    ),
    Wording(
        "VATEX-EU-I",
        _ALWAYS,
        "Régime particulier – Objets d'art.",
        "Margin scheme – Works of art.",
        country="",
    ),
    Wording(
        "VATEX-EU-J",
        _ALWAYS,
        "Régime particulier – Objets de collection et d'antiquité.",
        "Margin scheme – Collector's items and antiques.",
        country="",
    ),
    Wording("CATEGORY-E", _ALWAYS, "Exonération de TVA.", "Exempt from VAT.", country=""),
)

_BY_CATEGORY = {
    "AE": "VATEX-EU-AE",
    "K": "VATEX-EU-IC",
    "G": "VATEX-EU-G",
    "O": "VATEX-EU-O",
    "E": "CATEGORY-E",
}


@dataclass(frozen=True, slots=True)
class MentionFacts:
    """What the choice of mentions depends on.

    `vat` holds (category, exemption code, exemption text of the seller's own) of each VAT group; `operation`
    is "goods", "services", "mixed" or "" where the seller does not say; `penalty_rate` is percent a year, as
    printed ("12.15" / "12,15"), "" for the rate of law; `early_discount` is (percent, last day, amount to
    pay), each as printed, or None.
    """

    issue_date: date
    language: str
    seller_country: str
    buyer_is_business: bool = True
    vat: Sequence[tuple[str, str, str]] = ()
    operation: str = ""
    vat_on_debits: bool = False
    penalty_rate: str = ""
    early_discount: tuple[str, str, str] | None = None
    self_billed: bool = False
    vat_group_member: bool = False
    sole_trader: bool = False


def wording(code: str, on: date, language: str, country: str, **values: str) -> str:
    """The sentence in force on a day in the seller's country, "" for none; other languages get English."""
    found: Wording | None = None
    for one in WORDINGS:
        fits = one.code == code and one.since <= on and one.country in ("", country)
        if fits and (found is None or (bool(one.country), one.since) >= (bool(found.country), found.since)):
            found = one
    if found is None:
        return ""
    text = found.fr if language == "fr" else found.en
    return text.format(**values) if values else text


def exemption_text(category: str, code: str, on: date, language: str, country: str) -> str:
    """Why a VAT group bears no tax (BT-120): by VATEX code, else by category; "" for S, Z, L and M."""
    return wording(code, on, language, country) or wording(_BY_CATEGORY.get(category, ""), on, language, country)


def choose_mentions(facts: MentionFacts) -> tuple[Mention, ...]:
    """The mentions of a document, each code once, in the order they are printed.

    Credit notes carry them too: the French e-invoicing rules want PMT, PMD and AAB exactly once on each
    document. A consumer sees neither the recovery fee nor the penalty: both are between professionals
    (L441-10, D441-5).
    """
    if facts.operation not in ("", GOODS, SERVICES, MIXED):
        raise Problem(
            "{operation} is no category of operation; it is goods, services or mixed",
            operation=facts.operation,
        )
    chosen: dict[str, str] = {}

    def add(code: str, as_code: str = "", **values: str) -> None:
        text = wording(code, facts.issue_date, facts.language, facts.seller_country, **values)
        if text:
            chosen[as_code or code] = text

    for category, code, own in facts.vat:
        text = own or exemption_text(category, code, facts.issue_date, facts.language, facts.seller_country)
        if text and text not in chosen.values():
            chosen[code or _BY_CATEGORY.get(category, f"CATEGORY-{category}")] = text
    if facts.operation:
        add(f"OPERATION-{facts.operation}", as_code="OPERATION")
    for wanted, code in (
        (facts.vat_on_debits, "TXD"),
        (facts.self_billed, "SELF-BILLED"),
        (facts.vat_group_member, "VAT-GROUP"),
        (facts.sole_trader, "SOLE-TRADER"),
    ):
        if wanted:
            add(code)
    if facts.buyer_is_business:
        if facts.penalty_rate:
            add("PMD", rate=facts.penalty_rate)
        else:
            add("PMD-DEFAULT", as_code="PMD")
        add("PMT")
    if facts.early_discount:
        percent, last_day, amount = facts.early_discount
        add("AAB-DISCOUNT", as_code="AAB", percent=percent, last_day=last_day, amount=amount)
    else:
        add("AAB")
    return tuple(Mention(code, text) for code, text in chosen.items())


def legal_line(name: str, legal_info: str, siren: str, vat_id: str, language: str) -> str:
    """The footer: name with form, capital and RCS town as the legal information says, SIREN, VAT number."""
    vat = f"TVA {vat_id}" if language == "fr" else f"VAT {vat_id}"
    parts = [name, legal_info, f"SIREN {siren}" if siren else "", vat if vat_id else ""]
    return " – ".join(part for part in parts if part)
