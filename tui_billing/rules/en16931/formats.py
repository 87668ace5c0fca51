"""The formats of an electronic invoice that a customer may ask for (a module of its own: forms need no more)."""

from __future__ import annotations

#: The PDF with CII inside, CII alone, UBL, and UBL by the rules of Germany's authorities and of Peppol.
FORMATS = ("facturx", "cii", "ubl", "xrechnung", "peppol")
