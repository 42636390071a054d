"""What asks for more than a computer has is refused in French, or read, within bounds of memory and time; all by hand: ``fuzz.bounds``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from fuzz import bounds

#: Those made and read in a few seconds.
QUICK = (
    "markdown_liens",
    "markdown_listes",
    "markdown_crochets",
    "archives_emboitees",
    "odt_espaces",
    "ods_colonnes",
    "ods_lignes",
    "toml_crochets",
    "colonnes_liste",
    "liste_100mo",
)


@pytest.mark.skipif(sys.platform == "win32", reason="mesure de la mémoire d'un processus : Linux et macOS")
@pytest.mark.parametrize("name", QUICK)
def test_an_input_without_measure_is_read_or_refused_within_bounds(tmp_path: Path, name: str) -> None:
    found = bounds.measured(name, tmp_path)
    print(f"{name} : {found.seconds:.1f} s, {found.memory >> 20} Mo")
    assert found.code in (0, 2), found.said[-500:]
    assert "Traceback" not in found.said and "Sa lecture dépassait" not in found.said
    assert found.memory < bounds.MOST_MEMORY
