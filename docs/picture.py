"""Draw the pictures of the README from the running workstation on the sample: `python docs/picture.py`."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tui_billing.screens.desk import open_desk  # noqa: E402
from tui_billing.screens.workstation import Workstation  # noqa: E402

#: picture -> the keys that lead to it.
PICTURES = {
    "overview": [],
    "payments": ["3", *["down"] * 15],
    "entry": ["n", *"acme", "enter", *"a10 2", "enter", *"b20 10 -10%", "enter", *"c30", "enter"],
}


def plain(svg: str) -> str:
    """The picture without fonts from elsewhere: the reader's own monospace font serves."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.S)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


async def draw(name: str, keys: list[str], folder: Path) -> None:
    """Run the workstation, type the keys, keep what it shows."""
    books = folder / f"{name}.db"
    shutil.copyfile(ROOT / "sample.db", books)
    thread = ThreadPoolExecutor(1)
    opening = thread.submit(
        open_desk, str(books), today=None, language="en", operator="marie", origin="", thread=thread
    )
    desk = opening.result()
    app = Workstation(desk)
    app.theme = "dark"
    async with app.run_test(size=(104, 26)) as pilot:
        await pilot.pause(0.5)
        for key in keys:
            await pilot.press({" ": "space"}.get(key, key))
            await app.keys_answered()
        await pilot.pause(0.5)
        (ROOT / "docs" / f"{name}.svg").write_text(plain(app.export_screenshot(title="tui-billing")), encoding="utf-8")
    desk.close()


async def main() -> None:
    """Every picture, each from a fresh copy of the sample."""
    with tempfile.TemporaryDirectory() as folder:
        for name, keys in PICTURES.items():
            await draw(name, keys, Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
