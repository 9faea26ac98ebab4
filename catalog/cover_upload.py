"""Pictures of covers that staff upload: looked at, and made anew.

Nothing of the file itself is ever stored or served. What browsers get was written here, from the
pixels alone: no place where it was taken, no words, no profile, nothing hidden behind the picture.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageCms

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
# The longest side may be so many times the other.
MOST_STRETCHED = 5
LARGEST = (1000, 1600)
QUALITY = 80
# How a file of each kind may be called. MPO is a JPEG of a telephone, with a second picture behind it.
NAMES = {
    "JPEG": (".jpg", ".jpeg"),
    "MPO": (".jpg", ".jpeg"),
    "PNG": (".png",),
    "WEBP": (".webp",),
}
# What must be done to a picture, by the way its camera was held.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises at files that are broken, or made to harm.
BROKEN = (
    *(OSError, SyntaxError, ValueError, EOFError, struct.error, IndexError, KeyError, TypeError),
    *(OverflowError, MemoryError, Image.DecompressionBombError),
)

NO_PICTURE = _("This is no picture that we can read. Please choose a JPEG, PNG or WebP file.")
TOO_LARGE = _("The file is larger than 10 MB. Please choose a smaller one.")
TOO_MANY_PIXELS = _("The picture has more than 40 million pixels. Please choose a smaller one.")
MOVES = _("This picture moves. Please choose one that stands still.")
TOO_LONG = _("This is too long and narrow for a cover.")
OTHER_NAME = _("The name of the file says “%(name)s”, but it is a %(kind)s picture.")


def cover_from(upload: Any) -> bytes:
    """The picture in an upload as a WebP of our own, upright, in sRGB, no larger than LARGEST.

    Raises ValidationError, in words for whoever chose the file.
    """
    if upload.size > MOST_BYTES:
        raise ValidationError(TOO_LARGE)
    try:
        picture = Image.open(upload, formats=("JPEG", "PNG", "WEBP"))
        _check(picture, upload.name)
        return encoded(_upright_and_plain(picture))
    except BROKEN as refusal:
        raise ValidationError(NO_PICTURE) from refusal


def encoded(picture: Image.Image, kind: str = "WEBP") -> bytes:
    """The pixels and nothing else: Pillow would write comments that came with them."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    content = io.BytesIO()
    bare.save(content, kind, quality=QUALITY)
    return content.getvalue()


def _check(picture: Image.Image, name: str) -> None:
    kind = str(picture.format)
    suffix = Path(name).suffix.lower()
    if suffix not in NAMES[kind]:
        kind = "JPEG" if kind == "MPO" else kind
        raise ValidationError(OTHER_NAME, params={"name": suffix or name[-20:], "kind": kind})
    if picture.width * picture.height > MOST_PIXELS:
        raise ValidationError(TOO_MANY_PIXELS)
    if kind != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise ValidationError(MOVES)
    if max(picture.size) > MOST_STRETCHED * min(picture.size):
        raise ValidationError(TOO_LONG)


def _upright_and_plain(picture: Image.Image) -> Image.Image:
    # A large JPEG is read at a fraction of its size already.
    picture.draft(None, LARGEST)
    profile = picture.info.get("icc_profile")
    picture = _upright(picture)
    if picture.mode not in ("RGB", "RGBA", "CMYK", "L"):
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    # Before anything that needs another copy of it in memory.
    picture.thumbnail(LARGEST)
    if picture.has_transparency_data:
        picture = _on_white(picture)
    return _in_srgb(picture, profile)


def _upright(picture: Image.Image) -> Image.Image:
    """Turned by hand: Pillow's own way writes all the other tags anew, and breaks at odd ones."""
    picture.load()
    turn = TURNS.get(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return picture if turn is None else picture.transpose(turn)


def _on_white(picture: Image.Image) -> Image.Image:
    see_through = picture.convert("RGBA")
    paper = Image.new("RGBA", see_through.size, "white")
    paper.alpha_composite(see_through)
    return paper.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """In the colours that browsers take for granted; printers' files come in others."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
            return converted or picture.convert("RGB")
        except (ImageCms.PyCMSError, OSError):
            # A profile of another kind of picture, or a broken one: it is only about shades.
            return picture.convert("RGB")
    return picture.convert("RGB")


class CoverField(forms.FileField):
    """A picture to upload; its value is the picture that was made from it."""

    def to_python(self, data: Any) -> Any:
        upload = super().to_python(data)
        return upload and ContentFile(cover_from(upload), name="cover.webp")
