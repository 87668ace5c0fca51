"""The French is complete, and the check that says so is not blind."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import write_po

from tests import translations

CODE = '''
from somewhere import _, N_, say, Problem, NotFound, Finding
WORD = N_("draft")

def speak(language, x):
    """Not a sentence: _ is only mentioned."""
    _("Hello {name}", name=x)
    say("Page {page}", language, page=1)
    _(
        "a sentence "
        "over two lines"
    )
    raise NotFound("{code} is not a customer", field="customer", code=x)

FINDING = Finding("FR-1", "the SIREN " "is missing", "siren", True, {})
'''
SENTENCES = {
    "draft",
    "Hello {name}",
    "Page {page}",
    "a sentence over two lines",
    "{code} is not a customer",
    "the SIREN is missing",
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "code.py").write_text(CODE)
    translations.update(tmp_path)
    return tmp_path


def translate(package: Path, changes: dict[str, str] | None = None) -> None:
    catalogue = translations.read_catalogue("fr", package)
    for message in catalogue:
        if message.id:
            message.string = (changes or {}).get(message.id, f"FR {message.id}")
    with translations.po_path("fr", package).open("wb") as file:
        write_po(file, catalogue)
    translations.update(package)


def test_every_sentence_is_found(package):
    assert {str(message.id) for message in translations.extract(package) if message.id} == SENTENCES
    assert len(translations.update(package)) == len(SENTENCES)


def test_a_complete_catalogue_has_no_fault(package):
    assert len(translations.find_faults(package)) == len(SENTENCES)
    translate(package)
    assert translations.find_faults(package) == []


def test_each_fault_is_named(package):
    translate(package, {"Hello {name}": "Bonjour {nom}", "Page {page}": "Page"})
    assert sorted(translations.find_faults(package)) == [
        "fr: code.py: missing {name} in the translation of 'Hello {name}'",
        "fr: code.py: missing {page} in the translation of 'Page {page}'",
    ]
    path = translations.po_path("fr", package)
    path.write_text(path.read_text().replace("FR draft", "brouillon"))
    assert any("is not the compiled" in fault for fault in translations.find_faults(package))
    (package / "code.py").write_text('_("one {} place")\n')
    faults = "\n".join(translations.find_faults(package))
    assert "cannot be filled in" in faults and "nobody says 'draft' any more" in faults
    translations.update(package)
    assert "draft" not in path.read_text()


def test_french_is_complete():
    assert translations.find_faults() == []
