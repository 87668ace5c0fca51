"""Delivery: who gets a customer's documents and how, what was sent to whom, letters, texts of mails, the servers.

A row of `delivery` is one document for one recipient. It changes only in what the queue knows of it; each change
leaves a row in `delivery_attempt`. Instants are UTC; `document` is "invoice:12" or "letter:4".
"""

from __future__ import annotations

from tui_billing.models import ddl

TABLES = """
CREATE TABLE delivery_setting (
    id {int} PRIMARY KEY CHECK (id = 1),
    automatic {int} NOT NULL DEFAULT 0,
    sender {text} NOT NULL DEFAULT '',
    sender_name {text} NOT NULL DEFAULT '',
    reply_to {text} NOT NULL DEFAULT '',
    archive {text} NOT NULL DEFAULT '',
    host {text} NOT NULL DEFAULT '',
    port {int} NOT NULL DEFAULT 587,
    security {text} NOT NULL DEFAULT 'starttls' CHECK (security IN ('starttls', 'tls', 'none')),
    certificate {text} NOT NULL DEFAULT '',
    username {text} NOT NULL DEFAULT '',
    secret {text} NOT NULL DEFAULT '',
    mailbox {text} NOT NULL DEFAULT '',
    mailbox_secret {text} NOT NULL DEFAULT '',
    outbox {text} NOT NULL DEFAULT '',
    statuses {text} NOT NULL DEFAULT '',
    unsure {text} NOT NULL DEFAULT 'ask' CHECK (unsure IN ('ask', 'resend')),
    outage_since {text},
    outage_reason {text} NOT NULL DEFAULT '',
    outage_tries {int} NOT NULL DEFAULT 0,
    next_try {text},
    version {int} NOT NULL DEFAULT 1
) {strict};
CREATE TABLE recipient (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    position {int} NOT NULL,
    channel {text} NOT NULL CHECK (channel IN ('email', 'post', 'platform')),
    role {text} NOT NULL DEFAULT 'to' CHECK (role IN ('to', 'cc')),
    address {text} NOT NULL DEFAULT '',
    name {text} NOT NULL DEFAULT '',
    language {text} NOT NULL DEFAULT '',
    documents {text} NOT NULL DEFAULT 'all' CHECK (documents IN ('all', 'invoice', 'letter')),
    active {int} NOT NULL DEFAULT 1,
    UNIQUE (customer_id, channel, address, documents)
) {strict};
CREATE TABLE letter (
    id {pk},
    kind {text} NOT NULL CHECK (kind IN ('statement', 'reminder', 'letter')),
    name {text} NOT NULL UNIQUE,
    customer_id {int} NOT NULL REFERENCES customer (id),
    date {text} NOT NULL,
    language {text} NOT NULL,
    content {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    at {text} NOT NULL
) {strict};
CREATE INDEX letter_customer ON letter (customer_id, date, id);
CREATE TABLE delivery (
    id {pk},
    document {text} NOT NULL,
    edition {int} NOT NULL DEFAULT 1,
    invoice_id {int} REFERENCES invoice (id),
    letter_id {int} REFERENCES letter (id),
    customer_id {int} NOT NULL REFERENCES customer (id),
    name {text} NOT NULL,
    channel {text} NOT NULL CHECK (channel IN ('email', 'post', 'platform')),
    role {text} NOT NULL DEFAULT 'to',
    address {text} NOT NULL DEFAULT '',
    language {text} NOT NULL DEFAULT '',
    message_id {text} NOT NULL DEFAULT '',
    operator_id {int} NOT NULL REFERENCES operator (id),
    created_at {text} NOT NULL,
    state {text} NOT NULL DEFAULT 'queued',
    due_at {text} NOT NULL,
    first_try {text},
    tries {int} NOT NULL DEFAULT 0,
    holder {text},
    held_at {text},
    batch {text} NOT NULL DEFAULT '',
    sha256 {text} NOT NULL DEFAULT '',
    code {text} NOT NULL DEFAULT '',
    reason {text} NOT NULL DEFAULT '',
    changed_at {text} NOT NULL,
    CHECK ((invoice_id IS NULL) <> (letter_id IS NULL)),
    UNIQUE (document, edition, channel, address)
) {strict};
CREATE INDEX delivery_waiting ON delivery (due_at, id) WHERE state IN ('queued', 'sending');
CREATE INDEX delivery_state ON delivery (state, id);
CREATE INDEX delivery_invoice ON delivery (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX delivery_letter ON delivery (letter_id) WHERE letter_id IS NOT NULL;
CREATE INDEX delivery_customer ON delivery (customer_id, id);
CREATE INDEX delivery_message ON delivery (message_id) WHERE message_id <> '';
CREATE INDEX delivery_batch ON delivery (batch) WHERE batch <> '';
CREATE TABLE delivery_attempt (
    id {pk},
    delivery_id {int} NOT NULL REFERENCES delivery (id),
    at {text} NOT NULL,
    state {text} NOT NULL,
    code {text} NOT NULL DEFAULT '',
    reason {text} NOT NULL DEFAULT '',
    operator_id {int} NOT NULL REFERENCES operator (id)
) {strict};
CREATE INDEX delivery_attempt_of ON delivery_attempt (delivery_id, id);
CREATE TABLE mail_text (
    id {pk},
    code {text} NOT NULL,
    language {text} NOT NULL,
    subject {text} NOT NULL,
    body {text} NOT NULL,
    version {int} NOT NULL DEFAULT 1,
    UNIQUE (code, language)
) {strict};
"""


def up(migrator, db):
    ddl.run(db, TABLES)
    db.execute_sql("INSERT INTO delivery_setting (id) VALUES (1)")
