"""Triggers on both engines: what is issued, posted or audited is only ever added.

They are re-created from here after each migration; `missing` says which are not in force, and the
services refuse to post while one is. They stand for whoever opens the database with another tool;
the same checks live in the services.
"""

from __future__ import annotations

from tui_billing.models.ddl import dialect

#: Columns of an issued invoice that the verbs keep up to date; every other one is frozen.
LIVING = frozenset(
    {"open", "open_base", "credited", "written_off", "disputed", "disputed_base", "next_due", "settled_on"}
)

ISSUED = "an issued document cannot be changed or deleted"
APPEND_ONLY = "rows of this table are only ever added"
CHAIN = "the audit chain does not continue from its head"

#: Tables of which no row may be changed or deleted.
_APPEND_ONLY = (
    "posting",
    "posting_line",
    "allocation",
    "consumption",
    "clearing",
    "bank_detail",
    "audit",
    "dispute_line",
    "dispute_note",
    "dispute_change",
    "dispute_document",
    "dispute_letter",
    "inquiry",
    "investigation_note",
    "period_proof",
    "command",
    "change",
    "rendering",
    "template",
    "delivery_attempt",
    "letter",
    "stored_file",
    "attachment",
    "attachment_end",
    "billed_line",
    "contract_index",
    "item_price",
    "check_strike",
)
#: Children of an invoice, frozen once it is issued.
_CHILDREN = ("invoice_line", "invoice_adjustment", "vat_breakdown", "instalment")
#: Tables of which the rows stay, and change only in their living columns.
_KEPT = ("receipt", "refund", "bank_statement", "bank_line", "payment_order", "payment_order_part", "delivery")
#: Columns that the verbs keep up to date in tables otherwise frozen.
_LIVING_OF = {
    "instalment": ("open", "open_base"),
    "receipt": ("open", "open_base", "reversed_on", "reversal_reason"),
    "refund": ("reversed_on", "reversal_reason"),
    "bank_statement": (),
    "bank_line": ("open", "status"),
    "payment_order": ("path", "sha256", "status"),
    "delivery": (
        "state",
        "due_at",
        "first_try",
        "tries",
        "holder",
        "held_at",
        "batch",
        "sha256",
        "code",
        "reason",
        "changed_at",
    ),
    "payment_order_part": ("dropped_on", "reason"),
}


def _columns(db: object, table: str) -> list[str]:
    return [column.name for column in db.get_columns(table)]  # type: ignore[attr-defined]


def triggers(db: object) -> dict[str, str]:
    """Trigger name -> its CREATE statement, for the engine of `db`."""
    frozen = [name for name in _columns(db, "invoice") if name not in LIVING]
    rules: list[tuple[str, str, str, str, str]] = [
        # name, table, event, condition, message
        ("invoice_frozen", "invoice", "UPDATE OF " + ", ".join(frozen), "OLD.state <> 'draft'", ISSUED),
        ("invoice_kept", "invoice", "DELETE", "OLD.state <> 'draft'", ISSUED),
        ("invoice_begins_as_draft", "invoice", "INSERT", "NEW.state <> 'draft'", ISSUED),
    ]
    issued = "(SELECT state FROM invoice WHERE id = {row}.invoice_id) <> 'draft'"
    for table in _CHILDREN:
        living = _LIVING_OF.get(table, ())
        columns = [name for name in _columns(db, table) if name not in living]
        old, new = issued.format(row="OLD"), issued.format(row="NEW")
        rules += [
            (f"{table}_frozen", table, "UPDATE OF " + ", ".join(columns), f"{old} OR {new}", ISSUED),
            (f"{table}_kept", table, "DELETE", old, ISSUED),
            (f"{table}_complete", table, "INSERT", new, ISSUED),
        ]
    for table in _KEPT:
        frozen = [name for name in _columns(db, table) if name not in _LIVING_OF[table]]
        rules += [
            (f"{table}_frozen", table, "UPDATE OF " + ", ".join(frozen), "", APPEND_ONLY),
            (f"{table}_kept", table, "DELETE", "", APPEND_ONLY),
        ]
    for table in _APPEND_ONLY:
        rules += [
            (f"{table}_frozen", table, "UPDATE", "", APPEND_ONLY),
            (f"{table}_kept", table, "DELETE", "", APPEND_ONLY),
        ]
    rules += [
        ("deposit_frozen", "deposit", "UPDATE", "OLD.status = 'posted'", APPEND_ONLY),
        ("deposit_kept", "deposit", "DELETE", "OLD.status = 'posted'", APPEND_ONLY),
    ]
    posted = "(SELECT status FROM deposit WHERE id = {row}.deposit_id) = 'posted'"
    rules += [
        ("deposit_item_frozen", "deposit_item", "UPDATE", posted.format(row="OLD"), APPEND_ONLY),
        ("deposit_item_kept", "deposit_item", "DELETE", posted.format(row="OLD"), APPEND_ONLY),
        ("deposit_item_complete", "deposit_item", "INSERT", posted.format(row="NEW"), APPEND_ONLY),
    ]
    continues = (
        "NEW.seq <> (SELECT seq + 1 FROM chain_head WHERE id = 1)"
        " OR NEW.prev <> (SELECT hash FROM chain_head WHERE id = 1)"
    )
    rules.append(("audit_continues", "audit", "INSERT", continues, CHAIN))
    build = _sqlite if dialect(db) == "sqlite" else _postgres
    made = {name: build(name, table, event, when, message) for name, table, event, when, message in rules}
    made["audit_head"] = _HEAD[dialect(db)]
    if dialect(db) == "postgres":
        for table in ("invoice", *_KEPT, *_CHILDREN, *_APPEND_ONLY):
            made[f"{table}_no_truncate"] = (
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION billing_refuse('the books are only ever added to')"
            )
    return made


