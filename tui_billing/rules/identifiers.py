"""Identifiers that carry their own proof: SIREN, SIRET, VAT id, IBAN, BIC and the ISO 11649 reference.

Every `check_…` takes what was typed, blanks and separators allowed, and returns the compact form; where the
identifier cannot be right it raises a Problem. None of them asks a register: an identifier that passes may
still be nobody's.
"""

from __future__ import annotations

import re

from tui_billing.rules.countries import COUNTRIES, EU
from tui_billing.rules.problem import Problem

# SWIFT IBAN registry, release 101: length -> countries.
_IBAN_LENGTHS: dict[str, int] = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}

_SEPARATORS = re.compile(r"[\s.\-/]+")
_LA_POSTE = "356000000"
_REFERENCE = re.compile(r"RF[0-9]{2}[A-Z0-9]{1,21}", re.ASCII)
_REFERENCE_IN_TEXT = re.compile(r"(?<![A-Z0-9])RF[0-9]{2}(?:[ ]?[A-Z0-9]){1,21}", re.ASCII)


def compact(text: str) -> str:
    """Capitals without blanks, dots, dashes and strokes."""
    return _SEPARATORS.sub("", text).upper()


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _mod97(text: str) -> int:
    """The text's remainder by 97 with A = 10 … Z = 35 (ISO 7064, ISO 13616)."""
    return int("".join(str(int(char, 36)) for char in text)) % 97


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdecimal()


def check_siren(text: str, field: str = "siren") -> str:
    """The nine digits of a SIREN (INSEE; Luhn)."""
    number = compact(text)
    if not _digits(number, 9):
        raise Problem("{text} is not a SIREN; type its 9 digits", field=field, text=text)
    if not _luhn(number):
        raise Problem("The check digit of SIREN {text} is wrong; type it again", field=field, text=text)
    return number


def check_siret(text: str, siren: str = "", field: str = "siret") -> str:
    """The fourteen digits of a SIRET (INSEE; Luhn), which must begin with `siren` where that is given.

    La Poste has more premises than Luhn numbers: its SIRET may prove by a digit sum that 5 divides.
    """
    number = compact(text)
    if not _digits(number, 14):
        raise Problem("{text} is not a SIRET; type its 14 digits", field=field, text=text)
    proven = _luhn(number) or (number.startswith(_LA_POSTE) and sum(int(digit) for digit in number) % 5 == 0)
    if not proven or not _luhn(number[:9]):
        raise Problem("The check digit of SIRET {text} is wrong; type it again", field=field, text=text)
    if siren and not number.startswith(compact(siren)):
        raise Problem("SIRET {text} must begin with the SIREN {siren}", field=field, text=text, siren=siren)
    return number


def vat_id_of_siren(siren: str) -> str:
    """The French VAT id that belongs to a SIREN ("FR" + key + SIREN)."""
    number = check_siren(siren)
    return f"FR{(12 + 3 * (int(number) % 97)) % 97:02d}{number}"


def vat_prefix(country: str) -> str:
    """How VAT ids of a country begin: its code, but EL for Greece."""
    return "EL" if country.upper() == "GR" else country.upper()


def check_vat_id(text: str, country: str = "", field: str = "vat_id") -> str:
    """The VAT id with its country prefix (EN 16931 BR-CO-09), check digits proved where the state has them.

    Without a prefix in `text`, that of `country` is put before it. XI is Northern Ireland.
    """
    number = compact(text)
    prefix = vat_prefix(country)
    if prefix and number[:1].isdigit():
        number = prefix + number
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9+*]{2,18}", number, re.ASCII):
        raise Problem(
            "{text} is not a VAT number; type it with its country, for example {example}",
            field=field,
            text=text,
            example="FR40303265045",
        )
    if number[:2] not in COUNTRIES and number[:2] not in {"EL", "XI"}:
        raise Problem(
            "VAT number {text} does not begin with a country; type for example {example}",
            field=field,
            text=text,
            example="FR40303265045",
        )
    if not _vat_id_proven(number):
        raise Problem(
            "VAT number {text} is wrong for its country; compare it with their papers",
            field=field,
            text=text,
        )
    return number


