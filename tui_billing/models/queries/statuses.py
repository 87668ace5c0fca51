"""The statuses of `rules.status` as conditions in SQL; a test holds the two together."""

from __future__ import annotations

import datetime as dt

#: The status of an issued invoice (no credit note) with something open, of the columns of `invoice`. Its two
#: parameters are today and the last day that is due soon. The order is that of `rules.status.status_of`; a
#: test holds the two together.
OPEN_STATUS = (
    "CASE WHEN {i}disputed <> 0 THEN 'disputed' WHEN {i}next_due < ? THEN 'overdue'"
    " WHEN {i}payable - {i}credited - {i}written_off > {i}open THEN 'part_paid'"
    " WHEN {i}next_due <= ? THEN 'due_soon' ELSE 'open' END"
)
#: The status of any document, with the same parameters.
STATUS = (
    "CASE WHEN {i}state = 'draft' THEN 'draft'"
    " WHEN {i}kind = 'credit_note' THEN CASE WHEN {i}open <> 0 THEN 'open' ELSE 'credited' END"
    " WHEN {i}open = 0 THEN CASE WHEN {i}written_off <> 0 THEN 'written_off'"
    " WHEN {i}credited <> 0 AND {i}credited >= {i}payable THEN 'credited' ELSE 'paid' END"
    f" ELSE {OPEN_STATUS} END"
)


def last_day_due_soon(today: dt.date, due_soon_days: int) -> str:
    """The last day that counts as due soon, as the parameter of the conditions above."""
    return (today + dt.timedelta(days=due_soon_days)).isoformat()
