"""Getting paid: statements with their details, what each bank line was cleared with, and the month's proof.

Amounts are minor units; `clearing.amount` and `bank_line.open` are signed as the line. Nothing that was posted
is touched: tables get columns, and rows of their own stand beside them.
"""

from __future__ import annotations

from tui_billing.models import ddl
from tui_billing.rules.identifiers import compact
from tui_billing.rules.matching.names import alias_of

COLUMNS = """
ALTER TABLE company ADD COLUMN payment_link {text} NOT NULL DEFAULT '';
ALTER TABLE company ADD COLUMN creditor_identifier {text} NOT NULL DEFAULT '';
ALTER TABLE company ADD COLUMN match_tolerance {int} NOT NULL DEFAULT 0;
ALTER TABLE invoice ADD COLUMN payment_link {text} NOT NULL DEFAULT '';
ALTER TABLE bank_account ADD COLUMN number {text} NOT NULL DEFAULT '';
ALTER TABLE bank_statement ADD COLUMN sequence {text} NOT NULL DEFAULT '';
ALTER TABLE bank_statement ADD COLUMN format {text} NOT NULL DEFAULT '';
ALTER TABLE bank_statement ADD COLUMN sha256 {text} NOT NULL DEFAULT '';
ALTER TABLE bank_statement ADD COLUMN balances {text} NOT NULL DEFAULT 'both';
ALTER TABLE bank_statement ADD COLUMN operator_id {int} REFERENCES operator (id);
ALTER TABLE bank_line ADD COLUMN position {int} NOT NULL DEFAULT 0;
ALTER TABLE bank_line ADD COLUMN open {int} NOT NULL DEFAULT 0;
ALTER TABLE bank_line ADD COLUMN bank_reference {text} NOT NULL DEFAULT '';
ALTER TABLE bank_line ADD COLUMN creditor_reference {text} NOT NULL DEFAULT '';
ALTER TABLE bank_line ADD COLUMN end_to_end {text} NOT NULL DEFAULT '';
ALTER TABLE bank_line ADD COLUMN mandate {text} NOT NULL DEFAULT '';
ALTER TABLE bank_line ADD COLUMN bank_code {text} NOT NULL DEFAULT '';
ALTER TABLE bank_line ADD COLUMN return_reason {text} NOT NULL DEFAULT '';
ALTER TABLE bank_line ADD COLUMN charges {int} NOT NULL DEFAULT 0;
ALTER TABLE bank_line ADD COLUMN original_amount {int};
ALTER TABLE bank_line ADD COLUMN original_currency {text} NOT NULL DEFAULT '';
ALTER TABLE allocation ADD COLUMN reason_code {text} NOT NULL DEFAULT '';
ALTER TABLE allocation ADD COLUMN tax_base {int} NOT NULL DEFAULT 0;
ALTER TABLE allocation ADD COLUMN given_with_id {int} REFERENCES allocation (id);
CREATE INDEX allocation_given_with ON allocation (given_with_id) WHERE given_with_id IS NOT NULL;
UPDATE bank_line SET open = amount WHERE status = 'unmatched';
CREATE INDEX bank_line_open ON bank_line (date, id) WHERE open <> 0;
CREATE INDEX bank_line_statement ON bank_line (statement_id, position);
CREATE INDEX bank_statement_account ON bank_statement (bank_account_id, date_to, id);
"""

