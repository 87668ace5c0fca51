"""The evidence pack: one PDF of front pages, timeline, index with SHA-256, and every paper that can be merged.

`python -m tui_billing.documents.evidence` reads a pack as JSON on its standard input, writes the file and answers
with one line of JSON: a process of its own, since a hostile PDF may eat memory or never end. Whatever a paper is
(missing, empty, encrypted, broken, too large), the pack comes, and says so in its index.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from dataclasses import asdict, dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_billing.documents.files import write_atomically
from tui_billing.documents.own_process import ask, serve
from tui_billing.documents.text_pages import Block, characters_of, lay_out
from tui_billing.locale import N_, say
from tui_billing.rules.problem import Problem

if TYPE_CHECKING:
    from fpdf import FPDF
    from PIL.Image import Image
    from pypdf import PdfReader, PdfWriter

SECONDS = 90.0
#: What is larger is listed and not merged: bytes of a paper, pages of one, dots of a picture; characters of a text.
MOST_BYTES, MOST_PAGES, MOST_DOTS, MOST_TEXT = 60_000_000, 500, 60_000_000, 40_000

#: Why a paper is only listed.
STATES = {
    "merged": "",
    "placed": "",
    "written": N_("its text stands in this pack; the paper itself is kept beside the books"),
    "cut": N_("the beginning of its text stands in this pack; the paper itself is kept beside the books"),
    "listed": N_("listed only: neither PDF, picture nor text"),
    "missing": N_("missing: the file is not where it was kept"),
    "changed": N_("changed: the file is not the one that was attached"),
    "empty": N_("empty: the file holds nothing"),
    "large": N_("too large to be merged; listed only"),
    "encrypted": N_("encrypted: it opens with a password alone; listed only"),
    "broken": N_("broken: it cannot be read; listed only"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that belongs to the case: what it is, where it lies, its SHA-256 ("" where it was never known)."""

    title: str
    path: str
    sha256: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pack:
    """All that goes into a pack: heads and blocks of the front pages, then the papers in their order."""

    title: str
    author: str
    date: str
    language: str
    blocks: list[list[str]]
    papers: list[Paper]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Pack:
        return cls(**{**data, "papers": [Paper(**paper) for paper in data["papers"]]})


@dataclass(frozen=True, slots=True)
class Made:
    """A pack on the disk: path, SHA-256, pages, and the state of each paper (a key of `STATES`)."""

    path: Path
    sha256: str
    pages: int
    states: tuple[str, ...]


@dataclass(slots=True)
class _Opened:
    """A paper that was looked at: its state, its hash as found, how many pages it takes, and those pages."""

    paper: Paper
    state: str
    sha256: str
    size: int = 0
    pages: int = 0
    content: bytes = field(default=b"", repr=False)


def make_pack(pack: Pack, path: Path) -> Made:
    """Make the pack in a process of its own and put it at `path`.

    Where the worker dies or takes too long over the papers, the pack is made again with all of them listed only.
    Raises Problem where the disk refuses.
    """
    for merge in (True, False):
        request = {"pack": pack.to_json(), "path": str(Path(path).absolute()), "merge": merge}
        answer = ask("tui_billing.documents.evidence", request, SECONDS)
        if answer is not None:
            return Made(Path(answer["path"]), answer["sha256"], answer["pages"], tuple(answer["states"]))
    raise Problem("{path} could not be made: the worker stopped twice; try it again", path=str(path))


# -- the worker's side -------------------------------------------------------


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    made = build(Pack.from_json(request["pack"]), Path(request["path"]), merge=request["merge"])
    return {**asdict(made), "path": str(made.path)}


