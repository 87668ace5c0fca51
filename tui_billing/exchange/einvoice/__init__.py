"""Electronic invoices as they travel: CII and UBL, alone or inside a PDF, to and from the semantic model."""
