from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_billing.rules import identifiers as ids
from tui_billing.rules.problem import Problem


def luhn_completed(body: str) -> str:
    return next(body + str(digit) for digit in range(10) if ids._luhn(body + str(digit)))


def test_siren_and_siret() -> None:
    assert ids.check_siren("732 829 320") == "732829320"
    assert ids.check_siret("732 829 320 00074", "732829320") == "73282932000074"
    assert ids.check_siret("356 000 000 00048") == "35600000000048"
    assert ids.check_siret("356 000 000 49837") == "35600000049837", "La Poste: digit sum"
    for bad in ("732829321", "73282932", "73282932x", "٧٣٢٨٢٩٣٢٠", ""):
        with pytest.raises(Problem) as caught:
            ids.check_siren(bad)
        assert caught.value.field == "siren"
    for bad in ("73282932000075", "732829320", "35600000049838"):
        with pytest.raises(Problem):
            ids.check_siret(bad)
    with pytest.raises(Problem):
        ids.check_siret("73282932000074", "303265045")


@given(st.integers(0, 10**8 - 1), st.integers(0, 8), st.integers(1, 9))
def test_a_wrong_digit_of_a_siren_is_seen(body: int, place: int, shift: int) -> None:
    siren = luhn_completed(f"{body:08d}")
    assert ids.check_siren(siren) == siren
    wrong = siren[:place] + str((int(siren[place]) + shift) % 10) + siren[place + 1 :]
    with pytest.raises(Problem):
        ids.check_siren(wrong)


def test_vat_of_siren() -> None:
    assert ids.vat_id_of_siren("303 265 045") == "FR40303265045"


@given(st.integers(1, 10**8 - 1))
def test_french_vat_ids_agree_with_stdnum(body: int) -> None:
    from stdnum.fr import tva

    vat_id = ids.vat_id_of_siren(luhn_completed(f"{body:08d}"))
    assert tva.is_valid(vat_id)
    assert ids.check_vat_id(vat_id) == vat_id


@pytest.mark.parametrize(
    ("text", "country", "result"),
    [
        ("FR 40 303 265 045", "FR", "FR40303265045"),
        ("40303265045", "FR", "FR40303265045"),
        ("DE 136 695 976", "DE", "DE136695976"),
        ("BE 0428.759.497", "BE", "BE0428759497"),
        ("EL 094259216", "GR", "EL094259216"),
        ("094259216", "GR", "EL094259216"),
        ("IT 00743110157", "IT", "IT00743110157"),
        ("ESA13585625", "ES", "ESA13585625"),
        ("NL 0044.95.445.B01", "NL", "NL004495445B01"),
        ("GB 980 7806 84", "GB", "GB980780684"),
        ("XI 980 7806 84", "GB", "XI980780684"),
        ("CHE-107.787.577 IVA", "CH", "CHE107787577IVA"),
        ("NO 995 525 828 MVA", "NO", "NO995525828MVA"),
        ("US123456789", "US", "US123456789"),
        ("FR41303265045", "FR", None),
        ("DE136695977", "DE", None),
        ("ZZ136695976", "", None),
        ("hello", "", None),
        ("", "FR", None),
        ("FR", "FR", None),
        ("FR40303265045\n; drop", "FR", None),
    ],
)
def test_vat_ids(text: str, country: str, result: str | None) -> None:
    if result is None:
        with pytest.raises(Problem):
            ids.check_vat_id(text, country)
    else:
        assert ids.check_vat_id(text, country) == result


@pytest.mark.parametrize(
    "iban",
    [
        "BE68 5390 0754 7034",
        "FR14 2004 1010 0505 0001 3M02 606",
        "FR76 3000 6000 0112 3456 7890 189",
        "DE89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "NO93 8601 1117 947",
        "LC55 HEMM 0001 0001 0012 0012 0002 3015",
        "ch93-0076-2011-6238-5295-7",
    ],
)
def test_official_ibans(iban: str) -> None:
    assert ids.check_iban(iban) == ids.compact(iban)