TABLES = """
CREATE TABLE bank_detail (
    id {pk},
    bank_line_id {int} NOT NULL REFERENCES bank_line (id),
    position {int} NOT NULL,
    amount {int} NOT NULL,
    currency {text} NOT NULL,
    text {text} NOT NULL DEFAULT '',
    reference {text} NOT NULL DEFAULT '',
    creditor_reference {text} NOT NULL DEFAULT '',
    end_to_end {text} NOT NULL DEFAULT '',
    mandate {text} NOT NULL DEFAULT '',
    payer {text} NOT NULL DEFAULT '',
    payer_iban {text} NOT NULL DEFAULT '',
    return_reason {text} NOT NULL DEFAULT '',
    charges {int} NOT NULL DEFAULT 0,
    original_amount {int},
    original_currency {text} NOT NULL DEFAULT '',
    UNIQUE (bank_line_id, position)
) {strict};
CREATE TABLE write_off_reason (
    code {text} PRIMARY KEY,
    name {text} NOT NULL,
    account {text} NOT NULL,
    gain_account {text} NOT NULL DEFAULT '',
    clerk_limit {int} NOT NULL DEFAULT 0,
    active {int} NOT NULL DEFAULT 1
) {strict};
CREATE TABLE refund (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    date {text} NOT NULL,
    amount {int} NOT NULL CHECK (amount > 0),
    currency {text} NOT NULL,
    rate {int} NOT NULL DEFAULT 100000000,
    rate_source {text} NOT NULL DEFAULT '',
    rate_date {text},
    amount_base {int} NOT NULL,
    iban {text} NOT NULL DEFAULT '',
    bic {text} NOT NULL DEFAULT '',
    payee {text} NOT NULL DEFAULT '',
    reference {text} NOT NULL DEFAULT '',
    reason {text} NOT NULL DEFAULT '',
    bank_account_id {int} REFERENCES bank_account (id),
    reversed_on {text},
    reversal_reason {text} NOT NULL DEFAULT '',
    operator_id {int} NOT NULL REFERENCES operator (id),
    entry_at {text} NOT NULL
) {strict};
CREATE INDEX refund_customer ON refund (customer_id, date, id);
CREATE TABLE consumption (
    id {pk},
    date {text} NOT NULL,
    kind {text} NOT NULL CHECK (kind IN ('refund', 'difference')),
    receipt_id {int} REFERENCES receipt (id),
    credit_note_id {int} REFERENCES invoice (id),
    refund_id {int} REFERENCES refund (id),
    amount {int} NOT NULL CHECK (amount <> 0),
    amount_base {int} NOT NULL,
    difference_base {int} NOT NULL DEFAULT 0,
    reason_code {text} NOT NULL DEFAULT '',
    reason {text} NOT NULL DEFAULT '',
    reverses_id {int} UNIQUE REFERENCES consumption (id),
    operator_id {int} NOT NULL REFERENCES operator (id),
    entry_at {text} NOT NULL,
    CHECK ((receipt_id IS NULL) <> (credit_note_id IS NULL)),
    CHECK ((kind = 'refund') = (refund_id IS NOT NULL)),
    CHECK ((amount > 0) = (reverses_id IS NULL))
) {strict};
CREATE INDEX consumption_receipt ON consumption (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX consumption_credit ON consumption (credit_note_id) WHERE credit_note_id IS NOT NULL;
CREATE INDEX consumption_refund ON consumption (refund_id) WHERE refund_id IS NOT NULL;
CREATE TABLE bank_rule (
    id {pk},
    position {int} NOT NULL,
    name {text} NOT NULL,
    conditions {text} NOT NULL,
    action {text} NOT NULL CHECK (action IN ('customer', 'write_off', 'account', 'ignore')),
    customer_id {int} REFERENCES customer (id),
    reason_code {text} NOT NULL DEFAULT '',
    account {text} NOT NULL DEFAULT '',
    reason {text} NOT NULL DEFAULT '',
    active {int} NOT NULL DEFAULT 1,
    hits {int} NOT NULL DEFAULT 0,
    version {int} NOT NULL DEFAULT 1
) {strict};
CREATE TABLE payer_alias (
    id {pk},
    kind {text} NOT NULL CHECK (kind IN ('iban', 'name')),
    value {text} NOT NULL,
    customer_id {int} NOT NULL REFERENCES customer (id),
    learned_on {text} NOT NULL,
    uses {int} NOT NULL DEFAULT 1,
    UNIQUE (kind, value, customer_id)
) {strict};
CREATE TABLE clearing (
    id {pk},
    date {text} NOT NULL,
    bank_line_id {int} NOT NULL REFERENCES bank_line (id),
    kind {text} NOT NULL CHECK (kind IN ('receipt', 'refund', 'return', 'charge', 'account', 'ignored')),
    amount {int} NOT NULL CHECK (amount <> 0),
    receipt_id {int} REFERENCES receipt (id),
    refund_id {int} REFERENCES refund (id),
    account {text} NOT NULL DEFAULT '',
    reason {text} NOT NULL DEFAULT '',
    rule_id {int} REFERENCES bank_rule (id),
    reverses_id {int} UNIQUE REFERENCES clearing (id),
    operator_id {int} NOT NULL REFERENCES operator (id),
    entry_at {text} NOT NULL,
    CHECK (kind NOT IN ('receipt', 'return') OR receipt_id IS NOT NULL),
    CHECK (receipt_id IS NULL OR kind IN ('receipt', 'return', 'charge')),
    CHECK ((kind = 'refund') = (refund_id IS NOT NULL)),
    CHECK ((kind IN ('charge', 'account')) = (account <> ''))
) {strict};
CREATE INDEX clearing_line ON clearing (bank_line_id);
CREATE INDEX clearing_date ON clearing (date);
CREATE INDEX clearing_receipt ON clearing (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX clearing_refund ON clearing (refund_id) WHERE refund_id IS NOT NULL;
CREATE TABLE csv_mapping (
    id {pk},
    bank_account_id {int} NOT NULL REFERENCES bank_account (id),
    name {text} NOT NULL,
    header {text} NOT NULL DEFAULT '',
    mapping {text} NOT NULL,
    version {int} NOT NULL DEFAULT 1,
    UNIQUE (bank_account_id, name)
) {strict};
CREATE TABLE deposit (
    id {pk},
    bank_account_id {int} REFERENCES bank_account (id),
    date {text} NOT NULL,
    reference {text} NOT NULL DEFAULT '',
    means {text} NOT NULL DEFAULT '20',
    currency {text} NOT NULL,
    stated_count {int} NOT NULL DEFAULT 0,
    stated_total {int} NOT NULL DEFAULT 0,
    status {text} NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'posted', 'dropped')),
    operator_id {int} NOT NULL REFERENCES operator (id),
    holder {text},
    version {int} NOT NULL DEFAULT 1,
    created_at {text} NOT NULL,
    posted_at {text}
) {strict};
CREATE INDEX deposit_listed ON deposit (date, id);
CREATE TABLE deposit_item (
    id {pk},
    deposit_id {int} NOT NULL REFERENCES deposit (id),
    position {int} NOT NULL,
    typed {text} NOT NULL DEFAULT '',
    customer_id {int} REFERENCES customer (id),
    amount {int} NOT NULL,
    reference {text} NOT NULL DEFAULT '',
    struck {int} NOT NULL DEFAULT 0,
    receipt_id {int} REFERENCES receipt (id),
    at {text} NOT NULL,
    UNIQUE (deposit_id, position)
) {strict};
CREATE TABLE investigation (
    id {pk},
    kind {text} NOT NULL CHECK (kind IN ('not_on_statement', 'not_recorded', 'wrong_charge', 'other')),
    month {text} NOT NULL DEFAULT '',
    bank_account_id {int} REFERENCES bank_account (id),
    bank_line_id {int} REFERENCES bank_line (id),
    receipt_id {int} REFERENCES receipt (id),
    refund_id {int} REFERENCES refund (id),
    amount {int} NOT NULL,
    currency {text} NOT NULL,
    subject {text} NOT NULL,
    owner_id {int} NOT NULL REFERENCES operator (id),
    due_on {text} NOT NULL,
    status {text} NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    outcome {text} NOT NULL DEFAULT '',
    opened_on {text} NOT NULL,
    closed_on {text},
    version {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX investigation_open ON investigation (due_on, id) WHERE status = 'open';
CREATE TABLE investigation_note (
    id {pk},
    investigation_id {int} NOT NULL REFERENCES investigation (id),
    at {text} NOT NULL,
    date {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    text {text} NOT NULL
) {strict};
CREATE INDEX investigation_note_of ON investigation_note (investigation_id, id);
CREATE TABLE period_proof (
    id {pk},
    month {text} NOT NULL,
    at {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    figures {text} NOT NULL,
    proved {int} NOT NULL,
    path {text} NOT NULL DEFAULT '',
    sha256 {text} NOT NULL DEFAULT ''
) {strict};
CREATE INDEX period_proof_month ON period_proof (month, id);
CREATE TABLE mandate (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    reference {text} NOT NULL UNIQUE,
    scheme {text} NOT NULL DEFAULT 'CORE' CHECK (scheme IN ('CORE', 'B2B')),
    iban {text} NOT NULL,
    bic {text} NOT NULL DEFAULT '',
    holder {text} NOT NULL,
    signed_on {text} NOT NULL,
    once {int} NOT NULL DEFAULT 0,
    first_used {text},
    last_used {text},
    revoked_on {text},
    version {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX mandate_customer ON mandate (customer_id);
CREATE TABLE payment_order (
    id {pk},
    kind {text} NOT NULL CHECK (kind IN ('collection', 'refund')),
    message_id {text} NOT NULL UNIQUE,
    bank_account_id {int} NOT NULL REFERENCES bank_account (id),
    execution_date {text} NOT NULL,
    currency {text} NOT NULL,
    count {int} NOT NULL,
    total {int} NOT NULL,
    path {text} NOT NULL DEFAULT '',
    sha256 {text} NOT NULL DEFAULT '',
    status {text} NOT NULL DEFAULT 'made' CHECK (status IN ('made', 'cancelled')),
    operator_id {int} NOT NULL REFERENCES operator (id),
    at {text} NOT NULL
) {strict};
CREATE TABLE payment_order_part (
    id {pk},
    payment_order_id {int} NOT NULL REFERENCES payment_order (id),
    customer_id {int} NOT NULL REFERENCES customer (id),
    invoice_id {int} REFERENCES invoice (id),
    refund_id {int} REFERENCES refund (id),
    mandate_id {int} REFERENCES mandate (id),
    end_to_end {text} NOT NULL,
    sequence_type {text} NOT NULL DEFAULT '',
    amount {int} NOT NULL CHECK (amount > 0),
    dropped_on {text},
    reason {text} NOT NULL DEFAULT ''
) {strict};
CREATE INDEX payment_order_part_order ON payment_order_part (payment_order_id);
CREATE INDEX payment_order_part_end_to_end ON payment_order_part (end_to_end);
CREATE INDEX payment_order_part_invoice ON payment_order_part (invoice_id) WHERE invoice_id IS NOT NULL;
"""