def _vat_id_proven(number: str) -> bool:
    """Whether the check digits are right; true where the state publishes no rule."""
    country, rest = number[:2], number[2:]
    if country == "FR" and rest.isdecimal() and len(rest) == 11:
        # Monaco numbers (siren part 000…) follow no Luhn.
        own = (12 + 3 * (int(rest[2:]) % 97)) % 97 == int(rest[:2])
        return own and (_luhn(rest[2:]) or rest[2:5] == "000")
    if country in {"GB", "XI"}:
        from stdnum.gb import vat as british

        return british.is_valid(rest)
    country = "GR" if country == "EL" else country
    if country not in EU and country not in {"CH", "NO"}:
        return True
    from stdnum.util import get_cc_module

    module = get_cc_module(country.lower(), "vat")
    if module is None:
        return True
    return module.is_valid(number) if country in {"CH", "NO"} else module.is_valid(number) or module.is_valid(rest)


def check_iban(text: str, field: str = "iban") -> str:
    """The IBAN without blanks (ISO 13616): length of its country, check digits 02-98 and mod 97."""
    number = compact(text)
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}", number, re.ASCII):
        raise Problem(
            "{text} is not an IBAN; type for example {example}",
            field=field,
            text=text,
            example="FR76 3000 6000 0112 3456 7890 189",
        )
    length = _IBAN_LENGTHS.get(number[:2])
    if length is None:
        raise Problem("No IBAN begins with {country}; type it again", field=field, country=number[:2])
    if len(number) != length:
        raise Problem(
            "An IBAN of {country} has {length} characters, this one has {count}",
            field=field,
            country=number[:2],
            length=length,
            count=len(number),
        )
    if not 2 <= int(number[2:4]) <= 98 or _mod97(number[4:] + number[:4]) != 1:
        raise Problem("The check digits of IBAN {text} are wrong; type it again", field=field, text=text)
    return number


def check_bic(text: str, field: str = "bic") -> str:
    """The BIC in capitals (ISO 9362): 8 or 11 characters with a country at the fifth."""
    number = compact(text)
    if (
        not re.fullmatch(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", number, re.ASCII)
        or number[4:6] not in COUNTRIES
    ):
        raise Problem(
            "{text} is not a BIC; type its 8 or 11 characters, for example {example}",
            field=field,
            text=text,
            example="AGRIFRPP",
        )
    return number


def check_creditor_identifier(text: str, field: str = "creditor_identifier") -> str:
    """The SEPA creditor identifier without blanks (EPC262-08): country, two check digits, business code, number."""
    from stdnum.eu import at_02

    number = compact(text)
    if not at_02.is_valid(number) or number[:2] not in COUNTRIES or len(number) > 35:
        raise Problem(
            "{text} is not a SEPA creditor identifier; type for example {example}",
            field=field,
            text=text,
            example="FR72ZZZ123456",
        )
    return number


def payment_reference(number: str) -> str:
    """The ISO 11649 creditor reference of a document number: "F2026-00042" -> "RF93F202600042".

    Problem where more than 21 letters and digits are left of the number.
    """
    body = "".join(char for char in number.upper() if char.isascii() and char.isalnum())
    if not 1 <= len(body) <= 21:
        raise Problem(
            "{number} gives no payment reference; use 1 to 21 letters and digits",
            field="number",
            number=number,
        )
    return f"RF{98 - _mod97(body + 'RF00'):02d}{body}"


def valid_reference(text: str) -> bool:
    """Whether the text, blanks aside, is an ISO 11649 reference with right check digits."""
    number = "".join(text.split()).upper()
    return (
        _REFERENCE.fullmatch(number) is not None
        and 2 <= int(number[2:4]) <= 98
        and _mod97(number[4:] + number[:4]) == 1
    )


def find_references(text: str) -> list[str]:
    """The ISO 11649 references that stand in a bank line's text, compact, in order, each once.

    Banks print them in blocks of four and run further words on behind: the longest valid one counts.
    """
    found: list[str] = []
    upper = text.upper()
    start = 0
    while match := _REFERENCE_IN_TEXT.search(upper, start):
        start = match.start() + 2
        candidate = match[0].replace(" ", "")
        for length in range(len(candidate), 4, -1):
            if valid_reference(candidate[:length]):
                if candidate[:length] not in found:
                    found.append(candidate[:length])
                break
    return found


def mentions(text: str, number: str) -> bool:
    """Whether a bank line's text names a document number, however its blanks and dashes were lost.

    It must not stand inside a longer number: F2026-0004 is not found in F2026-00042.
    """
    parts = re.findall(r"[A-Z]+|[0-9]+", number.upper(), re.ASCII)
    if not parts:
        return False
    pattern = r"[\s.\-/_+]*".join(parts)
    first, last = parts[0], parts[-1]
    before = r"(?<![A-Z])" if first.isalpha() else r"(?<![0-9])"
    after = r"(?![A-Z])" if last.isalpha() else r"(?![0-9])"
    return re.search(before + pattern + after, text.upper()) is not None
