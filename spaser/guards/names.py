"""A name that nothing can hold, or behind which no file stands, is refused before it is opened."""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path

from spaser.problems import Problem
from spaser.text import harmless

#: Of a path that is endless, only its end is shown.
LONGEST = 200


def named(path: Path | str) -> Path:
    """The path, when a table and a report can hold its name, and it does not lead to a pipe or a device that may never end.

    Raises
    ------
    Problem
        It holds an octet nul or bytes that are no text (a name made under another system, then unpacked here), or is a pipe or a device.
    """
    text = str(path)
    where = harmless("".join("�" if 0xD800 <= ord(char) < 0xE000 else char for char in text))[-LONGEST:]
    if "\x00" in text:
        raise Problem("Un nom de fichier contient un caractère interdit (octet nul)", where=where)
    if any(0xD800 <= ord(char) < 0xE000 for char in text):
        raise Problem(
            "Le nom d'un fichier ou d'un dossier n'est pas écrit dans le codage de cet ordinateur",
            where=where,
            why="Il vient sans doute d'une archive faite sous un autre système",
            todo="Renommez-le",
        )
    with contextlib.suppress(OSError):
        mode = Path(text).stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise Problem(
                "Ce n'est pas un fichier mais un tube ou un périphérique, dont la lecture peut ne jamais finir",
                where=where,
                todo="Enregistrez-en le contenu dans un fichier",
            )
    return Path(text)
