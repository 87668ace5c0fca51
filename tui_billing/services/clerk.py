"""Who works, when and from where: the context that every verb is given."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace


def utc_now() -> str:
    """This instant as UTC ISO text with microseconds."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def new_command_id() -> str:
    """A fresh id for a form or a command: said twice, done once."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Context:
    """Operator, role, origin (terminal or host), business date, and the id of this command."""

    operator: str
    today: dt.date
    role: str = "clerk"
    origin: str = ""
    command_id: str = field(default_factory=new_command_id)
    batch_id: str | None = None
    now: Callable[[], str] = utc_now
    #: Why a supervisor posts into a closed month; "" does not.
    period_reason: str = ""

    def command(self, command_id: str | None = None) -> Context:
        """The same context for another command."""
        return replace(self, command_id=command_id or new_command_id())
