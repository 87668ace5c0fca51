"""Rules by their keys: written, tried, moved, used by the queue, and taken out."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.builders import TODAY
from tests.screens.test_payments import shown
from tests.services.test_matching import bank_line
from tui_billing.models.door import open_books
from tui_billing.services.bank_rules import list_rules
from tui_billing.services.verify import verify

SQLITE = pytest.mark.parametrize("firm_url", ["sqlite"], indirect=True)


@SQLITE
async def test_a_rule_from_the_form_to_the_line_that_it_clears(workstation, firm_url):
    books = open_books(firm_url)
    last_month = TODAY.replace(day=1) - dt.timedelta(days=3)
    bank_line(books, -12_50, "FRAIS DE TENUE", date=last_month)
    bank_line(books, -900_00, "PAIE 11")
    books.shut()
    async with workstation(size=(120, 40)) as hand:
        await hand.settle()
        await hand.keys("3")
        await hand.settle()
        await hand.keys("l")
        await shown(hand, "#rules", "no rule yet")
        for name, condition, action, target in (
            ("wages", "text starts paie", "i", "wages"),
            ("fees", "text contans frais", "acc", "627000"),
        ):
            await hand.keys("n")
            await hand.settle()
            await hand.type(name, condition, "", "", "", "", action, target)
            await hand.settle()
            if name == "fees":
                assert "choose one of contains" in hand.said
                await hand.keys("ctrl+u")
                await hand.type("text contains frais")
                await hand.keys("ctrl+s")
                await hand.settle()
            await hand.keys("enter")
            await hand.settle()
            assert f"rule {name} is kept" in hand.said
        await shown(hand, "#rules", "text contains frais")
        await hand.keys("end", "minus")
        await hand.settle()
        assert hand.row("#rules").index("fees") < hand.row("#rules").index("wages")
        await hand.keys("t")
        await shown(hand, "#trial", "to account 627000")
        assert "1 of 1 lines fit a rule" in hand.row("#foot")
        await hand.keys("escape")
        await hand.settle()
        await hand.keys("escape")
        await shown(hand, "#proposal", "rule fees")
        await hand.keys("enter")
        await hand.settle()
        assert "to account 627000" in hand.said
        await hand.keys("u")
        await hand.settle()
        assert "taken back" in hand.said
        await hand.keys("enter")
        await hand.settle()
        await hand.keys("l")
        await shown(hand, "#rules", "627000")
        await hand.keys("home", "delete")
        await hand.settle()
        assert "remove the rule fees" in hand.said
        await hand.keys("enter")
        await hand.settle()
        assert "rule fees is removed" in hand.said
    books = open_books(firm_url)
    assert [rule.name for rule in list_rules(books)] == ["wages"] and verify(books) == []
    assert books.value("SELECT open FROM bank_line WHERE text = 'FRAIS DE TENUE'") == 0
    books.shut()


@SQLITE
async def test_conditions_are_typed_in_french(workstation, firm_url):
    async with workstation(language="fr") as hand:
        await hand.settle()
        await hand.keys("3", "l")
        await hand.settle()
        await hand.keys("n")
        await hand.settle()
        await hand.type(
            "frais", "texte contient FRAIS", "sens est sortie", "montant sous 12,50", "", "", "comp", "627000"
        )
        await hand.settle()
        await hand.keys("enter")
        await hand.settle()
        await shown(hand, "#rules", "texte contient FRAIS")
    books = open_books(firm_url)
    (rule,) = list_rules(books)
    assert list(map(str, rule.conditions)) == ["text contains FRAIS", "direction is out", "amount below 12.50"]
    books.shut()


@SQLITE
async def test_a_draft_is_tried_before_it_is_kept_and_a_rule_for_both_directions_is_pointed_out(workstation, firm_url):
    books = open_books(firm_url)
    last_month = TODAY.replace(day=1) - dt.timedelta(days=3)
    bank_line(books, -12_50, "FRAIS DE TENUE", date=last_month)
    books.shut()
    async with workstation() as hand:
        await hand.keys("3", "l", "n")
        await hand.type("fees", "text contains frais", "", "", "", "", "ign")
        await hand.keys("ctrl+l")
        assert "say why such lines are set aside" in hand.said
        await hand.keys(*"the bookkeeper", "ctrl+l")
        await shown(hand, "#trial", "12.50")
        assert "fees" in hand.app.screen.title_words() and "1 of 1 lines fit a rule" in hand.row("#foot")
        await hand.keys("escape")
        assert hand.app.screen.field("target").value == "the bookkeeper"
        await hand.keys("ctrl+s")
        assert hand.said.startswith("! fees sets money that came aside, too")
        await hand.keys("enter")
        assert hand.said == "rule fees is kept"
