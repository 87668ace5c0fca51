"""The books as they begin.

Amounts are minor units of the document's currency, `_base` ones of the books' currency; quantities are
scaled by 10^4, unit prices by 10^6, percents and VAT rates by 10^4, exchange rates by 10^8.
Dates are ISO text, instants UTC ISO text with microseconds.
"""

from __future__ import annotations

from tui_billing.models import ddl

PARTIES = """
CREATE TABLE setting (
    key {text} PRIMARY KEY,
    value {text} NOT NULL
) {strict};
CREATE TABLE company (
    id {int} PRIMARY KEY CHECK (id = 1),
    party {text} NOT NULL,
    currency {text} NOT NULL,
    language {text} NOT NULL,
    terms {text} NOT NULL,
    iban {text} NOT NULL DEFAULT '',
    bic {text} NOT NULL DEFAULT '',
    bank {text} NOT NULL DEFAULT '',
    payment_means {text} NOT NULL DEFAULT '30',
    vat_on_debits {int} NOT NULL DEFAULT 0,
    prices_include_vat {int} NOT NULL DEFAULT 0,
    late_penalty {text} NOT NULL DEFAULT '',
    early_payment {text} NOT NULL DEFAULT '',
    due_soon_days {int} NOT NULL DEFAULT 7,
    logo {text} NOT NULL DEFAULT '',
    version {int} NOT NULL DEFAULT 1
) {strict};
CREATE TABLE operator (
    id {pk},
    login {text} NOT NULL UNIQUE,
    name {text} NOT NULL,
    role {text} NOT NULL CHECK (role IN ('clerk', 'supervisor', 'auditor')),
    language {text} NOT NULL DEFAULT '',
    seen_change {int} NOT NULL DEFAULT 0,
    active {int} NOT NULL DEFAULT 1
) {strict};
CREATE TABLE customer (
    id {pk},
    code {text} NOT NULL UNIQUE,
    name {text} NOT NULL,
    search {text} NOT NULL,
    legal_form {text} NOT NULL DEFAULT '',
    siren {text} NOT NULL DEFAULT '',
    siret {text} NOT NULL DEFAULT '',
    vat_id {text} NOT NULL DEFAULT '',
    country {text} NOT NULL,
    electronic_address {text} NOT NULL DEFAULT '',
    electronic_scheme {text} NOT NULL DEFAULT '',
    email {text} NOT NULL DEFAULT '',
    phone {text} NOT NULL DEFAULT '',
    language {text} NOT NULL,
    currency {text} NOT NULL,
    terms {text} NOT NULL,
    payment_means {text} NOT NULL DEFAULT '30',
    vat_category {text} NOT NULL DEFAULT '',
    exemption_code {text} NOT NULL DEFAULT '',
    purchase_order_required {int} NOT NULL DEFAULT 0,
    credit_limit {int} NOT NULL DEFAULT 0,
    note {text} NOT NULL DEFAULT '',
    active {int} NOT NULL DEFAULT 1,
    version {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX customer_name ON customer (name, id);
CREATE TABLE address (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    kind {text} NOT NULL CHECK (kind IN ('billing', 'delivery')),
    name {text} NOT NULL DEFAULT '',
    line1 {text} NOT NULL DEFAULT '',
    line2 {text} NOT NULL DEFAULT '',
    line3 {text} NOT NULL DEFAULT '',
    postcode {text} NOT NULL DEFAULT '',
    city {text} NOT NULL DEFAULT '',
    region {text} NOT NULL DEFAULT '',
    country {text} NOT NULL
) {strict};
CREATE INDEX address_customer ON address (customer_id, kind);
CREATE TABLE contact (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    name {text} NOT NULL,
    role {text} NOT NULL DEFAULT '',
    email {text} NOT NULL DEFAULT '',
    phone {text} NOT NULL DEFAULT ''
) {strict};
CREATE INDEX contact_customer ON contact (customer_id);
CREATE TABLE identifier (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    scheme {text} NOT NULL,
    value {text} NOT NULL,
    UNIQUE (customer_id, scheme, value)
) {strict};
CREATE TABLE item (
    id {pk},
    code {text} NOT NULL UNIQUE,
    description {text} NOT NULL,
    description_fr {text} NOT NULL DEFAULT '',
    search {text} NOT NULL,
    unit {text} NOT NULL DEFAULT 'C62',
    unit_price {int} NOT NULL,
    currency {text} NOT NULL,
    vat_category {text} NOT NULL DEFAULT 'S',
    vat_rate {int} NOT NULL DEFAULT 0,
    exemption_code {text} NOT NULL DEFAULT '',
    nature {text} NOT NULL CHECK (nature IN ('goods', 'services')),
    active {int} NOT NULL DEFAULT 1,
    version {int} NOT NULL DEFAULT 1
) {strict};
CREATE TABLE exchange_rate (
    currency {text} NOT NULL,
    date {text} NOT NULL,
    rate {int} NOT NULL CHECK (rate > 0),
    source {text} NOT NULL,
    PRIMARY KEY (currency, date)
) {strict};
"""

