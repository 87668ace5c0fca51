"""Templates of documents: how they look, version by version, which one is chosen, and the house's words for letters.

A version is never changed: a document keeps the one that it was issued with (`invoice.template_id`; none on documents
from before there were templates). The first version of what comes with the program is written here, so that a later
program prints an old document as it was.
"""

from __future__ import annotations

import json

from tui_billing.models import ddl

TABLES = """
CREATE TABLE template (
    id {pk},
    code {text} NOT NULL,
    version {int} NOT NULL,
    content {text} NOT NULL,
    operator_id {int} REFERENCES operator (id),
    at {text} NOT NULL DEFAULT '',
    UNIQUE (code, version)
) {strict};
CREATE TABLE template_choice (
    id {pk},
    kind {text} NOT NULL DEFAULT '' CHECK (kind IN ('', 'goods', 'services', 'progress', 'subscription')),
    customer_id {int} REFERENCES customer (id),
    code {text} NOT NULL
) {strict};
CREATE UNIQUE INDEX template_choice_once ON template_choice (coalesce(customer_id, 0), kind);
CREATE TABLE letter_text (
    id {pk},
    code {text} NOT NULL,
    language {text} NOT NULL,
    title {text} NOT NULL,
    body {text} NOT NULL,
    version {int} NOT NULL DEFAULT 1,
    UNIQUE (code, language)
) {strict};
ALTER TABLE invoice ADD COLUMN template_id {int} REFERENCES template (id);
"""
_USUAL = "position text quantity unit price discount vat net"
FIRST = {
    "standard": {"columns": _USUAL},
    "goods": {"columns": "position item text quantity unit price discount vat net"},
    "services": {
        "columns": _USUAL,
        "heads.en": "text=Work done; price=Rate",
        "heads.fr": "text=Prestation; price=Taux",
    },
    "progress": {
        "columns": "position text quantity unit price discount vat previous net todate",
        "heads.en": "text=Works; quantity=Progress; net=This invoice",
        "heads.fr": "text=Travaux; quantity=Avancement; net=Cette facture",
    },
    "subscription": {
        "columns": "position text period quantity unit price discount vat net",
        "heads.en": "text=Subscription",
        "heads.fr": "text=Abonnement",
    },
}
_LOOK = {"accent": "#1f3a5f", "grey": "#68707d", "logo": "left", "payment": "box", "payment_code": "yes"}


def up(migrator, db):
    ddl.run(db, TABLES)
    mark = "?" if ddl.dialect(db) == "sqlite" else "%s"
    for code, content in FIRST.items():
        values = (code, json.dumps(content | _LOOK, sort_keys=True))
        db.execute_sql(f"INSERT INTO template (code, version, content) VALUES ({mark}, 1, {mark})", values)
