"""From what the user names (files, folders, patterns, archives) to streams that can be opened, bombs and escapes refused."""

from __future__ import annotations

import glob
import gzip
import io
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, TYPE_CHECKING

from spaser import guards
from spaser.problems import Problem, Problems, closest

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Texts of contracts shrink ten to forty times; beyond this ratio (once large) an archive is a bomb.
MOST_INFLATION = 250
LARGE = 64 << 20
MOST_MEMBERS = 20_000
ZIP, GZIP, OFFICE = b"PK\x03\x04", b"\x1f\x8b", ("[Content_Types].xml", "mimetype")
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Member:
    """A content that can be opened: a file, or a file inside an archive.

    Attributes
    ----------
    source
        Short name shown to the user, unique in a reading.
    path, inner
        File on disk, and name inside it when it is an archive.
    named
        Whether the user named the file itself (a failure stops the reading) or a folder, pattern or archive around it.
    size
        Bytes once decompressed, when the container says it; else bytes on disk.
    """

    source: str
    path: Path
    inner: str = ""
    named: bool = True
    size: int = 0

    def open(self) -> Guarded:
        """A stream of the decompressed content, whatever the packing."""
        try:
            stream, packed = self._unzipped() if self.inner else (self.path.open("rb"), self.path.stat().st_size)
            start = stream.read(2)
            stream.seek(0)
        except guards.exceptions("zip") as error:
            raise unreadable(self.source, error) from error
        if start == GZIP:
            return Guarded(gzip.GzipFile(fileobj=stream), self.source, packed, stream)
        return Guarded(stream, self.source, packed if self.inner else 0, stream, self.size)

    def _unzipped(self) -> tuple[IO[bytes], int]:
        with zipfile.ZipFile(self.path) as archive:
            info = archive.getinfo(self.inner)
            return archive.open(info), info.compress_size

    @property
    def packed(self) -> bool:
        """Whether the content has to be unpacked before a reader that needs a file on disk."""
        if self.inner:
            return True
        with self.path.open("rb") as stream:
            return stream.read(2) == GZIP

    def stamp(self) -> str:
        """What changes when the file changes, without reading it."""
        stat = self.path.stat()
        return f"{self.path.resolve()}|{self.inner}|{stat.st_size}|{stat.st_mtime_ns}"


class Guarded(io.RawIOBase):
    """A stream that counts what it gives, refuses bombs and says corrupt archives in French."""

    def __init__(
        self, stream: IO[bytes] | gzip.GzipFile, source: str, packed: int, disk: IO[bytes], size: int = 0
    ) -> None:
        self.stream, self.source, self.packed, self.disk, self.size = stream, source, packed, disk, size
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        place = memoryview(buffer).cast("B")
        data = self.read(len(place))
        place[: len(data)] = data
        return len(data)

    def read(self, count: int = -1) -> bytes:
        if count is None or count < 0:
            return b"".join(iter(lambda: self.read(_BLOCK), b""))
        try:
            data = self.stream.read(count)
        except guards.exceptions("zip") as error:
            raise unreadable(self.source, error) from error
        self.given += len(data)
        if self.packed and self.given > LARGE and self.given > MOST_INFLATION * self.packed:
            raise bomb(self.source)
        return data

    @property
    def likely_size(self) -> int:
        """Bytes to expect once decompressed; gzip does not say it, eight times is usual."""
        return self.size or 8 * self.packed

    @property
    def fraction(self) -> float:
        """How far the reading is, from 0 to 1."""
        if self.size:
            return min(1.0, self.given / self.size)
        return min(1.0, self.disk.tell() / self.packed) if self.packed else 0.0

    def close(self) -> None:
        self.stream.close()
        self.disk.close()
        super().close()


def members(paths: str | Path | Sequence[str | Path]) -> tuple[list[Member], list[tuple[str, Problem]]]:
    """Everything to read, in a stable order, each content once, and the archives of folders that cannot be opened.

    Raises
    ------
    Problem, Problems
        For each path named that does not exist, leads to no file, or is an archive that cannot be opened.
    """
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    if not given:
        raise Problem("Aucun fichier n'est indiqué", todo="Donnez au moins un fichier, un dossier ou un motif (*.json)")
    found: list[Member] = []
    failures: list[Problem] = []
    aside: list[tuple[str, Problem]] = []
    for path in given:
        try:
            for member in _named(path):
                found += _expanded(member, aside)
        except Problem as problem:
            failures.append(problem)
    if failures:
        raise (
            failures[0] if len(failures) == 1 else Problems("Des fichiers ne peuvent pas être lus", map(str, failures))
        )
    unique = {(os.path.normcase(member.path.resolve()), member.inner): member for member in reversed(found)}
    return list(_distinct([unique.pop(key) for key in list(reversed(unique))])), aside


def _named(path: str | Path) -> Iterator[Member]:
    """The files behind one path as the user wrote it."""
    place = guards.named(Path(path).expanduser())
    try:
        if place.is_dir():
            yield from _folder(place)
            return
        if place.is_file():
            yield Member(place.name, place, size=place.stat().st_size)
            return
    except (OSError, ValueError) as error:
        raise unreadable(str(path), error) from error
    if glob.has_magic(str(path)):
        files = sorted(Path(name) for name in glob.glob(str(place), recursive=True))  # noqa: PTH207 - an absolute pattern
        files = [file for file in files if file.is_file()]
        if not files:
            raise Problem(
                "Aucun fichier ne répond au motif", where=str(path), todo="Vérifiez le dossier et l'extension"
            )
        for file in map(guards.named, files):
            yield Member(file.name, file, named=False, size=file.stat().st_size)
        return
    near = closest(place.name, [file.name for file in place.parent.iterdir()]) if place.parent.is_dir() else ""
    raise Problem("Fichier introuvable", where=str(path), todo=near or "Vérifiez le chemin")


