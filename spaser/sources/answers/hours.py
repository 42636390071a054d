"""Hours of insertion clauses that a buyer or a facilitator fills in: the CSV to fill, and its reading with every fault at once."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from spaser import rules, settings
from spaser.problems import closest
from spaser.settings.tables import Column
from spaser.text import fold

COLUMNS = {
    "uid": Column(("marche", "numéro de marché", "uid", "marché", "n° de marché"), needed=True),
    "lot": Column(("lot",)),
    "exercice": Column(("annee", "année", "exercice")),
    "montant": Column(("montant_ht", "montant ht", "montant")),
    "famille": Column(("famille", "famille d'achat")),
    "taux": Column(("taux_clause", "taux de la clause", "taux", "pourcentage")),
    "heures_exigees": Column(
        ("heures_exigees", "heures exigées", "heures prévues", "heures à réaliser", "objectif d'heures")
    ),
    "heures_faites": Column(("heures_faites", "heures faites", "heures réalisées", "heures effectuées")),
    "personnes": Column(("personnes", "nombre de personnes", "bénéficiaires")),
    "source": Column(("source", "d'après", "facilitateur")),
}
TEMPLATE = "marche;lot;annee;montant_ht;famille;taux_clause;heures_exigees;heures_faites;personnes;source\r\n"
#: Beyond this a number is of no contract, of no team; a rate is at most all of it.
_MOST = {"taux": 100, "exercice": 2100, "personnes": 10**6, "heures_exigees": 10**8, "heures_faites": 10**8}
_MOST_EUROS = 10**12
_FIRST_YEAR = 1990
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
#: « 1.200,5 » is one number; « 1.020 » alone is one thousand and twenty or a little more than one.
_DOTTED = re.compile(r"^\d{1,3}(?:\.\d{3})+,\d+$")
_EITHER = re.compile(r"^\d{1,3}\.\d{3}$")


def read_hours(path: Path | str) -> pl.DataFrame:
    """One row per line: ``uid, lot, exercice, montant`` (cents), ``famille, taux`` (0 to 1), ``heures_exigees, heures_faites, personnes, source``.

    An empty cell is unknown, never zero.

    Raises
    ------
    Problem
        The file cannot be read, or has faulty lines (all said together).
    """
    frame, faults = settings.rows(
        path, COLUMNS, "Le fichier des heures", todo="Écrivez un modèle : spaser impact --modele"
    )
    read = []
    seen: dict[tuple[object, ...], int] = {}
    known = {fold(word): code for code, label in rules.families().items() for word in (code, label)}
    for row in frame.to_dicts():
        said = {name: row[name] for name in ("uid", "lot", "famille", "source")}
        if said["famille"] is not None:
            said["famille"] = known.get(fold(said["famille"]))
            if said["famille"] is None:
                faults.add_line(row["ligne"], _unknown(row["famille"]))
        for name in ("exercice", "montant", "taux", "heures_exigees", "heures_faites", "personnes"):
            said[name] = _number(row[name], name, row["ligne"], faults)
        if said["uid"] is None:
            faults.add_line(row["ligne"], "le marché n'est pas nommé")
        if said["heures_faites"] is not None and not said["source"]:
            faults.add_line(
                row["ligne"], "des heures faites sans source : dites qui les a suivies (facilitateur, attestation)"
            )
        if said["heures_faites"] and (first := seen.setdefault(tuple(said.values()), row["ligne"])) != row["ligne"]:
            told = f"les mêmes heures faites que la ligne {first} : retirez-la, ou dites dans « source » ce qui les distingue"
            faults.add_line(row["ligne"], told)
        read.append(said)
    faults.complain(f"Le fichier des heures {Path(path).name} est à corriger")
    schema = {
        "uid": pl.String,
        "lot": pl.String,
        "famille": pl.String,
        "source": pl.String,
        "exercice": pl.Float64,
        "montant": pl.Float64,
        "taux": pl.Float64,
        "heures_exigees": pl.Float64,
        "heures_faites": pl.Float64,
        "personnes": pl.Float64,
    }
    table = pl.DataFrame(read, schema=schema)
    return table.with_columns(
        pl.col("exercice", "personnes").cast(pl.Int64),
        (pl.col("montant") * 100).round().cast(pl.Int64),
        pl.when(pl.col("taux") > 1).then(pl.col("taux") / 100).otherwise("taux").alias("taux"),
    )


def _unknown(family: str) -> str:
    return f"« {family[:40]} » n'est pas une famille d'achat. {closest(family, list(rules.families()))}".rstrip(" .")


def _number(text: str | None, name: str, line: int, faults: settings.Faults) -> float | None:
    """A number as an officer writes it: « 1 607 », « 12,5 », « 5 % », « 120 000 € »."""
    if text is None:
        return None
    bare = re.sub(r"[\s\u00a0\u202f€%h]", "", text)
    if _EITHER.match(bare) and name != "taux":
        faults.add_line(
            line,
            f"« {text[:40]} » se lit de deux façons pour « {name} » : écrivez {bare.replace('.', ' ')}, ou une virgule",
        )
        return None
    plain = (bare.replace(".", "") if _DOTTED.match(bare) else bare).replace(",", ".")
    if (
        not _NUMBER.match(plain)
        or (value := float(plain)) < 0
        or value > _MOST.get(name, _MOST_EUROS)
        or (name == "exercice" and value < _FIRST_YEAR)
    ):
        faults.add_line(line, f"« {text[:40]} » n'est pas un nombre possible pour « {name} »")
        return None
    return value / 100 if name == "taux" and "%" in text else value
