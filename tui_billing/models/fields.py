"""Columns as they are stored: exact integers and ISO text, nothing that a driver could round."""

from __future__ import annotations

import tui_billing.models.engine  # noqa: F401  (peewee without drivers that the books do not need)

import datetime as dt  # isort: skip
import json  # isort: skip
from decimal import Decimal  # isort: skip

from peewee import BigIntegerField, TextField  # isort: skip

#: Scales of stored decimals: stored = value × 10^scale.
QUANTITY, PRICE, PERCENT, RATE = 4, 6, 4, 8


def scaled(value: Decimal, scale: int) -> int:
    """A decimal as its stored integer; ValueError where it has more decimals than the column."""
    stored = value.scaleb(scale)
    whole = int(stored)
    if whole != stored:
        raise ValueError(f"{value} has more than {scale} decimals")
    return whole


def unscaled(stored: int, scale: int) -> Decimal:
    """The decimal of a stored integer, without trailing zeros."""
    value = Decimal(stored).scaleb(-scale)
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


class AmountField(BigIntegerField):
    """Minor units of a currency."""


class ScaledField(BigIntegerField):
    """A decimal stored as an integer of a fixed scale; bool and float are refused."""

    scale = 0

    def db_value(self, value: Decimal | int | None) -> int | None:
        return None if value is None else scaled(Decimal(value), self.scale)

    def python_value(self, value: int | None) -> Decimal | None:
        return None if value is None else unscaled(value, self.scale)


class QuantityField(ScaledField):
    scale = QUANTITY


class PriceField(ScaledField):
    scale = PRICE


class PercentField(ScaledField):
    scale = PERCENT


class RateField(ScaledField):
    scale = RATE


class IsoDateField(TextField):
    """A calendar date as ISO text: the same bytes and the same order on both engines."""

    def db_value(self, value: dt.date | str | None) -> str | None:
        return value.isoformat() if isinstance(value, dt.date) else value

    def python_value(self, value: str | None) -> dt.date | None:
        return dt.date.fromisoformat(value) if value else None


class JsonField(TextField):
    """JSON as text, keys sorted, so that equal content is equal bytes."""

    def db_value(self, value: object) -> str | None:
        return None if value is None else json.dumps(value, sort_keys=True, separators=(",", ":"))

    def python_value(self, value: str | None) -> object:
        return None if value is None else json.loads(value)


class FlagField(BigIntegerField):
    """A truth value as 0 or 1."""

    def db_value(self, value: object) -> int:
        return int(bool(value))

    def python_value(self, value: int | None) -> bool:
        return bool(value)
