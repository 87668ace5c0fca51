"""Which transaction of a booked entry a clearing is of: what is left of the entry is still matched one by one."""

from __future__ import annotations

from tui_billing.models import ddl

COLUMNS = """
ALTER TABLE clearing ADD COLUMN detail_id {int} REFERENCES bank_detail (id);
CREATE INDEX clearing_detail ON clearing (detail_id) WHERE detail_id IS NOT NULL;
"""


def up(migrator, db):
    ddl.run(db, COLUMNS)
