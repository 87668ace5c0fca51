"""Where things lie on this machine: the user's data, the sample, and the demonstration's own copy of it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tui_billing.rules.problem import Unusable

NAME = "tui-billing"


def data_folder() -> Path:
    """The user's data folder for this program (not made yet)."""
    import platformdirs

    return Path(platformdirs.user_data_path(NAME, appauthor=False))


def default_books() -> str:
    """Where the books lie when nobody says: TUI_BILLING_DB, else the user's data folder."""
    return os.environ.get("TUI_BILLING_DB", "") or str(data_folder() / "books.db")


def sample_path() -> Path:
    """sample.db inside an installed package, else at the top of the checkout; `Unusable` where it is gone."""
    package = Path(__file__).resolve().parents[1]
    for path in (package / "sample.db", package.parent / "sample.db"):
        if path.is_file():
            return path
    raise Unusable("sample.db is missing from this installation; install tui-billing again")


def sample_papers() -> Path:
    """Where the papers of the sample lie, in the order of a store: inside the package, wherever its books are."""
    return Path(__file__).resolve().parents[1] / "sample_papers"


def private_sample(*, fresh: bool = False) -> Path:
    """The user's own copy of the sample, kept between runs; `fresh` starts over.

    It lies in a folder of its own, so that its documents never mix with those of the user's books.
    """
    sample = sample_path()
    copy = data_folder() / "demo" / "demo.db"
    try:
        if fresh:
            for suffix in ("", "-wal", "-shm", ".writer"):
                copy.with_name(copy.name + suffix).unlink(missing_ok=True)
            for folder in ("documents", "attachments"):
                shutil.rmtree(copy.parent / folder, ignore_errors=True)
        if not copy.exists():
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = copy.with_name(f".{copy.name}.{os.getpid()}.part")
            shutil.copyfile(sample, part)
            part.chmod(0o600)
            part.replace(copy)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unusable("{path} cannot be created: {reason}", path=copy, reason=reason) from None
    return copy
