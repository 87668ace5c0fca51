"""An issued document as plain words by name: what a Word template, a workbook or a house's own program fills in.

Everything is said in the customer's language, as on the page; nothing here is computed.
"""

from __future__ import annotations

from typing import Any

from tui_billing.documents.composition import filled_places
from tui_billing.documents.invoice_lines import HEADS, line_rows
from tui_billing.documents.invoice_words import facts_of, payment_dates, payment_facts, sums_of
from tui_billing.documents.printable import PrintableInvoice
from tui_billing.documents.words import Words
from tui_billing.rules.party import Party, address_lines
from tui_billing.rules.places import fill


def content_of(invoice: PrintableInvoice) -> dict[str, Any]:
    """The names of `docs/command-line.md`, `invoice render`: texts, and lists of dicts of texts."""
    words = Words(invoice)
    _, template = words.say, invoice.template
    texts, places = template.text(words.language), filled_places(invoice, words)
    home = invoice.seller.address.country
    names = tuple(column.name for column in template.columns)
    rows = line_rows(invoice, words, frozenset({*names, "item", "period", "discount", "previous"}))

    def party(one: Party) -> list[str]:
        numbers = [f"SIREN {one.siren}" if one.siren else "", one.vat_id]
        return [one.full_name, *address_lines(one.address, words.language, home), *filter(None, numbers)]

    return {
        "title": words.title(invoice.kind),
        "number": invoice.number,
        "currency": invoice.currency,
        "seller": party(invoice.seller),
        "buyer": party(invoice.buyer),
        "colon": _("{label}: {value}", label="", value=""),
        "facts": [{"label": label, "value": words.tidy(value)} for label, value, _span in facts_of(invoice, words)],
        "intro": words.tidy(fill(texts.intro, places)),
        "heads": {name: template.head(words.language, name) or _(label) for name, label in HEADS.items()},
        "columns": list(names),
        "lines": [
            {**dict.fromkeys(HEADS, ""), **row.cells, "text": "\n".join(text for text, _style in row.texts)}
            for row in rows
        ],
        "vat_heads": {"group": _("VAT"), "taxable": _("Taxable amount"), "tax": _("VAT amount")},
        "vat": [
            {
                "group": words.vat_group(one.category, one.rate),
                "taxable": words.amount(one.taxable),
                "tax": words.amount(one.tax),
                "reason": words.tidy(one.exemption_text) or one.exemption_code,
            }
            for one in invoice.vat
        ],
        "sums": [{"label": one.label, "amount": one.amount} for one in sums_of(invoice, words)],
        "payment": [{"label": label, "value": value} for label, value in payment_facts(invoice, words)],
        "to_pay_by": _("To pay by"),
        "dates": [{"day": day, "amount": amount} for day, amount in payment_dates(invoice, words)],
        "terms": _("Terms of payment: {terms}", terms=words.tidy(invoice.terms)) if invoice.terms else "",
        "note": words.tidy(invoice.note),
        "closing": words.tidy(fill(texts.closing, places)),
        "mentions": [words.tidy(one.text) for one in invoice.mentions],
        "footer": "\n".join(filter(None, (words.tidy(invoice.footer), words.tidy(fill(texts.footer, places))))),
    }
