"""Papers that are taken off again, disputes amended line by line, and the letters that answer them.

A dispute's line is contested as its last row says; 0 is out of it. `change_id` is the dated change that the row came
with, none where it is of the day on which the dispute was opened.
"""

from __future__ import annotations

from tui_billing.models import ddl

LINES = """
ALTER TABLE dispute_line ADD COLUMN change_id {int} REFERENCES dispute_change (id);
DROP INDEX dispute_line_once;
CREATE INDEX dispute_line_standing ON dispute_line (dispute_id, line_id, id);
"""

TABLES = """
CREATE TABLE attachment_end (
    id {pk},
    attachment_id {int} NOT NULL UNIQUE REFERENCES attachment (id),
    reason {text} NOT NULL,
    date {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    at {text} NOT NULL
) {strict};
CREATE TABLE dispute_letter (
    id {pk},
    dispute_id {int} NOT NULL REFERENCES dispute (id),
    letter_id {int} NOT NULL UNIQUE REFERENCES letter (id)
) {strict};
CREATE INDEX dispute_letter_dispute ON dispute_letter (dispute_id, id);
"""


def up(migrator, db):
    ddl.run(db, LINES)
    ddl.run(db, TABLES)