#: code, name, account for a loss, account for a gain, up to how much (cents of the books) a clerk may.
REASONS = (
    ("rounding", "rounding difference", "658000", "758000", 500),
    ("bank_fee", "bank fee taken off by a bank on the way", "627000", "", 3000),
    ("early_payment", "early-payment discount", "665000", "", 0),
    ("goodwill", "goodwill", "658000", "758000", 1000),
    ("bad_debt", "bad debt", "654000", "", 0),
)

#: Accounts that the chart has from now on.
ACCOUNTS = (
    ("471000", "Comptes d’attente", "asset"),
    ("580000", "Virements internes", "asset"),
    ("627000", "Services bancaires et assimilés", "expense"),
    ("665000", "Escomptes accordés", "expense"),
)
#: What lines of earlier books were cleared with.
CLEARED = """
INSERT INTO clearing (date, bank_line_id, kind, amount, receipt_id, operator_id, entry_at)
    SELECT b.date, b.id, 'receipt', b.amount, r.id, r.operator_id, r.entry_at
    FROM bank_line b JOIN receipt r ON r.bank_line_id = b.id AND r.reversed_on IS NULL
    WHERE b.status = 'matched' ORDER BY b.id;
INSERT INTO clearing (date, bank_line_id, kind, amount, reason, operator_id, entry_at)
    SELECT b.date, b.id, 'ignored', b.amount, '', (SELECT min(id) FROM operator), b.date
    FROM bank_line b WHERE b.status = 'ignored' AND b.amount <> 0 ORDER BY b.id;
INSERT INTO setting (key, value) SELECT 'clearing.before_audit', '' || coalesce(max(id), 0) FROM clearing;
"""