def build(pack: Pack, path: Path, *, merge: bool = True) -> Made:
    """Build the pack in this process and put it at `path`, whole or not."""
    opened = [_open(paper, merge, pack.date) for paper in pack.papers]
    front, count = _front(pack, opened)
    writer = _merged(front, opened)
    _number(writer, pack)
    output = BytesIO()
    writer.write(output)
    content = output.getvalue()
    try:
        write_atomically(path, content)
    except OSError as error:
        raise Problem(
            "{path} could not be written: {reason}; make room or choose another folder",
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
    pages = count + sum(one.pages for one in opened)
    return Made(path, hashlib.sha256(content).hexdigest(), pages, tuple(one.state for one in opened))


def _open(paper: Paper, merge: bool, date: str) -> _Opened:
    path = Path(paper.path)
    try:
        size = path.lstat().st_size
        if not path.is_file() or path.is_symlink():
            return _Opened(paper, "missing", paper.sha256)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return _Opened(paper, "missing", paper.sha256)
    if not size:
        return _Opened(paper, "empty", sha256)
    if paper.sha256 and sha256 != paper.sha256:
        return _Opened(paper, "changed", sha256, size)
    if size > MOST_BYTES:
        return _Opened(paper, "large", sha256, size)
    found = _Opened(paper, "listed", sha256, size)
    try:
        with path.open("rb") as file:
            head = file.read(1024)
        if b"%PDF-" in head:
            _take_pdf(found, path, merge)
        elif _is_picture(head):
            _take_picture(found, path, merge)
        elif merge:
            _take_text(found, path, date)
    except Exception:  # whatever a paper does to its reader, it is one line of the index
        return _Opened(paper, "broken", sha256, size)
    return found


def _is_picture(head: bytes) -> bool:
    return head.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*")) or head[8:12] == b"WEBP"


def _take_pdf(found: _Opened, path: Path, merge: bool) -> None:
    """The pages of a PDF as a document of its own: what cannot be copied is found out here."""
    from pypdf import PdfReader, PdfWriter

    if not merge:
        found.state = "large"
        return
    reader = PdfReader(path, strict=False)
    if reader.is_encrypted and not _opens(reader):
        found.state = "encrypted"
        return
    if len(reader.pages) > MOST_PAGES:
        found.state = "large"
        return
    writer = PdfWriter()
    for page in reader.pages:
        copied = writer.add_page(page)
        copied.transfer_rotation_to_content()
        for name in ("/AA", "/Annots"):  # links and scripts stay behind
            if name in copied:
                del copied[name]
    if not writer.pages:
        raise ValueError("no page")
    output = BytesIO()
    writer.write(output)
    found.content = output.getvalue()
    found.state, found.pages = "merged", _pages_of(found.content)


def _opens(reader: PdfReader) -> bool:
    """Whether an encrypted PDF opens for everybody (an empty password)."""
    try:
        return bool(reader.decrypt(""))
    except Exception:  # a cipher that is not there is a password that is not known
        return False


def _take_picture(found: _Opened, path: Path, merge: bool) -> None:
    """A page for each frame of a scan; of what moves, the first."""
    from fpdf import FPDF
    from PIL import Image, ImageSequence

    pdf = FPDF(format="A4", unit="mm")
    pdf.set_auto_page_break(False)
    with Image.open(path) as image:
        frames = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
        if not merge or image.width * image.height > MOST_DOTS or frames > MOST_PAGES:
            found.state = "large"
            return
        for frame in ImageSequence.Iterator(image):
            if frame.width * frame.height > MOST_DOTS:
                found.state = "large"
                return
            pdf.add_page()
            pdf.image(_on_white(frame), 18, 16, 174, 255, keep_aspect_ratio=True)
            if pdf.page == frames:
                break
    found.content, found.state, found.pages = bytes(pdf.output()), "placed", pdf.page


def _on_white(image: Image) -> Image:
    """A picture upright and as paper shows it: what is transparent is white, sixteen bits of grey are eight."""
    from PIL import ImageOps
    from PIL.Image import new

    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        upright = upright.point(lambda dot: dot / 256).convert("L")
    if upright.has_transparency_data:
        seen = upright.convert("RGBA")
        upright = new("RGBA", seen.size, "white")
        upright.alpha_composite(seen)
    return upright.convert("RGB")


def _take_text(found: _Opened, path: Path, date: str) -> None:
    """A mail or a text as pages of its own, as far as it is no book."""
    from tui_billing.documents.drawing import paint, plain
    from tui_billing.documents.paper_text import look
    from tui_billing.documents.typeface import Typeface

    state, text, _detail, more = look(path)
    if state != "text" or not text.strip():
        return
    cut = text[:MOST_TEXT]
    blocks = [Block("strong", found.paper.title), *(Block("text", line) for line in cut.splitlines())]
    typeface = Typeface(characters_of(blocks))
    sheet = lay_out(blocks, typeface)
    pdf = plain(typeface, title=found.paper.title, author="", day=dt.date.fromisoformat(date))
    for page in sheet.pages:
        pdf.add_page()
        paint(pdf, page)
    found.content, found.pages = bytes(pdf.output()), len(sheet.pages)
    found.state = "cut" if more or len(cut) < len(text) else "written"


def _pages_of(content: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(BytesIO(content)).pages)


def _front(pack: Pack, opened: list[_Opened]) -> tuple[bytes, int]:
    """The front pages, laid out twice: the index needs to know on which page the papers begin."""
    from tui_billing.documents.drawing import paint, plain
    from tui_billing.documents.typeface import Typeface

    head = [Block(*(each if len(each) == 3 else [*each, ""])) for each in pack.blocks]
    index = _index(pack, opened, 0)
    typeface = Typeface(characters_of([*head, *index]) | set("0123456789"))
    count = len(lay_out([*head, *index], typeface).pages)
    sheet = lay_out([*head, *_index(pack, opened, count)], typeface)
    pdf: FPDF = plain(typeface, title=pack.title, author=pack.author, day=dt.date.fromisoformat(pack.date))
    for page in sheet.pages:
        pdf.add_page()
        paint(pdf, page)
    return bytes(pdf.output()), len(sheet.pages)


def _index(pack: Pack, opened: list[_Opened], front: int) -> list[Block]:
    """Each paper with its page, its SHA-256, and why it is only listed where that is so."""

    def told(message: str, **values: object) -> str:
        return say(message, pack.language, **values)

    blocks = [Block("head", told(N_("Papers")), told(N_("page")))]
    at = front + 1
    for place, one in enumerate(opened, 1):
        blocks.append(Block("strong", f"{place}  {one.paper.title}", str(at) if one.pages else "–"))
        at += one.pages
        if one.paper.note:
            blocks.append(Block("text", one.paper.note))
        reason = STATES[one.state]
        if reason:
            blocks.append(Block("text", told(reason)))
        if one.sha256:
            size = told(N_("{count} bytes"), count=one.size) if one.size else ""
            blocks.append(Block("faint", f"SHA-256 {one.sha256}  {size}".rstrip()))
    if not opened:
        blocks.append(Block("text", told(N_("There are none."))))
    return blocks


def _merged(front: bytes, opened: list[_Opened]) -> PdfWriter:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=BytesIO(front))
    for place, one in enumerate(opened, 1):
        if one.content:
            start = len(writer.pages)
            for page in PdfReader(BytesIO(one.content)).pages:
                writer.add_page(page)
            writer.add_outline_item(title=f"{place} {one.paper.title}", page_number=start)
    return writer


def _number(writer: PdfWriter, pack: Pack) -> None:
    """Page i of n at the foot of every page, whatever its size."""
    from fpdf import FPDF
    from pypdf import PdfReader

    total = len(writer.pages)
    for place, page in enumerate(writer.pages, 1):
        box = page.cropbox  # what is shown of the page
        width, height = float(box.width), float(box.height)
        stamp = FPDF(unit="pt", format=(max(width, 72.0), max(height, 72.0)))
        stamp.set_auto_page_break(False)
        stamp.add_page()
        stamp.set_font("helvetica", size=7.5)
        stamp.set_text_color(104, 112, 125)
        words = f"{_latin(pack.title)} - {place} / {total}"
        stamp.text((width - stamp.get_string_width(words)) / 2, height - 14, words)
        over = PdfReader(BytesIO(bytes(stamp.output()))).pages[0]
        try:
            page.merge_translated_page(over, float(box.left), float(box.bottom))
        except Exception:  # a page that takes no stamp stays in its place all the same
            continue


def _latin(text: str) -> str:
    """What the stamp's built-in font can write."""
    return text.encode("latin-1", "replace").decode("latin-1")


if __name__ == "__main__":
    sys.exit(serve(_answer))
