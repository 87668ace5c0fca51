from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules.countries import COUNTRIES, EU, country_name
from tui_billing.rules.party import Address, Party, address_lines
from tui_billing.rules.problem import Problem

texts = st.text(max_size=12)
addresses = st.builds(Address, *[texts] * 7)
parties = st.builds(
    Party,
    name=texts,
    legal_form=texts,
    address=addresses,
    siren=texts,
    vat_id=texts,
    email=texts,
    identifiers=st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
)


@given(parties)
def test_a_party_comes_back_from_its_dict(party: Party) -> None:
    assert Party.from_json(party.to_json()) == party


def test_the_dict_has_every_key() -> None:
    data = Party("Duval").to_json()
    assert set(data) == {field.name for field in fields(Party)}
    assert set(data["address"]) == {"line1", "line2", "line3", "postcode", "city", "region", "country"}


def test_missing_keys_are_empty_and_unknown_ones_named() -> None:
    assert Party.from_json({"name": "A", "address": None}) == Party("A")
    with pytest.raises(Problem) as caught:
        Party.from_json({"name": "A", "sirene": "1"})
    assert "sirene" in str(caught.value)
    with pytest.raises(Problem):
        Address.from_json({"zip": "1"})
    with pytest.raises(Problem):
        Party.from_json({"name": "A", "identifiers": [["0088"]]})


def test_full_name_says_the_legal_form_once() -> None:
    assert Party("ACME Industries", "SAS").full_name == "ACME Industries SAS"
    assert Party("ACME Industries SAS", "sas").full_name == "ACME Industries SAS"
    assert Party("ACME").full_name == "ACME"


@pytest.mark.parametrize(
    ("address", "home", "lines"),
    [
        (
            Address("12 rue Neuve", postcode="69002", city="Lyon", country="FR"),
            "FR",
            ["12 rue Neuve", "69002 Lyon"],
        ),
        (Address("12 rue Neuve", postcode="69002", city="Lyon", country="FR"), "DE", None),
        (
            Address("1 High St", city="Leeds", postcode="LS1 4AP", country="GB"),
            "",
            ["1 High St", "Leeds", "LS1 4AP", "ROYAUME-UNI"],
        ),
        (
            Address("9 Main St", city="Austin", region="TX", postcode="73301", country="US"),
            "",
            ["9 Main St", "Austin TX 73301", "ÉTATS-UNIS"],
        ),
        (Address("Via 3", city="Roma", region="RM", postcode="00184", country="IT"), "IT", None),
        (Address(), "", []),
    ],
)
def test_address_lines(address: Address, home: str, lines: list[str] | None) -> None:
    got = address_lines(address, "fr", home)
    if lines is not None:
        assert got == lines
    elif address.country == "IT":
        assert got == ["Via 3", "00184 Roma RM"]
    else:
        assert got[-1] == "FRANCE"


@given(addresses)
def test_no_empty_line(address: Address) -> None:
    assert all(address_lines(address, "en"))
    assert bool(address) == bool("".join(address.to_json().values()))


def test_countries() -> None:
    assert len(EU) == 27 and set(COUNTRIES) >= EU
    assert country_name("de", "fr") == "Allemagne"
    assert country_name("DE", "en") == "Germany"
    assert country_name("Q9", "en") == "Q9"
