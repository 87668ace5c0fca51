"""What every table of the books has in common."""

from __future__ import annotations

from tui_billing.models.engine import database  # isort: skip  (imports peewee the thrifty way)

from peewee import Model  # isort: skip


class Table(Model):
    class Meta:
        database = database
        legacy_table_names = False
        only_save_dirty = True
