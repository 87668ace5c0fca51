"""The store of attached papers: each file once, under its SHA-256, whole or not at all, never executed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tui_billing.documents.files import partial_path
from tui_billing.rules.problem import Problem
from tui_billing.rules.text import quote, safe

_CHUNK = 1 << 20
#: Longest name of a paper, in characters.
NAME_LIMIT = 120
_HASH = re.compile(r"[0-9a-f]{64}")
#: First bytes -> media type; what is not listed is a file of any kind, which is listed and saved, not shown.
_MARKS = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_MAIL = re.compile(rb"(?im)^(from|received|return-path|message-id|mime-version|delivered-to|subject):")
ANY = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in the store: its hash, its size in bytes, what its first bytes say it is."""

    sha256: str
    size: int
    media_type: str


def place(folder: Path, sha256: str) -> Path:
    """Where a file of the store lies: two letters, two letters, the whole hash."""
    if not _HASH.fullmatch(sha256):
        raise Problem("{text} is not the SHA-256 of a paper", text=quote(sha256))
    return Path(folder) / sha256[:2] / sha256[2:4] / sha256


def safe_name(name: str) -> str:
    """A name that names a file and nothing else: no folder, no control character, no leading dot."""
    base = re.split(r"[/\\]", name)[-1]
    # What a terminal obeys is struck out whole, so that no half of an escape sequence stays readable as text.
    text = re.sub(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.)?", "", base)
    text = safe(text).replace("\ufffd", "").strip().lstrip(".").strip()
    if len(text) > NAME_LIMIT:
        stem, dot, ending = text.rpartition(".")
        ending = dot + ending if dot and len(ending) <= 10 else ""
        text = (stem if ending else text)[: NAME_LIMIT - len(ending)].rstrip() + ending
    return text or "paper"


def media_type_of(head: bytes) -> str:
    """What the first kilobytes of a file say it is; the name is not asked."""
    for mark, media_type in _MARKS:
        if head.startswith(mark):
            return media_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "message/rfc822" if b"\x00" not in head and _MAIL.search(head[:4096].split(b"\n\n")[0]) else ANY


def store_file(folder: Path, path: Path, limit: int) -> Stored:
    """Copy a file into the store. A Problem where it is missing, empty, larger than `limit` bytes, no plain file,
    or a symbolic link; nothing of it is read before its size is known."""
    with _opened(path) as handle:
        size = os.fstat(handle).st_size
        require_size(size, limit, path.name)
        return _keep(folder, _chunks(handle), limit, path.name)


def store_bytes(folder: Path, content: bytes, name: str, limit: int) -> Stored:
    """Put bytes into the store (a paper that came with a mail, one that was made here)."""
    require_size(len(content), limit, name)
    return _keep(folder, iter([content]), limit, name)


def require_size(size: int, limit: int, name: str) -> None:
    """Refuse a paper that is empty or too large, by its size alone."""
    if not size:
        raise Problem("{name} is empty; attach the paper itself", field="path", name=quote(safe_name(name)))
    if size > limit:
        raise Problem(
            "{name} has {size} MB, at most {limit} MB are kept; attach a smaller scan, or raise the limit with: "
            "tui-billing attach limit",
            field="path",
            name=quote(safe_name(name)),
            size=-(-size // 10**6),
            limit=limit // 10**6,
        )


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    shown = quote(safe_name(path.name))
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Problem("there is no file {name}; check the path", field="path", name=shown) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Problem(
                "{name} is a symbolic link; attach the file that it leads to", field="path", name=shown
            ) from None
        reason = error.strerror or str(error)
        raise Problem("{path} cannot be read: {reason}", field="path", path=shown, reason=reason) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Problem("{name} is no plain file; attach a PDF, an image or a mail", field="path", name=shown)
        yield handle
    finally:
        os.close(handle)


def _chunks(handle: int) -> Iterator[bytes]:
    while chunk := os.read(handle, _CHUNK):
        yield chunk


def _keep(folder: Path, chunks: Iterator[bytes], limit: int, name: str) -> Stored:
    """Write chunks beside their place, then take the place; a paper that is there already is left alone."""
    digest, size, head = hashlib.sha256(), 0, b""
    folder = Path(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = partial_path(folder / f"{os.urandom(8).hex()}", os.getpid())
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            for chunk in chunks:
                size += len(chunk)
                require_size(size, limit, name)  # it may grow while it is read
                digest.update(chunk)
                head = head or chunk[:8192]
                rest = memoryview(chunk)
                while rest:
                    rest = rest[os.write(handle, rest) :]
            require_size(size, limit, name)
            os.fsync(handle)
        finally:
            os.close(handle)
        stored = Stored(digest.hexdigest(), size, media_type_of(head))
        target = place(folder, stored.sha256)
        if not _is_there(target, stored):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.replace(target)
            for made in (target.parent, target.parent.parent, folder):
                _sync(made)
    finally:
        part.unlink(missing_ok=True)
    return stored


def _is_there(target: Path, stored: Stored) -> bool:
    return target.is_file() and not target.is_symlink() and _hash_of(target) == stored.sha256


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _hash_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def fault_of(folder: Path, sha256: str, size: int) -> str:
    """What is wrong with a file of the store: "missing", "changed", or "" where it is as it was kept."""
    path = place(folder, sha256)
    try:
        if path.is_symlink() or not path.is_file():
            return "missing"
        return "" if path.stat().st_size == size and _hash_of(path) == sha256 else "changed"
    except OSError:
        return "missing"


def read_stored(folder: Path, sha256: str, name: str) -> bytes:
    """The bytes of a paper, proved by their hash; a Problem where it is gone or was changed."""
    try:
        content = place(folder, sha256).read_bytes()
    except OSError:
        raise _fault("missing", sha256, name) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _fault("changed", sha256, name)
    return content


def proved(folder: Path, sha256: str, name: str) -> Path:
    """Where a paper lies, proved by its hash and not read into memory; a Problem where it is gone or was changed."""
    path = place(folder, sha256)
    try:
        there = path.is_file() and not path.is_symlink()
        same = there and _hash_of(path) == sha256
    except OSError:
        there = same = False
    if not same:
        raise _fault("changed" if there else "missing", sha256, name)
    return path


def _fault(what: str, sha256: str, name: str) -> Problem:
    if what == "missing":
        return Problem(
            "the paper {name} is missing from the attachments folder; put back {hash} from a backup",
            name=name,
            hash=sha256[:12],
        )
    return Problem(
        "the paper {name} was changed after it was attached; put back {hash} from a backup",
        name=name,
        hash=sha256[:12],
    )


def copy_missing(source: Path, target: Path) -> int:
    """Copy what one store has and another lacks; return how many files that were. OSError where a disk refuses."""
    copied = 0
    for path in sorted(Path(source).glob("??/??/*")) if Path(source).is_dir() else ():
        if not _HASH.fullmatch(path.name) or path.is_symlink() or place(target, path.name).exists():
            continue
        Path(target).mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("rb") as file:
            _keep(Path(target), iter(lambda: file.read(_CHUNK), b""), path.stat().st_size, path.name)
        copied += 1
    return copied
