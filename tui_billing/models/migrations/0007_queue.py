"""The payment queue on large books: what a row is found by, and what its foot adds up.

Open items and payments are found by their amount; the sums of what waits are read from an index alone. `moved` is
what the statement had moved up to and with a line, so that nothing is added up to tell what the bank held then; a
line that was taken in before has none.
"""

from __future__ import annotations

from tui_billing.models import ddl

INDEXES = """
ALTER TABLE bank_line ADD COLUMN moved {int};
CREATE INDEX invoice_amount ON invoice (open, next_due, id) WHERE open <> 0;
CREATE INDEX receipt_amount ON receipt (amount, date, id);
CREATE INDEX receipt_waiting ON receipt (currency, open) WHERE open <> 0;
CREATE INDEX receipt_reversed ON receipt (reversed_on) WHERE reversed_on IS NOT NULL;
CREATE INDEX bank_line_waiting ON bank_line (currency, open) WHERE open <> 0;
CREATE INDEX deposit_item_receipt ON deposit_item (receipt_id) WHERE receipt_id IS NOT NULL;
DROP INDEX bank_line_unmatched;
DROP INDEX bank_line_statement;
CREATE INDEX bank_line_statement ON bank_line (statement_id, position, amount);
"""


def up(migrator, db):
    ddl.run(db, INDEXES)
