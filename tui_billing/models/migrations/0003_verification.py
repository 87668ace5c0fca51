"""Right first time: papers kept by their hash, orders, contracts and deliveries, what was billed of them, checks.

Quantities, prices, percents and factors are scaled integers as on invoice lines, amounts minor units. Cached
columns (`delivered`, `billed`, `hits`, `usual`) are derived from rows and proved by `verify`.
"""

from __future__ import annotations

from tui_billing.models import ddl
from tui_billing.models.usual import fill_usual

COLUMNS = """
ALTER TABLE customer ADD COLUMN quantity_tolerance {int} NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN price_tolerance {int} NOT NULL DEFAULT 0;
ALTER TABLE customer ADD COLUMN confirmed_on {text};
CREATE INDEX invoice_same ON invoice (customer_id, gross, issue_date)
    WHERE state = 'issued' AND kind <> 'credit_note';
"""

PAPERS = """
CREATE TABLE stored_file (
    id {pk},
    sha256 {text} NOT NULL UNIQUE,
    size {int} NOT NULL CHECK (size > 0),
    media_type {text} NOT NULL,
    at {text} NOT NULL
) {strict};
CREATE TABLE attachment (
    id {pk},
    file_id {int} NOT NULL REFERENCES stored_file (id),
    entity {text} NOT NULL CHECK (entity IN
        ('purchase_order', 'contract', 'delivery_note', 'invoice', 'customer', 'dispute', 'inquiry')),
    entity_id {int} NOT NULL,
    name {text} NOT NULL,
    kind {text} NOT NULL DEFAULT '',
    note {text} NOT NULL DEFAULT '',
    operator_id {int} NOT NULL REFERENCES operator (id),
    at {text} NOT NULL
) {strict};
CREATE INDEX attachment_entity ON attachment (entity, entity_id, id);
CREATE INDEX attachment_file ON attachment (file_id);
"""