INVOICES = """
CREATE TABLE series (
    id {pk},
    code {text} NOT NULL,
    prefix {text} NOT NULL,
    year {int} NOT NULL,
    next_counter {int} NOT NULL DEFAULT 1,
    last_issue_date {text} NOT NULL DEFAULT '',
    UNIQUE (code, year)
) {strict};
CREATE TABLE invoice (
    id {pk},
    kind {text} NOT NULL CHECK (kind IN ('invoice', 'credit_note', 'corrective')),
    state {text} NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'issued')),
    number {text} UNIQUE,
    series_id {int} REFERENCES series (id),
    counter {int},
    type_code {text} NOT NULL,
    customer_id {int} REFERENCES customer (id),
    buyer_name {text} NOT NULL DEFAULT '',
    issue_date {text} NOT NULL,
    tax_point_date {text},
    delivery_date {text},
    period_start {text},
    period_end {text},
    due_date {text},
    currency {text} NOT NULL,
    rate {int} NOT NULL DEFAULT 100000000,
    rate_source {text} NOT NULL DEFAULT '',
    rate_date {text},
    purchase_order {text} NOT NULL DEFAULT '',
    contract {text} NOT NULL DEFAULT '',
    delivery_note {text} NOT NULL DEFAULT '',
    sales_order {text} NOT NULL DEFAULT '',
    buyer_reference {text} NOT NULL DEFAULT '',
    project {text} NOT NULL DEFAULT '',
    original_id {int} REFERENCES invoice (id),
    reason {text} NOT NULL DEFAULT '',
    operation_category {text} NOT NULL DEFAULT '',
    vat_on_debits {int} NOT NULL DEFAULT 0,
    payment_means {text} NOT NULL DEFAULT '',
    iban {text} NOT NULL DEFAULT '',
    bic {text} NOT NULL DEFAULT '',
    payment_reference {text} NOT NULL DEFAULT '',
    terms {text} NOT NULL DEFAULT '',
    language {text} NOT NULL DEFAULT '',
    prices_include_vat {int} NOT NULL DEFAULT 0,
    method {text} NOT NULL DEFAULT 'group',
    seller {text} NOT NULL DEFAULT '{empty}',
    buyer {text} NOT NULL DEFAULT '{empty}',
    delivery {text} NOT NULL DEFAULT '{empty}',
    mentions {text} NOT NULL DEFAULT '[]',
    note {text} NOT NULL DEFAULT '',
    lines_total {int} NOT NULL DEFAULT 0,
    allowances_total {int} NOT NULL DEFAULT 0,
    charges_total {int} NOT NULL DEFAULT 0,
    net {int} NOT NULL DEFAULT 0,
    tax {int} NOT NULL DEFAULT 0,
    gross {int} NOT NULL DEFAULT 0,
    prepaid {int} NOT NULL DEFAULT 0,
    rounding {int} NOT NULL DEFAULT 0,
    payable {int} NOT NULL DEFAULT 0,
    net_base {int} NOT NULL DEFAULT 0,
    tax_base {int} NOT NULL DEFAULT 0,
    gross_base {int} NOT NULL DEFAULT 0,
    payable_base {int} NOT NULL DEFAULT 0,
    open {int} NOT NULL DEFAULT 0 CHECK (open >= 0 AND open <= payable),
    open_base {int} NOT NULL DEFAULT 0,
    credited {int} NOT NULL DEFAULT 0,
    written_off {int} NOT NULL DEFAULT 0,
    disputed {int} NOT NULL DEFAULT 0 CHECK (disputed >= 0),
    next_due {text},
    settled_on {text},
    operator_id {int} NOT NULL REFERENCES operator (id),
    form {text},
    holder {text},
    version {int} NOT NULL DEFAULT 1,
    created_at {text} NOT NULL,
    updated_at {text} NOT NULL,
    issued_at {text},
    issued_by {int} REFERENCES operator (id),
    batch_id {text},
    CHECK ((state = 'draft') = (number IS NULL)),
    CHECK (state = 'draft' OR (customer_id IS NOT NULL AND counter IS NOT NULL AND due_date IS NOT NULL)),
    UNIQUE (series_id, counter)
) {strict};
CREATE INDEX invoice_listed ON invoice (issue_date, id);
CREATE INDEX invoice_customer ON invoice (customer_id, issue_date, id);
CREATE INDEX invoice_gross ON invoice (gross, id);
CREATE INDEX invoice_open ON invoice
    (next_due, id, kind, disputed, open, payable, credited, written_off, open_base, customer_id)
    WHERE open <> 0;
CREATE INDEX invoice_owed ON invoice (customer_id, next_due, id, kind, disputed, open, open_base) WHERE open <> 0;
CREATE INDEX invoice_draft ON invoice (operator_id, updated_at) WHERE state = 'draft';
CREATE INDEX invoice_settled ON invoice (settled_on, kind, credited, written_off, gross_base)
    WHERE settled_on IS NOT NULL;
CREATE INDEX invoice_disputed ON invoice (next_due, id, open_base) WHERE disputed <> 0;
CREATE INDEX invoice_credits ON invoice (next_due, id, open_base) WHERE kind = 'credit_note' AND open <> 0;
CREATE INDEX invoice_written_off ON invoice (issue_date, id) WHERE written_off <> 0;
CREATE INDEX invoice_credited ON invoice (issue_date, id) WHERE credited <> 0;
CREATE INDEX invoice_original ON invoice (original_id) WHERE original_id IS NOT NULL;
CREATE TABLE invoice_line (
    id {pk},
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    position {int} NOT NULL,
    item_id {int} REFERENCES item (id),
    item_code {text} NOT NULL DEFAULT '',
    description {text} NOT NULL,
    quantity {int} NOT NULL,
    unit {text} NOT NULL,
    unit_price {int} NOT NULL,
    discount_percent {int} NOT NULL DEFAULT 0,
    discount {int} NOT NULL DEFAULT 0,
    net {int} NOT NULL,
    vat_category {text} NOT NULL,
    vat_rate {int} NOT NULL,
    exemption_code {text} NOT NULL DEFAULT '',
    nature {text} NOT NULL,
    period_start {text},
    period_end {text},
    order_line {text} NOT NULL DEFAULT '',
    note {text} NOT NULL DEFAULT '',
    original_line_id {int} REFERENCES invoice_line (id),
    UNIQUE (invoice_id, position)
) {strict};
CREATE TABLE invoice_adjustment (
    id {pk},
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    line_id {int} REFERENCES invoice_line (id),
    is_charge {int} NOT NULL,
    amount {int} NOT NULL,
    base {int},
    percent {int},
    reason {text} NOT NULL DEFAULT '',
    reason_code {text} NOT NULL DEFAULT '',
    vat_category {text} NOT NULL DEFAULT '',
    vat_rate {int} NOT NULL DEFAULT 0,
    exemption_code {text} NOT NULL DEFAULT ''
) {strict};
CREATE INDEX invoice_adjustment_invoice ON invoice_adjustment (invoice_id);
CREATE TABLE vat_breakdown (
    id {pk},
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    category {text} NOT NULL,
    rate {int} NOT NULL,
    exemption_code {text} NOT NULL DEFAULT '',
    exemption_text {text} NOT NULL DEFAULT '',
    taxable {int} NOT NULL,
    tax {int} NOT NULL,
    taxable_base {int} NOT NULL,
    tax_base {int} NOT NULL,
    UNIQUE (invoice_id, category, rate, exemption_code)
) {strict};
CREATE TABLE instalment (
    id {pk},
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    position {int} NOT NULL,
    due_date {text} NOT NULL,
    amount {int} NOT NULL,
    open {int} NOT NULL CHECK (open >= 0 AND open <= amount),
    open_base {int} NOT NULL,
    UNIQUE (invoice_id, position)
) {strict};
CREATE INDEX instalment_open ON instalment (due_date, open_base) WHERE open <> 0;
CREATE TABLE rendering (
    id {pk},
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    path {text} NOT NULL,
    sha256 {text} NOT NULL,
    missing {text} NOT NULL DEFAULT '',
    at {text} NOT NULL
) {strict};
CREATE INDEX rendering_invoice ON rendering (invoice_id);
"""

