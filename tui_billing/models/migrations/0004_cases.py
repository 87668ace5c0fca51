"""Disputes by line with dated changes, credit notes that wait for a second person, inquiries.

Amounts are minor units of the invoice's currency; `invoice.disputed_base` is in the books' currency.
"""

from __future__ import annotations

from tui_billing.models import ddl
from tui_billing.rules.disputes import in_base

COLUMNS = """
ALTER TABLE invoice ADD COLUMN disputed_base {int} NOT NULL DEFAULT 0;
ALTER TABLE company ADD COLUMN credit_approval {int} NOT NULL DEFAULT 0;
ALTER TABLE dispute ADD COLUMN cause {text} NOT NULL DEFAULT '';
ALTER TABLE dispute ADD COLUMN lesson {text} NOT NULL DEFAULT '';
ALTER TABLE dispute_note ADD COLUMN answers_id {int} REFERENCES dispute_note (id);
ALTER TABLE dispute_note ADD COLUMN colleague_id {int} REFERENCES operator (id);
DROP INDEX invoice_disputed;
CREATE INDEX invoice_disputed ON invoice (next_due, id, customer_id, open_base, disputed_base) WHERE disputed <> 0;
CREATE UNIQUE INDEX dispute_line_once ON dispute_line (dispute_id, line_id);
CREATE INDEX dispute_line_line ON dispute_line (line_id);
CREATE INDEX dispute_customer ON dispute (customer_id, opened_on, id);
"""

TABLES = """
CREATE TABLE dispute_change (
    id {pk},
    dispute_id {int} NOT NULL REFERENCES dispute (id),
    date {text} NOT NULL,
    at {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    status {text} NOT NULL,
    amount {int} NOT NULL CHECK (amount > 0),
    outcome {text} NOT NULL DEFAULT ''
) {strict};
CREATE INDEX dispute_change_dispute ON dispute_change (dispute_id, id);
CREATE TABLE dispute_document (
    id {pk},
    dispute_id {int} NOT NULL REFERENCES dispute (id),
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    role {text} NOT NULL,
    UNIQUE (dispute_id, invoice_id)
) {strict};
CREATE INDEX dispute_document_invoice ON dispute_document (invoice_id);
CREATE TABLE credit_request (
    id {pk},
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    dispute_id {int} REFERENCES dispute (id),
    parts {text} NOT NULL,
    reason {text} NOT NULL DEFAULT '',
    gross {int} NOT NULL,
    gross_base {int} NOT NULL,
    status {text} NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'issued', 'refused')),
    operator_id {int} NOT NULL REFERENCES operator (id),
    date {text} NOT NULL,
    at {text} NOT NULL,
    decided_by {int} REFERENCES operator (id),
    decided_on {text},
    note {text} NOT NULL DEFAULT '',
    credit_note_id {int} REFERENCES invoice (id)
) {strict};
CREATE INDEX credit_request_waiting ON credit_request (date, id) WHERE status = 'waiting';
CREATE INDEX credit_request_invoice ON credit_request (invoice_id);
CREATE TABLE inquiry (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    invoice_id {int} REFERENCES invoice (id),
    date {text} NOT NULL,
    at {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    channel {text} NOT NULL DEFAULT 'call',
    subject {text} NOT NULL DEFAULT 'other',
    contact {text} NOT NULL DEFAULT '',
    text {text} NOT NULL,
    answer {text} NOT NULL DEFAULT '',
    follow_up {text},
    follows_id {int} UNIQUE REFERENCES inquiry (id)
) {strict};
CREATE INDEX inquiry_customer ON inquiry (customer_id, id);
CREATE INDEX inquiry_due ON inquiry (follow_up, id) WHERE follow_up IS NOT NULL;
"""

#: The days that disputes of earlier books were opened and closed on.
CHANGES = """
INSERT INTO dispute_change (dispute_id, date, at, operator_id, status, amount)
    SELECT d.id, d.opened_on, d.opened_on, d.owner_id, CASE WHEN d.status = 'closed' THEN 'received' ELSE d.status END,
    d.amount FROM dispute d ORDER BY d.id;
INSERT INTO dispute_change (dispute_id, date, at, operator_id, status, amount, outcome)
    SELECT d.id, d.closed_on, d.closed_on, d.owner_id, 'closed', d.amount, d.outcome
    FROM dispute d WHERE d.status = 'closed' ORDER BY d.id;
"""


def up(migrator, db):
    ddl.run(db, COLUMNS)
    ddl.run(db, TABLES)
    ddl.run(db, CHANGES)
    rows = db.execute_sql("SELECT id, disputed, open, open_base FROM invoice WHERE disputed <> 0").fetchall()
    for key, *amounts in rows:
        db.execute_sql(f"UPDATE invoice SET disputed_base = {in_base(*amounts)} WHERE id = {int(key)}")
