"""Electronic invoices: the format that a customer asks for, what a check found in a file, and what was taken over.

Documents of the former system stand in the series `imported`, which counts the imports; the account 890000
is the other side of what they leave open.
"""

from __future__ import annotations

from tui_billing.models import ddl

COLUMNS = """
ALTER TABLE customer ADD COLUMN einvoice_format {text} NOT NULL DEFAULT '';
ALTER TABLE customer ADD COLUMN buyer_reference {text} NOT NULL DEFAULT '';
ALTER TABLE rendering ADD COLUMN format {text} NOT NULL DEFAULT 'pdf';
ALTER TABLE rendering ADD COLUMN findings {text} NOT NULL DEFAULT '[]';
"""
#: Books without a company get the whole chart with it.
ACCOUNT = """
INSERT INTO account (code, name, kind) SELECT '890000', 'Bilan d’ouverture', 'equity'
    WHERE EXISTS (SELECT 1 FROM company);
"""


def up(migrator, db):
    ddl.run(db, COLUMNS)
    ddl.run(db, ACCOUNT)
