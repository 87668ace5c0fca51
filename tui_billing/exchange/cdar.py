"""Status messages of the platforms: CDAR D22B as XP Z12-012 lays it down (flux 6), read into plain facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from tui_billing.rules.problem import Problem
from tui_billing.rules.text import safe

_MOST = 5_000_000


@dataclass(frozen=True, slots=True)
class PlatformStatus:
    """What a platform says of an invoice: its number (MDT-87), the code (MDT-105: 200 to 213, 501), and why."""

    number: str
    code: str
    reason: str


def read_cdar(content: bytes, name: str = "") -> list[PlatformStatus]:
    """The statuses in a message, one a referenced document. A Problem names the file that is none.

    No entity is expanded and no document type is read.
    """
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        if len(content) > _MOST:
            raise ValueError
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        raise Problem("{file} is no status message; it cannot be read as XML", field="statuses", file=name) from None
    if _name(root) != "CrossDomainAcknowledgementAndResponse":
        raise Problem("{file} is no status message of a platform (CDAR)", field="statuses", file=name)
    return [_status(one) for one in _all(root, "ReferenceReferencedDocument") if _text(one, "IssuerAssignedID")]


def _status(document: Element) -> PlatformStatus:
    words = [_text(document, "ProcessCondition")]
    for part in _all(document, "SpecifiedDocumentStatus"):
        words += [_text(part, "ReasonCode"), _text(part, "Reason")]
        words += [_text(note, "Content") for note in _all(part, "IncludedNote")]
    reason = " · ".join(dict.fromkeys(word for word in words if word))[:300]
    return PlatformStatus(_text(document, "IssuerAssignedID"), _text(document, "ProcessConditionCode"), reason)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if _name(one) == name)


def _text(element: Element, name: str) -> str:
    """The text of the first child of that name ("" for none)."""
    found = next((one for one in element if _name(one) == name), None)
    return safe((found.text or "").strip())[:200] if found is not None else ""