@pytest.mark.parametrize(
    "iban",
    [
        "",
        "FR76",
        "FR7630006000011234567890188",
        "FR763000600001123456789018",
        "ZZ8937040044053201300",
        "FR76 3000 6000 é",
    ],
)
def test_bad_ibans(iban: str) -> None:
    with pytest.raises(Problem) as caught:
        ids.check_iban(iban)
    assert caught.value.field == "iban" and str(caught.value)


def test_check_digits_are_02_to_98() -> None:
    """00, 01 and 99 give the same remainder as 97, 98 and 02: mod 97 alone lets them pass."""
    for bban in (f"NWBK{number:014d}" for number in range(400)):
        digits = 98 - ids._mod97(bban + "GB00")
        assert ids.check_iban(f"GB{digits:02d}{bban}")
        for wrong in (digits - 97, digits + 97):
            if 0 <= wrong <= 99:
                assert ids._mod97(f"{bban}GB{wrong:02d}") == 1
                with pytest.raises(Problem):
                    ids.check_iban(f"GB{wrong:02d}{bban}")


@given(st.integers(4, 26), st.integers(1, 9))
def test_a_wrong_digit_of_an_iban_is_seen(place: int, shift: int) -> None:
    iban = "FR7630006000011234567890189"
    wrong = iban[:place] + str((int(iban[place]) + shift) % 10) + iban[place + 1 :]
    with pytest.raises(Problem):
        ids.check_iban(wrong)


def test_iban_lengths_agree_with_the_registry() -> None:
    import re

    from stdnum import iban as registry

    for country, length in ids._IBAN_LENGTHS.items():
        info = registry._ibandb.info(country + "00" + "0" * 40)[0][1]
        assert length == 4 + sum(int(n) for n in re.findall(r"(\d+)!", info["bban"])), country


def test_bic() -> None:
    assert ids.check_bic("agri fr pp") == "AGRIFRPP"
    assert ids.check_bic("AGRIFRPPXXX") == "AGRIFRPPXXX"
    for bad in ("", "AGRIFRP", "AGRIZZPP", "AGRIFRPPXX", "AGRI1RPP"):
        with pytest.raises(Problem):
            ids.check_bic(bad)


def test_reference_of_a_number() -> None:
    assert ids.payment_reference("F2026-00042") == "RF93F202600042"
    assert ids.valid_reference("RF18 5390 0754 7034")
    assert not ids.valid_reference("RF19539007547034")
    assert not ids.valid_reference("RF18")
    for bad in ("", "-", "F" * 22):
        with pytest.raises(Problem):
            ids.payment_reference(bad)


@given(st.text("ABCXYZ0123456789-/", min_size=1, max_size=21).filter(lambda text: text.strip("-/")))
def test_references_are_iso_11649(number: str) -> None:
    from stdnum import iso11649

    reference = ids.payment_reference(number)
    assert ids.valid_reference(reference) and iso11649.is_valid(reference)
    assert ids.find_references(f"VIR SEPA {reference}") == [reference]
    blocks = " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
    assert ids.find_references(f"/{blocks.lower()}/ merci") == [reference]


def test_references_in_bank_text() -> None:
    one, two = ids.payment_reference("F2026-00042"), ids.payment_reference("F2026-00043")
    assert ids.find_references(f"paiement {one} et {two}, {one}") == [one, two]
    assert ids.find_references("RF00ABC PERF93F202600042 nothing") == []
    assert ids.find_references("") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FACT F2026-00042", True),
        ("fact f202600042 du 12/11", True),
        ("F 2026 00042", True),
        ("F2026/00042", True),
        ("F2026-000421", False),
        ("AF2026-00042", False),
        ("F2026-0004", False),
        ("", False),
    ],
)
def test_mentions(text: str, found: bool) -> None:
    assert ids.mentions(text, "F2026-00042") is found
    assert not ids.mentions(text, "")