def up(migrator, db):
    ddl.run(db, COLUMNS)
    ddl.run(db, TABLES)
    for code, name, account, gain, limit in REASONS:
        db.execute_sql(
            "INSERT INTO write_off_reason (code, name, account, gain_account, clerk_limit)"
            f" VALUES ('{code}', '{name}', '{account}', '{gain}', {limit})"
        )
    for code, name, kind in ACCOUNTS:
        # Books without a company get the whole chart with it.
        db.execute_sql(
            "INSERT INTO account (code, name, kind)"
            f" SELECT '{code}', '{name}', '{kind}' WHERE EXISTS (SELECT 1 FROM company)"
        )
    ddl.run(db, CLEARED)
    _learn(db)


def _learn(db):
    """The payers of earlier books: accounts and names that stand on lines which were cleared with receipts."""
    rows = db.execute_sql(
        "SELECT b.payer_iban, b.payer, r.customer_id, c.date FROM clearing c JOIN bank_line b ON b.id = c.bank_line_id"
        " JOIN receipt r ON r.id = c.receipt_id ORDER BY c.id"
    ).fetchall()
    uses: dict[tuple[str, str, int], tuple[str, int]] = {}
    for iban, payer, customer, day in rows:
        for kind, value in (("iban", compact(iban)), ("name", alias_of(payer))):
            if value:
                since, count = uses.get((kind, value, customer), (day, 0))
                uses[kind, value, customer] = (since, count + 1)
    mark = "?" if db.param == "?" else "%s"
    for (kind, value, customer), (since, count) in uses.items():
        db.execute_sql(
            f"INSERT INTO payer_alias (kind, value, customer_id, learned_on, uses) VALUES ({', '.join([mark] * 5)})",
            (kind, value, customer, since, count),
        )