MONEY = """
CREATE TABLE bank_account (
    id {pk},
    name {text} NOT NULL,
    iban {text} NOT NULL UNIQUE,
    bic {text} NOT NULL DEFAULT '',
    currency {text} NOT NULL,
    account {text} NOT NULL DEFAULT '512000'
) {strict};
CREATE TABLE bank_statement (
    id {pk},
    bank_account_id {int} NOT NULL REFERENCES bank_account (id),
    reference {text} NOT NULL DEFAULT '',
    date_from {text} NOT NULL,
    date_to {text} NOT NULL,
    opening {int} NOT NULL,
    closing {int} NOT NULL,
    source {text} NOT NULL DEFAULT '',
    at {text} NOT NULL
) {strict};
CREATE TABLE bank_line (
    id {pk},
    bank_account_id {int} NOT NULL REFERENCES bank_account (id),
    statement_id {int} REFERENCES bank_statement (id),
    date {text} NOT NULL,
    value_date {text},
    amount {int} NOT NULL,
    currency {text} NOT NULL,
    text {text} NOT NULL DEFAULT '',
    reference {text} NOT NULL DEFAULT '',
    payer {text} NOT NULL DEFAULT '',
    payer_iban {text} NOT NULL DEFAULT '',
    fingerprint {text} NOT NULL UNIQUE,
    status {text} NOT NULL DEFAULT 'unmatched' CHECK (status IN ('unmatched', 'matched', 'ignored'))
) {strict};
CREATE INDEX bank_line_payer ON bank_line (payer_iban) WHERE payer_iban <> '';
CREATE INDEX bank_line_unmatched ON bank_line (date, id) WHERE status = 'unmatched';
CREATE TABLE receipt (
    id {pk},
    customer_id {int} NOT NULL REFERENCES customer (id),
    date {text} NOT NULL,
    amount {int} NOT NULL CHECK (amount > 0),
    currency {text} NOT NULL,
    rate {int} NOT NULL DEFAULT 100000000,
    rate_source {text} NOT NULL DEFAULT '',
    rate_date {text},
    amount_base {int} NOT NULL,
    means {text} NOT NULL DEFAULT '30',
    reference {text} NOT NULL DEFAULT '',
    payer {text} NOT NULL DEFAULT '',
    note {text} NOT NULL DEFAULT '',
    bank_account_id {int} REFERENCES bank_account (id),
    bank_line_id {int} REFERENCES bank_line (id),
    open {int} NOT NULL CHECK (open >= 0 AND open <= amount),
    open_base {int} NOT NULL,
    reversed_on {text},
    reversal_reason {text} NOT NULL DEFAULT '',
    operator_id {int} NOT NULL REFERENCES operator (id),
    entry_at {text} NOT NULL
) {strict};
CREATE INDEX receipt_customer ON receipt (customer_id, date, id);
CREATE INDEX receipt_listed ON receipt (date, id);
CREATE INDEX receipt_bank_line ON receipt (bank_line_id) WHERE bank_line_id IS NOT NULL;
CREATE INDEX receipt_open ON receipt (date, id, customer_id, open, open_base) WHERE open <> 0;
CREATE TABLE allocation (
    id {pk},
    date {text} NOT NULL,
    kind {text} NOT NULL CHECK (kind IN ('payment', 'credit', 'write_off')),
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    receipt_id {int} REFERENCES receipt (id),
    credit_note_id {int} REFERENCES invoice (id),
    amount {int} NOT NULL CHECK (amount <> 0),
    amount_base {int} NOT NULL,
    difference_base {int} NOT NULL DEFAULT 0,
    reason {text} NOT NULL DEFAULT '',
    reverses_id {int} UNIQUE REFERENCES allocation (id),
    operator_id {int} NOT NULL REFERENCES operator (id),
    entry_at {text} NOT NULL,
    CHECK ((kind = 'payment') = (receipt_id IS NOT NULL)),
    CHECK ((kind = 'credit') = (credit_note_id IS NOT NULL)),
    CHECK ((amount > 0) = (reverses_id IS NULL))
) {strict};
CREATE INDEX allocation_invoice ON allocation (invoice_id, date);
CREATE INDEX allocation_receipt ON allocation (receipt_id) WHERE receipt_id IS NOT NULL;
CREATE INDEX allocation_credit ON allocation (credit_note_id) WHERE credit_note_id IS NOT NULL;
CREATE INDEX allocation_date ON allocation (date);
CREATE TABLE dispute (
    id {pk},
    invoice_id {int} NOT NULL REFERENCES invoice (id),
    customer_id {int} NOT NULL REFERENCES customer (id),
    reason {text} NOT NULL,
    amount {int} NOT NULL CHECK (amount > 0),
    currency {text} NOT NULL,
    contact {text} NOT NULL DEFAULT '',
    owner_id {int} NOT NULL REFERENCES operator (id),
    priority {text} NOT NULL DEFAULT 'normal',
    status {text} NOT NULL DEFAULT 'received' CHECK (status IN
        ('received', 'investigating', 'waiting_customer', 'waiting_colleague', 'decided', 'closed')),
    outcome {text} NOT NULL DEFAULT '',
    opened_on {text} NOT NULL,
    answer_by {text} NOT NULL,
    closed_on {text},
    version {int} NOT NULL DEFAULT 1
) {strict};
CREATE INDEX dispute_invoice ON dispute (invoice_id);
CREATE INDEX dispute_listed ON dispute (answer_by, id) WHERE status <> 'closed';
CREATE TABLE dispute_line (
    id {pk},
    dispute_id {int} NOT NULL REFERENCES dispute (id),
    line_id {int} NOT NULL REFERENCES invoice_line (id),
    amount {int} NOT NULL
) {strict};
CREATE TABLE dispute_note (
    id {pk},
    dispute_id {int} NOT NULL REFERENCES dispute (id),
    at {text} NOT NULL,
    date {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    kind {text} NOT NULL,
    text {text} NOT NULL
) {strict};
CREATE INDEX dispute_note_dispute ON dispute_note (dispute_id, id);
"""

