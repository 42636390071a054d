"""Altair, loaded by the first chart drawn: what only reads or computes never pays for it.

``from spaser.charts import vega as alt`` stands for ``import altair as alt``.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from altair import *  # noqa: F403

#: Brought by JupyterLab, it builds the grammar of internationalised addresses when jsonschema finds it: two seconds and
#: more for a check that no chart asks for.
_GRAMMAR = "rfc3987_syntax"


def __getattr__(name: str) -> Any:
    if name.startswith("__"):  # asked of any module by those that look at it: no reason to load the library
        raise AttributeError(name)
    return getattr(library(), name)


@cache
def library() -> ModuleType:
    """The library itself, imported once; jsonschema, when nobody imported it yet, does without its grammar."""
    absent = _GRAMMAR not in sys.modules
    if absent:
        sys.modules[_GRAMMAR] = None  # type: ignore[assignment]  # « not there », in the words of Python's import system
    try:
        return importlib.import_module("altair")
    finally:
        if absent:
            del sys.modules[_GRAMMAR]


def unchecked() -> Any:
    """A context in which the pieces of a chart are not checked one by one."""
    library()
    return importlib.import_module("altair.utils.schemapi").debug_mode(False)
