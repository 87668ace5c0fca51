"""Who sells and who buys: names, addresses and identifiers as they are copied onto a document at issue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from tui_billing.rules.problem import Problem

# Where the postcode stands on its own line below the town, or follows the region (UPU S42 templates).
_POSTCODE_BELOW = frozenset({"GB", "IE", "IM", "JE", "GG"})
_POSTCODE_AFTER = frozenset({"US", "CA", "AU", "NZ", "SG", "IN", "TW"})


def _known(cls: type, data: Mapping[str, Any]) -> None:
    unknown = sorted(set(data) - {field.name for field in fields(cls)})
    if unknown:
        raise Problem("{name} is not a field of a party or an address", field=unknown[0], name=unknown[0])


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address (EN 16931 BG-5, BG-8, BG-15); `country` is the ISO 3166-1 alpha-2 code."""

    line1: str = ""
    line2: str = ""
    line3: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        """Whether anything is filled in."""
        return any(getattr(self, field.name) for field in fields(self))

    def to_json(self) -> dict[str, str]:
        """The canonical dict: every key, also the empty ones."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Address:
        """The reverse of `to_json`; a missing key is empty, an unknown one is a Problem that names it."""
        _known(cls, data)
        return cls(**{key: str(value or "") for key, value in data.items()})


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4) or buyer (BG-7).

    `legal_info` is the further legal text of the seller (BT-33: capital, RCS town); `electronic_address`
    and `electronic_scheme` are BT-34/BT-49 with their EAS code (0225 in France); `identifiers` are further
    (scheme, value) pairs, for example ("0088", GLN).
    """

    name: str
    legal_form: str = ""
    trading_name: str = ""
    address: Address = Address()
    siren: str = ""
    siret: str = ""
    vat_id: str = ""
    legal_info: str = ""
    electronic_address: str = ""
    electronic_scheme: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()

    @property
    def full_name(self) -> str:
        """Name with its legal form, once ("ACME Industries SAS")."""
        if not self.legal_form or self.name.casefold().split()[-1:] == [self.legal_form.casefold()]:
            return self.name
        return f"{self.name} {self.legal_form}"

    def to_json(self) -> dict[str, Any]:
        """The canonical dict: every key, the address as a dict, the identifiers as a list of pairs."""
        data: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        data["address"] = self.address.to_json()
        data["identifiers"] = [list(pair) for pair in self.identifiers]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Party:
        """The reverse of `to_json`; a missing key is empty, an unknown one is a Problem that names it."""
        _known(cls, data)
        values: dict[str, Any] = {
            key: str(value or "") for key, value in data.items() if key not in {"address", "identifiers"}
        }
        values.setdefault("name", "")
        values["address"] = Address.from_json(data.get("address") or {})
        values["identifiers"] = _pairs(data.get("identifiers") or ())
        return cls(**values)


def _pairs(rows: Iterable[Iterable[Any]]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for row in rows:
        pair = tuple(str(part) for part in row)
        if len(pair) != 2:
            raise Problem("An identifier is a pair of scheme and value", field="identifiers")
        pairs.append((pair[0], pair[1]))
    return tuple(pairs)


def address_lines(address: Address, language: str, home: str = "") -> list[str]:
    """The lines as printed in an envelope window, empty ones left out.

    The country comes last, in capitals, in `language` ("en" or "fr"); it is left out where it equals `home`.
    """
    lines = [address.line1, address.line2, address.line3]
    country = address.country.upper()
    if country in _POSTCODE_BELOW:
        lines += [address.city, address.region, address.postcode]
    elif country in _POSTCODE_AFTER:
        lines.append(" ".join(part for part in (address.city, address.region, address.postcode) if part))
    elif country == "IT" and len(address.region) == 2:
        lines.append(" ".join(part for part in (address.postcode, address.city, address.region) if part))
    else:
        lines += [" ".join(part for part in (address.postcode, address.city) if part), address.region]
    if country and country != home.upper():
        from tui_billing.rules.countries import country_name

        lines.append(country_name(country, language).upper())
    return [line for line in lines if line]
