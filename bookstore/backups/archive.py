"""The file that a backup is: an ordinary tar, in which every byte is accounted for.

First the dump of the database, then the pictures, then the manifest with the size and SHA-256 of
each, at last a seal: where the manifest begins, and its SHA-256. Headers and padding follow from
names and sizes alone, so they are made again and compared. No bit can change without being noticed.
It guards against accidents: who can write the file can write another seal.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from tarfile import BLOCKSIZE, GNU_FORMAT, TarError, TarInfo
from typing import Any, BinaryIO

FORMAT = 1
CHUNK = 1024 * 1024
DUMP = "database.dump"
MEDIA = "media/"
MANIFEST = "manifest.json"
SEAL = "seal"
END = bytes(2 * BLOCKSIZE)
# One block of header, one of what it says, and the end.
LENGTH_OF_SEAL = 2 * BLOCKSIZE + len(END)
WORDS_OF_SEAL = re.compile(rb"([0-9]{20}) ([0-9a-f]{64})\n")


class CannotBackUp(Exception):
    """Base of every refusal to back up or to restore; str() is for the operator."""


class Damaged(CannotBackUp):
    def __init__(self, what: str) -> None:
        super().__init__(f"This is no whole backup of a shop: {what}. Nothing was changed.")


@dataclass(frozen=True)
class Member:
    """One file in the archive; `at` is where its bytes begin."""

    name: str
    size: int
    sha256: str
    at: int

    @property
    def end(self) -> int:
        """Where its bytes and their padding end."""
        return self.at + self.size + len(_padding(self.size))


class Writer:
    """Writes an archive into an empty file that can be sought in, one member after another."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.members: list[Member] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> Member:
        """Copy what is as long as it turns out to be: its header is written last."""
        begin = self.file.tell()
        self.file.write(_header(name, 0))
        at, digest, size = self.file.tell(), hashlib.sha256(), 0
        for chunk in chunks:
            self.file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        self.file.write(_padding(size))
        end = self.file.tell()
        self.file.seek(begin)
        self.file.write(_header(name, size))
        self.file.seek(end)
        member = Member(name, size, digest.hexdigest(), at)
        self.members.append(member)
        return member

    def seal(self, facts: dict[str, Any]) -> None:
        """End the archive, with a manifest of the members and of `facts`."""
        members = [
            {"name": each.name, "size": each.size, "sha256": each.sha256} for each in self.members
        ]
        text = json.dumps({"format": FORMAT, **facts, "members": members}, indent=1).encode()
        begin = self.file.tell()
        self.add(MANIFEST, [text])
        self.file.write(_seal(begin, hashlib.sha256(text).hexdigest()))


class Archive:
    """An archive that is read. Its manifest is whole, its members are once `check` has passed."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        begin, self.manifest_member = self._find_manifest()
        self.manifest: dict[str, Any] = json.loads(b"".join(self.chunks(self.manifest_member)))
        if self.manifest["format"] != FORMAT:
            raise CannotBackUp(
                f"This backup is of format {self.manifest['format']}: use newer code."
            )
        self.members = list(self._placed())
        if not self.members or self.members[0].name != DUMP or self.members[-1].end != begin:
            raise Damaged("its manifest is of another archive")

    def check(self, progress: Callable[[int], None]) -> None:
        """Read every byte and compare it. Raises Damaged."""
        for member in (*self.members, self.manifest_member):
            self._check_frame(member)
            for _chunk in self.chunks(member):
                progress(self.file.tell())

    def chunks(self, member: Member) -> Generator[bytes]:
        """The bytes of a member. Raises Damaged at their end if they are not what was archived."""
        digest, left = hashlib.sha256(), member.size
        self.file.seek(member.at)
        while left and (chunk := self.file.read(min(CHUNK, left))):
            digest.update(chunk)
            left -= len(chunk)
            yield chunk
        if left or digest.hexdigest() != member.sha256:
            raise Damaged(f"{member.name} is not as it was written")

    def _find_manifest(self) -> tuple[int, Member]:
        """Where its header begins, and what the seal says it is."""
        tail_at = self.size - LENGTH_OF_SEAL
        tail = self._read(max(tail_at, 0), LENGTH_OF_SEAL)
        words = WORDS_OF_SEAL.match(tail[BLOCKSIZE : 2 * BLOCKSIZE])
        if not words or tail != _seal(int(words[1]), words[2].decode()):
            raise Damaged("it does not end with a seal")
        begin, at = int(words[1]), int(words[1]) + BLOCKSIZE
        if not 0 <= begin < at <= tail_at:
            raise Damaged("its seal is of another archive")
        try:
            size = TarInfo.frombuf(self._read(begin, BLOCKSIZE), "utf-8", "strict").size
        except TarError as error:
            raise Damaged("its manifest has no header") from error
        member = Member(MANIFEST, size, words[2].decode(), at)
        if member.end != tail_at:
            raise Damaged("its manifest is of another length")
        return begin, member

    def _placed(self) -> Iterator[Member]:
        end = 0
        for each in self.manifest["members"]:
            at = end + len(_header(each["name"], each["size"]))
            member = Member(each["name"], each["size"], each["sha256"], at)
            end = member.end
            yield member

    def _check_frame(self, member: Member) -> None:
        header, padding = _header(member.name, member.size), _padding(member.size)
        before = self._read(member.at - len(header), len(header))
        if before != header or self._read(member.at + member.size, len(padding)) != padding:
            raise Damaged(f"what stands round {member.name} is not as it was written")

    def _read(self, at: int, length: int) -> bytes:
        self.file.seek(at)
        return self.file.read(length)


def _header(name: str, size: int) -> bytes:
    """As long for one size as for any other: the length of a member is known after it was written."""
    info = TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(GNU_FORMAT, "utf-8", "surrogateescape")


def _padding(size: int) -> bytes:
    return bytes(-size % BLOCKSIZE)


def _seal(begin: int, sha256: str) -> bytes:
    words = f"{begin:020d} {sha256}\n".encode()
    return _header(SEAL, len(words)) + words + _padding(len(words)) + END
