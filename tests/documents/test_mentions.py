"""The sentences of law: chosen by the facts, worded by the day."""

from __future__ import annotations

from datetime import date

import pytest

from tui_billing.documents.mentions import WORDINGS, MentionFacts, choose_mentions, legal_line, wording
from tui_billing.rules.problem import Problem

DAY = date(2026, 11, 24)


def codes(**facts) -> dict[str, str]:
    chosen = choose_mentions(MentionFacts(**{"issue_date": DAY, "language": "fr", "seller_country": "FR"} | facts))
    assert len({mention.code for mention in chosen}) == len(chosen)
    return {mention.code: mention.text for mention in chosen}


def test_an_ordinary_french_sale():
    said = codes(operation="services", vat_on_debits=True, penalty_rate="12,15")
    assert said == {
        "OPERATION": "Catégorie d'opération : prestation de services.",
        "TXD": "Option pour le paiement de la taxe d'après les débits.",
        "PMD": "Pénalités de retard : 12,15 % par an, exigibles sans rappel dès le lendemain de l'échéance.",
        "PMT": "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €.",
        "AAB": "Pas d'escompte pour paiement anticipé.",
    }


def test_without_an_agreed_rate_the_rate_of_law_is_said():
    assert "10 points" in codes()["PMD"]
    assert "8 percentage points" in codes(seller_country="BE", language="en")["PMD"]


def test_an_early_payment_discount_takes_the_place_of_its_absence():
    text = codes(early_discount=("2", "04/12/2026", "1 764,00 EUR"))["AAB"]
    assert "2 %" in text and "04/12/2026" in text and "1 764,00 EUR" in text


def test_a_consumer_is_not_threatened_with_what_binds_professionals():
    assert not {"PMT", "PMD"} & set(codes(buyer_is_business=False))


@pytest.mark.parametrize(
    ("group", "code", "text"),
    [
        (("AE", "VATEX-EU-AE", ""), "VATEX-EU-AE", "Autoliquidation"),
        (("AE", "", ""), "VATEX-EU-AE", "Autoliquidation"),
        (("K", "VATEX-EU-IC", ""), "VATEX-EU-IC", "262 ter"),
        (("G", "VATEX-EU-G", ""), "VATEX-EU-G", "262"),
        (("O", "VATEX-EU-O", ""), "VATEX-EU-O", "non soumise"),
        (("E", "VATEX-FR-FRANCHISE", ""), "VATEX-FR-FRANCHISE", "293 B"),
        (("E", "VATEX-EU-F", ""), "VATEX-EU-F", "occasion"),
        (("E", "VATEX-EU-132", "Exonéré, art. 261, 4 du CGI."), "VATEX-EU-132", "261, 4"),
        (("E", "", ""), "CATEGORY-E", "Exonération"),
    ],
)
def test_an_exemption_says_why(group, code, text):
    assert text in codes(vat=[group])[code]


def test_a_taxed_group_says_nothing():
    assert set(codes(vat=[("S", "", ""), ("Z", "", "")])) == {"PMD", "PMT", "AAB"}


def test_further_mentions_where_they_apply():
    said = codes(self_billed=True, vat_group_member=True, sole_trader=True)
    assert said["SELF-BILLED"] == "Auto-facturation."
    assert said["VAT-GROUP"] == "Membre d'un assujetti unique."
    assert "EI" in said["SOLE-TRADER"]


def test_wordings_follow_the_law_by_their_day():
    assert wording("OPERATION-goods", date(2026, 8, 31), "fr", "FR") == ""
    assert wording("OPERATION-goods", date(2026, 9, 1), "fr", "FR")
    assert "CGI" in wording("VATEX-EU-IC", date(2027, 12, 31), "fr", "FR")
    assert "directive" in wording("VATEX-EU-IC", date(2028, 1, 1), "fr", "FR")
    assert "Article 138" in wording("VATEX-EU-IC", DAY, "en", "DE")


def test_no_two_wordings_begin_on_the_same_day():
    starts = [(one.code, one.country, one.since) for one in WORDINGS]
    assert len(set(starts)) == len(starts)
    assert all(one.fr and one.en for one in WORDINGS)


def test_an_unknown_category_of_operation_is_refused():
    with pytest.raises(Problem):
        codes(operation="works")


def test_the_legal_line_leaves_out_what_is_not_known():
    line = legal_line("Duval SARL", "RCS Lyon", "732829320", "FR44732829320", "fr")
    assert line == "Duval SARL – RCS Lyon – SIREN 732829320 – TVA FR44732829320"
    assert legal_line("Duval", "", "", "", "en") == "Duval"