SOURCES = """
CREATE TABLE contract (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    number {text} NOT NULL,
    title {text} NOT NULL DEFAULT '',
    start_date {text} NOT NULL,
    end_date {text},
    currency {text} NOT NULL,
    index_percent {int} NOT NULL DEFAULT 0,
    ceiling {int} NOT NULL DEFAULT 0,
    billed {int} NOT NULL DEFAULT 0,
    status {text} NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed', 'cancelled')),
    note {text} NOT NULL DEFAULT '',
    operator_id {int} NOT NULL REFERENCES operator (id),
    version {int} NOT NULL DEFAULT 1,
    created_at {text} NOT NULL,
    UNIQUE (customer_id, number)
) {strict};
CREATE TABLE contract_line (
    id {pk},
    contract_id {int} NOT NULL REFERENCES contract (id),
    position {int} NOT NULL,
    item_id {int} REFERENCES item (id),
    item_code {text} NOT NULL DEFAULT '',
    description {text} NOT NULL,
    unit {text} NOT NULL,
    unit_price {int} NOT NULL,
    discount_percent {int} NOT NULL DEFAULT 0,
    ceiling {int} NOT NULL DEFAULT 0,
    billed {int} NOT NULL DEFAULT 0,
    UNIQUE (contract_id, position)
) {strict};
CREATE TABLE contract_index (
    id {pk},
    contract_id {int} NOT NULL REFERENCES contract (id),
    valid_from {text} NOT NULL,
    factor {int} NOT NULL CHECK (factor > 0),
    note {text} NOT NULL DEFAULT '',
    operator_id {int} NOT NULL REFERENCES operator (id),
    at {text} NOT NULL,
    UNIQUE (contract_id, valid_from)
) {strict};
CREATE TABLE purchase_order (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    number {text} NOT NULL,
    date {text} NOT NULL,
    currency {text} NOT NULL,
    contract_id {int} REFERENCES contract (id),
    status {text} NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed', 'cancelled')),
    note {text} NOT NULL DEFAULT '',
    source {text} NOT NULL DEFAULT 'typed',
    operator_id {int} NOT NULL REFERENCES operator (id),
    version {int} NOT NULL DEFAULT 1,
    created_at {text} NOT NULL,
    UNIQUE (customer_id, number)
) {strict};
CREATE INDEX purchase_order_listed ON purchase_order (date, id);
CREATE INDEX purchase_order_number ON purchase_order (number);
CREATE TABLE order_line (
    id {pk},
    order_id {int} NOT NULL REFERENCES purchase_order (id),
    position {int} NOT NULL,
    reference {text} NOT NULL DEFAULT '',
    item_id {int} REFERENCES item (id),
    item_code {text} NOT NULL DEFAULT '',
    description {text} NOT NULL,
    quantity {int} NOT NULL CHECK (quantity > 0),
    unit {text} NOT NULL,
    unit_price {int},
    discount_percent {int} NOT NULL DEFAULT 0,
    delivered {int} NOT NULL DEFAULT 0,
    billed {int} NOT NULL DEFAULT 0,
    UNIQUE (order_id, position)
) {strict};
CREATE TABLE delivery_note (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    number {text} NOT NULL,
    date {text} NOT NULL,
    order_id {int} REFERENCES purchase_order (id),
    received_by {text} NOT NULL DEFAULT '',
    status {text} NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed', 'cancelled')),
    note {text} NOT NULL DEFAULT '',
    source {text} NOT NULL DEFAULT 'typed',
    operator_id {int} NOT NULL REFERENCES operator (id),
    version {int} NOT NULL DEFAULT 1,
    created_at {text} NOT NULL,
    UNIQUE (customer_id, number)
) {strict};
CREATE INDEX delivery_note_listed ON delivery_note (date, id);
CREATE INDEX delivery_note_number ON delivery_note (number);
CREATE INDEX delivery_note_order ON delivery_note (order_id) WHERE order_id IS NOT NULL;
CREATE TABLE delivery_line (
    id {pk},
    delivery_id {int} NOT NULL REFERENCES delivery_note (id),
    position {int} NOT NULL,
    order_line_id {int} REFERENCES order_line (id),
    item_id {int} REFERENCES item (id),
    item_code {text} NOT NULL DEFAULT '',
    description {text} NOT NULL,
    quantity {int} NOT NULL CHECK (quantity <> 0),
    unit {text} NOT NULL,
    billed {int} NOT NULL DEFAULT 0,
    open {int} NOT NULL,
    UNIQUE (delivery_id, position)
) {strict};
CREATE INDEX delivery_line_order ON delivery_line (order_line_id) WHERE order_line_id IS NOT NULL;
CREATE INDEX delivery_line_open ON delivery_line (delivery_id) WHERE open <> 0;
CREATE TABLE billed_line (
    id {pk},
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    line_id {int} NOT NULL REFERENCES invoice_line (id),
    order_line_id {int} REFERENCES order_line (id),
    delivery_line_id {int} REFERENCES delivery_line (id),
    contract_line_id {int} REFERENCES contract_line (id),
    quantity {int} NOT NULL CHECK (quantity <> 0),
    net {int} NOT NULL DEFAULT 0,
    override {text} NOT NULL DEFAULT '',
    reverses_id {int} REFERENCES billed_line (id),
    operator_id {int} NOT NULL REFERENCES operator (id),
    at {text} NOT NULL,
    CHECK (order_line_id IS NOT NULL OR delivery_line_id IS NOT NULL OR contract_line_id IS NOT NULL)
) {strict};
CREATE INDEX billed_line_invoice ON billed_line (invoice_id);
CREATE INDEX billed_line_line ON billed_line (line_id);
CREATE INDEX billed_line_order ON billed_line (order_line_id) WHERE order_line_id IS NOT NULL;
CREATE INDEX billed_line_delivery ON billed_line (delivery_line_id) WHERE delivery_line_id IS NOT NULL;
CREATE INDEX billed_line_contract ON billed_line (contract_line_id) WHERE contract_line_id IS NOT NULL;
"""

CHECKS = """
CREATE TABLE usual (
    customer_id {int} NOT NULL,
    item_id {int} NOT NULL,
    currency {text} NOT NULL,
    seen {int} NOT NULL,
    recent {text} NOT NULL,
    PRIMARY KEY (customer_id, item_id, currency)
) {strict};
CREATE TABLE item_price (
    id {pk},
    item_id {int} NOT NULL REFERENCES item (id),
    unit_price {int} NOT NULL,
    currency {text} NOT NULL,
    until {text} NOT NULL
) {strict};
CREATE INDEX item_price_item ON item_price (item_id, until);
CREATE TABLE check_rule (
    id {pk},
    kind {text} NOT NULL,
    customer_id {int} REFERENCES customer (id),
    parameters {text} NOT NULL DEFAULT '{empty}',
    severity {text} NOT NULL DEFAULT 'warning' CHECK (severity IN ('warning', 'blocking')),
    text {text} NOT NULL DEFAULT '',
    origin {text} NOT NULL DEFAULT '',
    dispute_id {int} REFERENCES dispute (id),
    active {int} NOT NULL DEFAULT 1,
    hits {int} NOT NULL DEFAULT 0,
    operator_id {int} NOT NULL REFERENCES operator (id),
    version {int} NOT NULL DEFAULT 1,
    created_at {text} NOT NULL
) {strict};
CREATE INDEX check_rule_customer ON check_rule (customer_id);
CREATE TABLE check_strike (
    rule_id {int} NOT NULL REFERENCES check_rule (id),
    invoice_id {int} NOT NULL,
    date {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    PRIMARY KEY (rule_id, invoice_id)
) {strict};
"""


def up(migrator, db):
    for part in (COLUMNS, PAPERS, SOURCES, CHECKS):
        ddl.run(db, part)
    fill_usual(db)
