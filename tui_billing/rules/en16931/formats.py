"""The formats of an electronic invoice that a customer may ask for (a module of its own: forms need no more)."""

from __future__ import annotations

#: The PDF with CII inside, in the profile EN 16931, BASIC or EXTENDED of Factur-X.
PROFILES = ("facturx", "basic", "extended")
#: These, CII alone, UBL, and UBL by the rules of Germany's authorities and of Peppol.
FORMATS = (*PROFILES, "cii", "ubl", "xrechnung", "peppol")
