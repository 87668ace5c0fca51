"""What the command line says of the official rules of electronic invoices where they are not installed: once."""

from __future__ import annotations

from tui_billing.cli.output import note
from tui_billing.locale import _
from tui_billing.models.door import Books
from tui_billing.services.context import Context
from tui_billing.services.printing import ABSENT, must_tell_absence


def tell_absence(books: Books, context: Context, absent: bool) -> None:
    """Say it, where it has not been said for these books."""
    if must_tell_absence(books, context, absent):
        note(_(ABSENT))