JOURNAL = """
CREATE TABLE account (
    code {text} PRIMARY KEY,
    name {text} NOT NULL,
    kind {text} NOT NULL
) {strict};
CREATE TABLE period (
    month {text} PRIMARY KEY,
    closed_on {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id)
) {strict};
CREATE TABLE posting (
    id {pk},
    verb {text} NOT NULL,
    date {text} NOT NULL,
    document_date {text} NOT NULL,
    entry_at {text} NOT NULL,
    entity {text} NOT NULL,
    entity_id {int} NOT NULL,
    text {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    command_id {text} NOT NULL,
    batch_id {text}
) {strict};
CREATE INDEX posting_date ON posting (date, id);
CREATE INDEX posting_entity ON posting (entity, entity_id);
CREATE TABLE posting_line (
    id {pk},
    posting_id {int} NOT NULL REFERENCES posting (id),
    account {text} NOT NULL REFERENCES account (code),
    customer_id {int} REFERENCES customer (id),
    debit {int} NOT NULL CHECK (debit >= 0),
    credit {int} NOT NULL CHECK (credit >= 0),
    currency {text} NOT NULL,
    amount {int} NOT NULL
) {strict};
CREATE INDEX posting_line_posting ON posting_line (posting_id);
CREATE TABLE audit (
    seq {int} PRIMARY KEY,
    at {text} NOT NULL,
    operator {text} NOT NULL,
    origin {text} NOT NULL,
    action {text} NOT NULL,
    entity {text} NOT NULL,
    entity_id {int} NOT NULL,
    payload {text} NOT NULL,
    prev {text} NOT NULL,
    hash {text} NOT NULL UNIQUE
) {strict};
CREATE INDEX audit_entity ON audit (entity, entity_id, seq);
CREATE TABLE chain_head (
    id {int} PRIMARY KEY CHECK (id = 1),
    seq {int} NOT NULL,
    hash {text} NOT NULL
) {strict};
CREATE TABLE command (
    id {text} PRIMARY KEY,
    verb {text} NOT NULL,
    result {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    at {text} NOT NULL
) {strict};
CREATE TABLE change (
    seq {autopk},
    at {text} NOT NULL,
    operator_id {int} NOT NULL REFERENCES operator (id),
    action {text} NOT NULL,
    entity {text} NOT NULL,
    entity_id {int} NOT NULL,
    label {text} NOT NULL
) {strict};
"""

SEARCH = {
    "sqlite": """
CREATE VIRTUAL TABLE invoice_search USING fts5 (text, content='', tokenize='trigram', detail='full');
""",
    "postgres": """
CREATE TABLE invoice_search (
    rowid BIGINT PRIMARY KEY,
    text TEXT NOT NULL
);
""",
}


def up(migrator, db):
    for text in (PARTIES, INVOICES, MONEY, JOURNAL):
        ddl.run(db, text)
    ddl.run(db, SEARCH[ddl.dialect(db)])
    if ddl.dialect(db) == "postgres":
        available = db.execute_sql("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'").fetchone()
        if available:
            db.execute_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            db.execute_sql("CREATE INDEX invoice_search_text ON invoice_search USING gin (text gin_trgm_ops)")
    head = "INSERT INTO chain_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')"
    db.execute_sql(head)
