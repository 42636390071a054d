"""The official files that can be fetched into the cache: data (``reference/catalogue.toml``) that a user may extend."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from spaser import rules, settings
from spaser.problems import Problem, closest
from spaser.sources.transfer import Progress, Wanted, fetch, of_the_web

FORMATS = ("parquet", "csv", "zip", "json", "xlsx", "xls", "ods", "xml", "gz")
#: What an entry of a catalogue says.
SHAPE = settings.Table(
    {
        "format": settings.Choice(FORMATS),
        **dict.fromkeys(
            ("label", "kind", "url", "page", "size", "licence", "note", "confidence"), settings.Text(longest=2_000)
        ),
    }
)
#: A name is that of a file in the cache: nothing that leaves it, nothing Windows keeps for itself.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,80}")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{rank}" for port in ("com", "lpt") for rank in range(10))}


def catalogue(file: Path | str | None = None) -> dict[str, dict[str, Any]]:
    """The known files by name: the bundled list, completed or corrected by the user's own."""
    known = dict(rules.toml("catalogue.toml"))
    if file is None:
        return known
    own = settings.toml(file, "Le catalogue").checked(settings.Named(SHAPE), also=_faults)
    return known | {name: known.get(name, {}) | spec for name, spec in own.items()}


def _faults(said: dict[str, Any], faults: settings.Faults) -> None:
    """A name becomes that of a file in the cache; an address is one of the web."""
    for name, spec in said.items():
        if not NAME.fullmatch(name) or name.lower() in RESERVED:
            faults.add(
                (name,),
                f"« {settings.short(name)} » ne peut pas nommer un fichier : lettres sans accent, chiffres, « _ » et « - » seulement",
            )
        if "url" in spec and not of_the_web(spec["url"]):
            faults.add((name, "url"), f"« {settings.short(spec['url'])} » n'est pas une adresse http ou https")


def download(
    names: Iterable[str] | str, cache: Path | str, *, catalogue: Path | str | None = None, progress: Progress = None
) -> pl.DataFrame:
    """The named files, fetched into the cache.

    Parameters
    ----------
    names
        Keys of the catalogue; none means every file that has an address.
    cache
        Folder, made if needed. A file appears there under its name only when whole.
    catalogue
        The user's own list, added to the bundled one.

    Returns
    -------
    DataFrame
        nom, chemin, octets, date (the server's), adresse, etat (« téléchargé », « repris », « déjà à jour »).

    Raises
    ------
    Problem
        Unknown name, no address, offline, refused, HTML instead of a file, broken off, wrong length, full disk.
    """
    known = _catalogue(catalogue)
    asked = (
        [names] if isinstance(names, str) else list(names) or [name for name, spec in known.items() if "url" in spec]
    )
    folder = Path(cache)
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [Wanted(name, _spec(name, known), folder) for name in asked]
    return pl.DataFrame([fetch(one, progress) for one in wanted])


_catalogue = catalogue


def _spec(name: str, known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if name not in known:
        raise Problem(
            f"Fichier inconnu du catalogue : « {name} »",
            todo=closest(name, known) or f"Noms connus : {', '.join(known)}",
        )
    spec = known[name]
    if "url" not in spec:
        raise Problem(
            f"« {spec.get('label', name)} » n'a pas d'adresse de téléchargement direct",
            why=spec.get("note", ""),
            todo=f"Téléchargez-le à la main sur {spec.get('page', 'la page du producteur')} et donnez son chemin à spaser",
        )
    return {"format": "csv"} | spec