_HEAD = {
    "sqlite": "CREATE TRIGGER audit_head AFTER INSERT ON audit"
    " BEGIN UPDATE chain_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1; END",
    "postgres": "CREATE TRIGGER audit_head AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION billing_chain_head()",
}

_FUNCTIONS = """
CREATE OR REPLACE FUNCTION billing_chain_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN UPDATE chain_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1; RETURN NULL; END $$
--
CREATE OR REPLACE FUNCTION billing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = '23514'; END $$
"""


def _sqlite(name: str, table: str, event: str, when: str, message: str) -> str:
    condition = f" WHEN {when}" if when else ""
    return f"CREATE TRIGGER {name} BEFORE {event} ON {table}{condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"


def _postgres(name: str, table: str, event: str, when: str, message: str) -> str:
    if when and "SELECT" in when:
        # A WHEN clause cannot hold a query on PostgreSQL: the condition goes into a function of its own.
        result = "OLD" if event == "DELETE" else "NEW"
        return (
            f"CREATE OR REPLACE FUNCTION billing_{name}() RETURNS trigger LANGUAGE plpgsql AS $body$"
            f" BEGIN IF {when} THEN RAISE EXCEPTION '{message}' USING ERRCODE = '23514'; END IF;"
            f" RETURN {result}; END $body$;\n"
            f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION billing_{name}()"
        )
    condition = f" WHEN ({when})" if when else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW{condition}"
        f" EXECUTE FUNCTION billing_refuse('{message}')"
    )


def _existing(db: object) -> dict[str, str]:
    """Triggers in force, name -> text (PostgreSQL: the name and body of its function, where it is enabled)."""
    if dialect(db) == "sqlite":
        rows = db.execute_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")  # type: ignore[attr-defined]
    else:
        rows = db.execute_sql(  # type: ignore[attr-defined]
            "SELECT tgname, p.proname || btrim(p.prosrc, E' \\n') FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
            " JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND n.nspname = current_schema()"
        )
    return dict(rows.fetchall())


def create(db: object) -> None:
    """(Re-)create every guard, inside the open transaction."""
    present = _existing(db)
    if dialect(db) == "postgres":
        for text in _FUNCTIONS.split("--\n"):
            db.execute_sql(text.replace("%'", "%%'"))  # type: ignore[attr-defined]
    for name, text in triggers(db).items():
        if name in present:
            table = text.split(" ON ")[-1].split(" ")[0].split("\n")[0]
            on = f" ON {table}" if dialect(db) == "postgres" else ""
            db.execute_sql(f"DROP TRIGGER {name}{on}")  # type: ignore[attr-defined]
        for part in text.split(";\nCREATE TRIGGER"):
            statement = part if part.startswith("CREATE") else "CREATE TRIGGER" + part
            db.execute_sql(statement)  # type: ignore[attr-defined]


def drop(db: object) -> None:
    """Take the guards away, for a generator of large data that creates them again; never for a verb."""
    for name, text in triggers(db).items():
        table = text.split(" ON ")[-1].split(" ")[0]
        db.execute_sql(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if dialect(db) == "postgres" else ""))  # type: ignore[attr-defined]


def missing(db: object) -> list[str]:
    """Names of guards that are absent, disabled, or not the text (PostgreSQL: the function) they should be."""
    present = _existing(db)
    wanted = triggers(db)
    if dialect(db) == "postgres":
        wanted = {name: _function_of(text) for name, text in wanted.items()}
    return sorted(name for name, text in wanted.items() if present.get(name) != text)


def _function_of(trigger: str) -> str:
    """The name and body of the function that a trigger of PostgreSQL calls."""
    name = trigger.rpartition("EXECUTE FUNCTION ")[2].partition("(")[0]
    for text in (trigger, *_FUNCTIONS.split("--\n")):
        if f"CREATE OR REPLACE FUNCTION {name}(" in text:
            mark = "$body$" if "$body$" in text else "$$"
            return name + text.split(mark)[1].strip(" \n")
    return name
