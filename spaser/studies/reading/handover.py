"""What was recognised of each file, on the terminal and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from spaser import french
from spaser.deliverables import files as handed
from spaser.sources import filled
from spaser.studies.reading.accounts import Looked
from spaser.vocabulary import FILLED, NOTIONS, SEEN


def summary(found: Sequence[Looked]) -> str:
    """What the terminal says of each file: its kind, what its records say, what is missing, the columns left."""
    lines: list[str] = []
    for one in found:
        lines += ["", f"{one.name} : {one.kind}"]
        lines += [f"  {text}" for text in one.told]
        for row in one.filled.to_dicts():
            sheet = f"feuille « {row['feuille']} », " if row["feuille"] else ""
            lines.append(
                f"  {sheet}{french.number(row['enregistrements'])} {french.plural('gardé', row['enregistrements'])} : {filled.told(row)}"
            )
        lines += [f"  Attention, {text}" for text in filled.warnings(one.filled)]
        left = one.seen.filter(pl.col("sens").is_null())["colonne"].to_list()
        if left:
            lines.append(f"  Colonnes non reconnues : {', '.join(left)}")
        if one.problem:
            lines.append(f"  Aucun lecteur ne le reconnaît :\n    {one.problem}")
    return "\n".join(lines[1:])


@handed.together
def write(found: Sequence[Looked], folder: Path | str) -> list[Path]:
    """Write lecture_colonnes.csv and lecture_sources.csv."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    # Counts, not amounts nor dates: their names say so.
    sources = pl.concat([FILLED.empty(), *(one.filled for one in found)]).rename(
        {notion: f"avec_{notion}" for notion in NOTIONS}
    )
    return [
        handed.deliver(target / "lecture_sources.csv", handed.officers_csv(sources)),
        handed.deliver(
            target / "lecture_colonnes.csv",
            handed.officers_csv(pl.concat([SEEN.empty(), *(one.seen for one in found)])),
        ),
    ]
