"""What the loaded lists hold, in words: lines read and kept, suppliers per status, contradictions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from spaser import french, suppliers
from spaser.sources import filled
from spaser.sources.registers import Registers, read_registers
from spaser.suppliers import analysis as suppliers_analysis

Progress = Callable[[str, float], None] | None
MOST = 10


def told(paths: Sequence[str | Path], progress: Progress = None) -> str:
    """The account of each list, its suppliers per status, and where lists disagree."""
    known = read_registers(list(paths), progress=progress)
    unsure = [
        f"À vérifier d'abord : {row['fichier']}, {row['message']}"
        for row in known.files.to_dicts()
        if row.get("surete") == "probable"
    ]
    lines = [*unsure, *([""] if unsure else [])]
    bare = dict(known.unnumbered.group_by("source").len().collect().rows())
    for row in known.files.to_dicts():
        lines += [*_file(row), *_unnumbered(bare.get(_source(row), 0))]
    lines += [f"Attention, {text}" for text in filled.warnings(known.filled)]
    counted = suppliers_analysis.counts(known.register).collect()
    lines += ["", "Fournisseurs par statut et par liste"]
    lines += [
        f"  {row['statut']:<8} {french.number(row['fournisseurs']):>8}  {row['source']}" for row in counted.to_dicts()
    ]
    return "\n".join(lines + _conflicts(known))


def _file(row: dict) -> list[str]:
    sheet = f", feuille « {row['feuille']} »" if row.get("feuille") else ""
    said = [f"{row['fichier']}{sheet} : {row['libelle']}, au {french.long_date(row['au'])} ({row['au_origine']})"]
    if row.get("surete"):
        said.append(f"  reconnaissance {row['surete']} : {row['indices'] or 'aucun indice'}")
    if row.get("lus") is not None:
        parts = [
            ("retenus", "retenues"),
            ("repetes", "répétées"),
            ("sans_identifiant", "sans identifiant"),
            ("invalides", "invalides"),
            ("hors_liste", "hors sujet"),
        ]
        sums = " + ".join(f"{french.number(row[name])} {word}" for name, word in parts)
        said.append(
            f"  {french.count(row['lus'], 'ligne', none=False)} = {sums} ; {french.count(row['doutes'], 'douteuse', none=False)}"
        )
        if row.get("non_situes"):
            said.append(
                f"  {french.number(row['non_situes'])} non {french.plural('situé', row['non_situes'])} (ni code commune, ni code postal et nom qui s'accordent)"
            )
    return said + ([f"  attention, {row['message']}"] if row.get("message") and row.get("surete") != "probable" else [])


def _source(row: dict) -> str:
    """The name of a list in the tables read from it."""
    sheet = f", feuille « {row['feuille']} »" if row.get("feuille") else ""
    return f"{row['libelle']} [{row['fichier']}{sheet}]"


def _unnumbered(found: int) -> list[str]:
    """Structures of a list without a number: they count where they are, and wait for a name to link them."""
    return (
        [
            f"  {french.count(found, 'structure')} sans SIREN ni SIRET, {french.plural('comptée', found)} dans {'sa' if found == 1 else 'leur'} commune"
        ]
        if found
        else []
    )


def _conflicts(known: Registers) -> list[str]:
    found = suppliers.conflicts(known.register, known.establishments).collect()
    lines = [
        "",
        f"Désaccords entre listes : {french.number(found.height)} ({french.number(found['siren'].n_unique())} unités légales)",
    ]
    for motif, n in found["motif"].value_counts().sort("count", "motif", descending=[True, False]).rows():
        lines.append(f"  {french.number(n):>6}  {motif}")
    for row in found.head(MOST).to_dicts():
        lines.append(f"    {row['siren']} {row['nom'] or ''} : {row['affirme']} / {row['contredit']}")
    rest = found.height - MOST
    return lines + ([f"    … et {french.count(rest, 'autre')}"] if rest > 0 else [])