def named_files(paths: Iterable[str | Path]) -> list[Path]:
    """The files behind paths as the user wrote them: folders and patterns opened, the rest left as it is.

    Raises
    ------
    Problem
        A folder or a pattern holds no file.
    """
    found: list[Path] = []
    for path in paths:
        place = guards.named(Path(path).expanduser())
        several = place.is_dir() or (not place.is_file() and glob.has_magic(str(path)))
        found += [Path(member.path) for member in _named(path)] if several else [place]
    return list(dict.fromkeys(found))


def _folder(place: Path) -> Iterator[Member]:
    files = sorted(file for file in place.rglob("*") if file.is_file())
    files = [file for file in files if not any(part.startswith((".", "~$")) for part in file.relative_to(place).parts)]
    if not files:
        raise Problem(
            "Le dossier ne contient aucun fichier",
            where=str(place),
            todo="Indiquez le dossier où sont les fichiers à lire",
        )
    for file in map(guards.named, files):
        yield Member(file.relative_to(place).as_posix(), file, named=False, size=file.stat().st_size)


def _expanded(member: Member, aside: list[tuple[str, Problem]]) -> Iterable[Member]:
    """The member itself, or what a zip holds; the archive of a folder that cannot be opened is put aside."""
    try:
        with member.path.open("rb") as stream:
            zipped = stream.read(4) == ZIP
        return _inside(member) if zipped else [member]
    except OSError as error:
        problem = unreadable(member.source, error)
    except Problem as refused:
        problem = refused
    if member.named:
        raise problem
    aside.append((member.source, problem))
    return []


def _inside(member: Member) -> list[Member]:
    try:
        with zipfile.ZipFile(member.path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
    except guards.exceptions("zip") as error:
        raise unreadable(member.source, error) from error
    if any(info.filename in OFFICE for info in infos):
        return [member]
    _refuse_traps(member, infos)
    kept = [info for info in infos if not _is_noise(info.filename)]
    if not kept:
        raise Problem("L'archive ne contient aucun fichier", where=member.source)
    return [
        replace(
            member,
            source=f"{member.source}/{info.filename}",
            inner=info.filename,
            size=info.file_size,
            named=member.named and len(kept) == 1,
        )
        for info in sorted(kept, key=lambda info: info.filename)
    ]


def _refuse_traps(member: Member, infos: list[zipfile.ZipInfo]) -> None:
    for info in infos:
        if _escapes(info.filename) or (info.external_attr >> 16) & 0o170000 == 0o120000:
            raise Problem(
                "Archive refusée : un de ses chemins sort de l'archive",
                where=f"{member.source}, {info.filename[:80]}",
                todo="Une archive de données ne contient jamais un tel chemin : demandez-en une autre à son producteur",
            )
        if info.flag_bits & 1:
            raise Problem(
                "L'archive est protégée par un mot de passe", where=member.source, todo="Décompressez-la d'abord"
            )
    total = sum(info.file_size for info in infos)
    packed = max(1, min(sum(info.compress_size for info in infos), member.size))
    if len(infos) > MOST_MEMBERS or (total > LARGE and total > MOST_INFLATION * packed):
        raise bomb(member.source)


def _escapes(name: str) -> bool:
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    return posix.is_absolute() or bool(windows.drive or windows.root) or ".." in (*windows.parts, *posix.parts)


def _is_noise(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)


def _distinct(found: list[Member]) -> Iterator[Member]:
    """The same short name twice: the folders above are shown until they differ."""
    for member in found:
        alike = [other for other in found if other.source == member.source]
        depth = 0
        while len({_longer(other, depth) for other in alike}) < len(alike) and depth < 50:
            depth += 1
        yield replace(member, source=_longer(member, depth))


def _longer(member: Member, depth: int) -> str:
    """The name of a member preceded by that many of its folders."""
    shown = len(PurePosixPath(member.source.removesuffix(member.inner)).parts)
    above = member.path.resolve().parts[:-shown]
    return "/".join([*(part.strip("/\\:") for part in above[len(above) - depth :] if depth), member.source])


def unreadable(source: str, error: BaseException) -> Problem:
    """The problem of a file the system or the archive does not let read."""
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        return Problem(
            "Le fichier ne peut pas être ouvert",
            where=source,
            why=guards.of_system(error),
            todo="Fermez-le ailleurs, ou changez ses droits",
        )
    if isinstance(error, NotImplementedError | RuntimeError):
        return Problem(
            "L'archive emploie une compression ou un chiffrement non pris en charge",
            where=source,
            todo="Décompressez-la d'abord",
        )
    return Problem("L'archive est abîmée ou incomplète", where=source, todo="Téléchargez-la de nouveau")


def bomb(source: str) -> Problem:
    """The refusal of an archive that would fill the disk or the memory."""
    return Problem(
        "Archive refusée : son contenu décompressé est démesuré",
        where=source,
        why=f"Il dépasse {MOST_INFLATION} fois la taille de l'archive, ce qu'aucun fichier honnête n'atteint",
        todo="Si l'archive est sûre, décompressez-la vous-même et donnez le fichier obtenu",
    )
