"""Work in progress on disk, under names no other run takes; what a killed run left is swept by the next."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import time
import uuid
import zlib
from pathlib import Path

#: Of another computer (a shared drive), nothing tells whether its run is alive: only what is old is swept.
OLD = 2 * 24 * 3600
_HOST = f"{zlib.crc32(platform.node().encode('utf-8', 'replace')):08x}"
_NAME = re.compile(r"\.spaser-([0-9a-f]{8})-(\d+)-[0-9a-z_]{8,12}")


def temporary(folder: Path, suffix: str = "") -> Path:
    """A path in a folder for work in progress; it bears the run that makes it, and is not made."""
    return folder / f"{prefix()}{uuid.uuid4().hex[:12]}{suffix}"


def prefix() -> str:
    """The beginning of such a name, for what names its own folders (``tempfile``)."""
    return f".spaser-{_HOST}-{os.getpid()}-"


def sweep(folder: Path) -> int:
    """Remove what runs that are over left in a folder, and say how many; work in progress is left alone."""
    swept = 0
    with contextlib.suppress(OSError):
        for path in list(folder.iterdir()):
            found = _NAME.match(path.name)
            if found and _over(path, found[1], int(found[2])):
                with contextlib.suppress(OSError):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                    swept += 1
    return swept


def _over(path: Path, host: str, run: int) -> bool:
    if host == _HOST and run != os.getpid():
        return not _alive(run)
    with contextlib.suppress(OSError):
        return host != _HOST and time.time() - path.stat().st_mtime > OLD
    return False


def _alive(run: int) -> bool:
    """Whether a run of this computer is still there."""
    if os.name == "nt":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, run)  # type: ignore[attr-defined]
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)  # type: ignore[attr-defined]
        return bool(handle)
    try:
        os.kill(run, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
