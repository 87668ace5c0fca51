"""A mailbox that is read for what came back: a Maildir on this machine, or IMAP over TLS."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tui_billing.rules.problem import Problem

#: So many mails are read at a time; what is left is read next time.
MOST = 2000


def read_mailbox(where: str, password: str = "", certificate: str = "") -> Iterator[bytes]:
    """The mails that have not been read yet; each is marked as read once the next one is asked for.

    `where` is the path of a Maildir, or imaps://user@host/FOLDER (imap:// with STARTTLS). A mail whose
    carrying out fails stays unread. Raises Problem where the mailbox cannot be used.
    """
    if where.startswith(("imap://", "imaps://")):
        yield from _imap(where, password, certificate)
    else:
        yield from _maildir(Path(where.removeprefix("maildir:")).expanduser())


def _maildir(folder: Path) -> Iterator[bytes]:
    """`new/` is what nobody has seen; what is read goes to `cur/` with the flag S, by one rename."""
    if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
        raise Problem("{path} is no Maildir; it needs the folders new and cur", field="mailbox", path=str(folder))
    try:
        names = sorted(path.name for path in (folder / "new").iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise _unreadable(str(folder), error) from None
    for name in names[:MOST]:
        path = folder / "new" / name
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue  # another reader has it
        except OSError as error:
            raise _unreadable(str(path), error) from None
        yield content
        with contextlib.suppress(FileNotFoundError):
            path.rename(folder / "cur" / (name.partition(":2,")[0] + ":2,S"))


def _imap(where: str, password: str, certificate: str) -> Iterator[bytes]:
    import imaplib
    import ssl

    parts = urlsplit(where)
    host, user = parts.hostname or "", unquote(parts.username or "")
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    if not host or not user or parts.password or re.search(r'[\r\n"\\]', folder):
        raise Problem(
            "{text} is no mailbox; write it like {example}, the password apart from it",
            field="mailbox",
            text=f"{parts.scheme}://{host}",
            example="imaps://billing@mail.example/INBOX",
        )
    trust = ssl.create_default_context(cafile=certificate or None)
    try:
        if parts.scheme == "imaps":
            box: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=trust, timeout=60)
        else:
            box = imaplib.IMAP4(host, parts.port or 143, timeout=60)
            box.starttls(ssl_context=trust)
        box.login(user, password)
        try:
            status, answer = box.select(f'"{folder}"')
            if status != "OK":
                raise imaplib.IMAP4.error(answer[0].decode("utf-8", "replace") if answer and answer[0] else folder)
            _status, found = box.uid("SEARCH", "UNSEEN")
            for number in (found[0] or b"").split()[:MOST]:
                _status, data = box.uid("FETCH", number.decode(), "(BODY.PEEK[])")
                content = next((part[1] for part in data if isinstance(part, tuple)), None)
                if content is None:
                    continue
                yield content
                box.uid("STORE", number.decode(), "+FLAGS", r"(\Seen)")
        finally:
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                box.logout()
    except (OSError, imaplib.IMAP4.error) as error:
        raise _unreadable(f"{parts.scheme}://{host}", error) from None


def _unreadable(where: str, error: Exception) -> Problem:
    reason = (getattr(error, "strerror", "") or str(error) or type(error).__name__)[:200]
    return Problem(
        "{path} cannot be read: {reason}; look at the mailbox in: tui-billing send set",
        field="mailbox",
        path=where,
        reason=reason,
    )
