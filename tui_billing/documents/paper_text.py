"""The text of a paper, to be read in a terminal: of a PDF page by page, of a mail with its heads, or as it is.

`python -m tui_billing.documents.paper_text` does it in a process of its own. Nothing of a paper is executed, no link
is followed, and whatever a paper is, there is an answer: its text, or a sentence why there is none.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui_billing.documents.own_process import ask, serve
from tui_billing.locale import N_

SECONDS = 20.0
#: What is shown of a paper at most: characters, pages of a PDF, bytes that are read of a text or mail.
MOST_CHARACTERS, MOST_PAGES, MOST_BYTES = 200_000, 100, 2_000_000

#: First bytes of what is no text even where it looks like one: archives and office documents.
_PACKED = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")

#: Why there is no text, by state.
STATES = {
    "text": "",
    "picture": N_("a picture, {detail}: o writes it out, to be looked at elsewhere"),
    "scan": N_("a PDF without text, {detail} pages (a scan): o writes it out, to be looked at elsewhere"),
    "other": N_("neither text, mail, PDF nor picture: o writes it out"),
    "empty": N_("empty: the file holds nothing"),
    "encrypted": N_("encrypted: it opens with a password alone; o writes it out"),
    "broken": N_("broken: it cannot be read; ask for it once more, or o writes it out"),
}


@dataclass(frozen=True, slots=True)
class PaperText:
    """`state` is a key of `STATES`, `detail` goes into its sentence; `more` where the text was cut."""

    state: str
    lines: tuple[str, ...] = ()
    detail: str = ""
    more: bool = False


def read_text(path: Path) -> PaperText:
    """The text of the file at `path`; a reader that dies over it, or takes too long, calls it broken."""
    answer = ask("tui_billing.documents.paper_text", {"path": str(Path(path).absolute())}, SECONDS)
    return PaperText(**{**answer, "lines": tuple(answer["lines"])}) if answer else PaperText("broken")


# -- the worker's side -------------------------------------------------------


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        state, text, detail, more = look(Path(request["path"]))
    except Exception:  # whatever a paper does to its reader, it is one sentence
        state, text, detail, more = "broken", "", "", False
    cut = text[:MOST_CHARACTERS]
    # a file may name half of a character; what is no character any terminal knows is told as such
    lines = [line.encode("utf-8", "replace").decode() for line in cut.splitlines()]
    return {"state": state, "lines": lines, "detail": detail, "more": more or len(text) > len(cut)}


def look(path: Path) -> tuple[str, str, str, bool]:
    """(state, text, detail, whether there is more) of a file, in this process; whatever its reader raises."""
    from tui_billing.documents.store import media_type_of

    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    more = len(content) > MOST_BYTES
    content = content[:MOST_BYTES]
    if not content:
        return "empty", "", "", False
    kind = media_type_of(content[:8192])
    if kind == "application/pdf" or b"%PDF-" in content[:1024]:
        return _pdf(path)
    if kind.startswith("image/"):
        return "picture", "", _size_of_picture(path, kind), False
    if kind == "message/rfc822":
        return "text", _mail(content), "", more
    text = _decoded(content)
    return ("other", "", "", False) if text is None else ("text", text, "", more)


def _pdf(path: Path) -> tuple[str, str, str, bool]:
    from pypdf import PdfReader

    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return "encrypted", "", "", False
    pages, length, told = len(reader.pages), 0, []
    for place, page in enumerate(reader.pages, 1):
        text = page.extract_text().strip()
        if text:
            told.append(f"── {place} / {pages} ──\n{text}\n")
            length += len(text)
        if place == MOST_PAGES or length > MOST_CHARACTERS:
            return "text", "\n".join(told), "", place < pages
    if not pages:
        return "broken", "", "", False
    return ("text", "\n".join(told), "", False) if told else ("scan", "", str(pages), False)


def _size_of_picture(path: Path, kind: str) -> str:
    from PIL import Image

    with Image.open(path) as image:
        return f"{kind.removeprefix('image/').upper()} {image.width} × {image.height}"


def _mail(content: bytes) -> str:
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    mail = message_from_bytes(content, policy=policy.default)
    heads = [f"{name}: {mail[name]}" for name in ("From", "To", "Cc", "Date", "Subject") if mail[name]]
    body = mail.get_body(("plain", "html"))
    text = ""
    if isinstance(body, EmailMessage):
        text = str(body.get_content())
        if body.get_content_subtype() == "html":
            text = _without_tags(text)
    names = [part.get_filename() or part.get_content_type() for part in mail.iter_attachments()]
    return "\n".join([*heads, "", text.strip(), "", *(f"+ {name}" for name in names)]).strip()


def _without_tags(html: str) -> str:
    """The words of a page: what is not shown is struck out, blocks become lines."""
    import html as marks

    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1\s*>|<!--.*?-->", "", html)
    text = re.sub(r"(?i)<(br|/p|/div|/tr|/li|/h\d)\b[^>]*>", "\n", text)
    text = marks.unescape(re.sub(r"<[^>]*>", "", text))
    return re.sub(r"\n\s*\n\s*", "\n\n", text)


def _decoded(content: bytes) -> str | None:
    """Bytes as text where they are text; None where they are not."""
    if content.startswith(_PACKED) or (b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return None
    for code in ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(code)
        except UnicodeDecodeError as error:
            # the end of what was read may be the middle of a character
            if error.start < len(content) - 4 or code == "cp1252":
                continue
            text = content[: error.start].decode(code)
        odd = sum(1 for char in text if ord(char) < 32 and char not in "\t\n\r\f\x1b")
        return text if odd * 50 <= len(text) else None
    return None


if __name__ == "__main__":
    sys.exit(serve(_answer))
