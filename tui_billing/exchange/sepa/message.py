"""What both files share: parties, the characters of SEPA, and a file that is the same whenever it is made again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tui_billing.rules.problem import Problem

#: What every bank takes (EPC217-08); anything else becomes a space.
_REFUSED = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")


@dataclass(frozen=True, slots=True)
class Place:
    """A structured address; since 15 November 2026 SEPA refuses any other. Town and country, or nothing."""

    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account: holder, IBAN, BIC ("" where the IBAN is enough)."""

    name: str
    iban: str
    bic: str = ""


def sepa_text(text: str, most: int) -> str:
    """A text in the characters of SEPA: accents and other scripts spelled out, cut to `most` characters."""
    from text_unidecode import unidecode

    spelled = unidecode(text.replace("&", "+").replace("_", "-"))
    plain = " ".join(_REFUSED.sub(" ", spelled).split())
    return plain[:most].strip().lstrip("/").rstrip("/") or "-"


def structured(place: Place) -> dict[str, str]:
    """An address as sepaxml takes it; {} where it would not be complete.

    Its key address_type is left out on purpose: with it sepaxml's pain.001.001.09 fails its own schema.
    """
    if not place.town or not place.country:
        return {}
    told = {
        "street_name": sepa_text(place.street, 70) if place.street else "",
        "postcode": sepa_text(place.postcode, 16) if place.postcode else "",
        "town": sepa_text(place.town, 35),
        "country": place.country,
    }
    return {key: value for key, value in told.items() if value}


@cache
def prepare(schema: str) -> Any:
    """The schema of a message, read once a process: half a second that no other clerk has to wait for."""
    import sepaxml
    import xmlschema

    return xmlschema.XMLSchema(str(Path(sepaxml.__file__).parent / "schemas" / f"{schema}.xsd"))


def finished(message: Any, schema: str, message_id: str, created: str) -> bytes:
    """The file of a sepaxml message, with our own ids instead of random ones, validated against its schema.

    `created` is UTC as ISO text. Problem where the schema refuses it; nothing was written then.
    """
    space = f"{{urn:iso:std:iso:20022:tech:xsd:{schema}}}"
    root = ElementTree.fromstring(message.export(validate=False))
    for tag, text in (("MsgId", message_id), ("CreDtTm", created[:19])):
        for element in root.iter(space + tag):
            element.text = text
    for number, element in enumerate(root.iter(space + "PmtInfId"), 1):
        element.text = f"{message_id}-{number}"
    ElementTree.register_namespace("", space[1:-1])
    content = b'<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, "utf-8")
    for error in prepare(schema).iter_errors(content.decode()):
        reason = " ".join(str(error.reason or error).split())[:200]
        raise Problem("the bank would refuse this file: {reason}", reason=reason)
    return content
