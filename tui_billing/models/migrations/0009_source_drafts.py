"""Orders, delivery notes and contracts that are being typed: a form each, held by the process that types in it.

Their lists show the open ones first; the indexes hold them in that order.
"""

from __future__ import annotations

from tui_billing.models import ddl

TABLES = """
CREATE TABLE source_draft (
    id {pk},
    kind {text} NOT NULL CHECK (kind IN ('order', 'delivery', 'contract')),
    source_id {int},
    source_version {int},
    operator_id {int} NOT NULL REFERENCES operator (id),
    form {text} NOT NULL,
    holder {text},
    version {int} NOT NULL DEFAULT 1,
    updated_at {text} NOT NULL
) {strict};
CREATE INDEX source_draft_operator ON source_draft (operator_id, id);
CREATE INDEX purchase_order_ranked ON purchase_order ((CASE WHEN status = 'open' THEN 0 ELSE 1 END), date, id);
CREATE INDEX delivery_note_ranked ON delivery_note ((CASE WHEN status = 'open' THEN 0 ELSE 1 END), date, id);
CREATE INDEX contract_ranked ON contract ((CASE WHEN status = 'open' THEN 0 ELSE 1 END), start_date, id);
"""


def up(migrator, db):
    ddl.run(db, TABLES)
