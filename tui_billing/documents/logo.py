"""The seller's logo, made fit for a document: any picture of any size; a bad one never stops an invoice."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

MOST_PIXELS = 60_000_000
WIDEST, HIGHEST = 720, 260  # pixels: some 300 dots per inch in the place it has on the page


@lru_cache(maxsize=8)
def prepare(content: bytes) -> tuple[bytes, float] | None:
    """(PNG or JPEG, width / height), RGB on white, at most 720 by 260 pixels; None for no usable picture."""
    from PIL import Image, ImageOps

    try:
        picture: Image.Image = Image.open(BytesIO(content))
        if picture.width * picture.height > MOST_PIXELS:
            return None
        is_photo = picture.format == "JPEG"
        picture.draft("RGB", (WIDEST * 2, HIGHEST * 2))
        picture = ImageOps.exif_transpose(picture)
        if picture.mode in ("I;16", "I", "F"):
            picture = picture.point(lambda value: value / 256).convert("L")
        if picture.has_transparency_data:
            clear = picture.convert("RGBA")
            picture = Image.new("RGB", clear.size, "white")
            picture.paste(clear, mask=clear.getchannel("A"))
        picture = picture.convert("RGB")
        picture.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS)
        picture.info.clear()
        made = BytesIO()
        if is_photo or picture.getcolors(8192) is None:
            picture.save(made, "JPEG", quality=92, subsampling=0)
        else:
            # few colours: a palette keeps edges sharp and the file small
            picture.quantize(256, dither=Image.Dither.NONE).save(made, "PNG")
    except Exception:
        return None
    return made.getvalue(), picture.width / picture.height
