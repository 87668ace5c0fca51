"""What is true: money, VAT, terms, numbering, status, aging; pure functions and frozen dataclasses."""
