"""What is wrong, said once: a message id with its values, which the doors translate."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 (a clerk's word: what is wrong is not always an error)
    """Input or a state that cannot be accepted.

    `message` is an English sentence with `{name}` places and serves as the gettext message id;
    `values` fill the places; `field` names the field the clerk has to mend ("" where there is none).
    """

    def __init__(self, message: str, *, field: str = "", **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.values = values

    def __str__(self) -> str:
        return self.message.format(**self.values) if self.values else self.message


class NotFound(Problem):
    """Something named does not exist (an unknown customer, item or document)."""


class Refused(Problem):
    """The operator, the period or the document's state does not allow it."""


class Conflict(Problem):
    """Somebody else has changed it meanwhile; `mine` and `theirs` hold both versions."""

    def __init__(self, message: str, *, mine: dict, theirs: dict, field: str = "", **values: object) -> None:
        super().__init__(message, field=field, **values)
        self.mine = mine
        self.theirs = theirs


class Unusable(Problem):
    """The database cannot be used: missing, locked, read-only, corrupt, newer, or on a full disk."""
