"""The purchase programme followed up: planned, advised, decided, launched, awarded, and what came of the advice.

Nothing published is tied to a project for good until a person says so: a link is « probable » or « à vérifier », and what is
written in the workbook is read back and kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import families, french, potential, rules
from spaser.potential.followed import answers
from spaser.problems import Problem
from spaser.sources.notices import read_notices
from spaser.studies.acting import sheets
from spaser.studies.diagnostic import Base
from spaser.studies.potential.programme import Planned
from spaser.text import fold

#: What a person writes, and reads back; the key of a link is the number of the project and that of what was published.
WRITTEN = ("decision", "levier_retenu", "remarque")
_PROJECTS = {
    "projet_id": ("projet",),
    "decision": ("decision",),
    "levier_retenu": ("levier retenu",),
    "remarque": ("remarque",),
}
_LINKS = {
    "projet_id": ("projet",),
    "publie_id": ("avis ou contrat",),
    "lien": ("bon lien oui non", "bon lien"),
}
_YES, _NO = ("oui", "o", "x", "1", "vrai"), ("non", "n", "0", "faux")
_DECIDED = ("lance", "reporte", "abandonne", "fusionne")
#: The consideration that shows whether an advice was followed: by lever, else by kind of lever.
SHOWN_BY = {
    "reserver": "marche_reserve",
    **dict.fromkeys(potential.clauses(), "clause_sociale"),
    "formation": "clause_sociale",
    "critere": "critere_social",
}
CARRIED = ("clause_sociale", "critere_social", "marche_reserve", "clause_environnementale", "critere_environnemental")
_PUBLISHED = {
    "publie_id": pl.String, "genre": pl.String, "acheteur_siren": pl.String, "objet": pl.String, "famille": pl.String,
    "codeCPV": pl.String, "date": pl.Date, "montant": pl.Int64, **{name: pl.Boolean for name in CARRIED},
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Followed:
    """``projects`` one row per planned purchase with its ``etat`` and what a person wrote; ``links`` what was published for each,
    ``alone`` the contracts of the buyer that no project announces."""

    name: str
    as_of: date
    projects: pl.DataFrame
    links: pl.DataFrame
    alone: pl.DataFrame
    demo: bool = False
    today: date | None = None


def follow(
    planned: Planned,
    base: Base,
    *,
    notices: Sequence[str | Path] = (),
    before: Path | str | None = None,
    buyer_siren: str | None = None,
    since: date | None = None,
) -> Followed:
    """The follow-up of a programme.

    Parameters
    ----------
    planned
        ``programme_of``, or ``potential_of_programme`` for the advice.
    base
        Prepared contracts.
    notices
        Files of notices: a project launched is seen before its contract.
    before
        A workbook of follow-up already filled in: what was written in it is kept, and its links are obeyed.
    buyer_siren
        The buyer, when the programme does not say it.
    since
        Contracts and notices from this day on; by default a year before the first day planned.

    Raises
    ------
    Problem
        The buyer is not known, a workbook cannot be read, or a word in it is not understood.
    """
    projects = _projects(planned, buyer_siren)
    start = since or _start(projects)
    published = _published(base, notices, projects["acheteur_siren"].unique().to_list(), start)
    kept, ruled = _read(before, planned) if before else ({}, pl.DataFrame(schema=_RULED))
    found = answers(projects.lazy(), published.lazy(), method=base.method).collect(engine="in-memory")
    links = _obeyed(found, ruled, published)
    told = _states(projects, links, kept, base.as_of)
    contracts = published.filter(pl.col("genre") == "contrat")
    alone = contracts.join(links.filter(pl.col("lien").fill_null(True)), on="publie_id", how="anti").sort(
        "date", "publie_id", descending=[True, False]
    )
    return Followed(planned.name, base.as_of, told, links, alone, base.demo, base.today)


_RULED = {"projet_id": pl.String, "publie_id": pl.String, "lien": pl.Boolean}


def _projects(planned: Planned, buyer: str | None) -> pl.DataFrame:
    """The projects with a number that does not change with their order in the file, their buyer and the advice given."""
    rows = planned.projects.with_columns(acheteur_siren=pl.coalesce("acheteur_siren", pl.lit(buyer, pl.String)))
    if rows["acheteur_siren"].null_count():
        raise Problem(
            f"L'acheteur de {french.count(rows['acheteur_siren'].null_count(), 'projet')} du programme n'est pas dit",
            where=planned.name,
            todo="Donnez son SIRET : --acheteur-siret 21750001600019",
        )
    number = pl.coalesce("projet", pl.format("{}-{}", pl.col("feuille").fill_null("1"), "position"))
    named = rows.with_columns(projet_id=number)
    twice = named.filter(pl.col("projet_id").is_duplicated())
    if twice.height:
        named = named.with_columns(
            projet_id=pl.when(pl.col("projet_id").is_duplicated())
            .then(pl.format("{} ({})", "projet_id", "position"))
            .otherwise("projet_id")
        )
    return named.join(
        _advised(planned), on=["feuille", "position"], how="left", nulls_equal=True, maintain_order="left"
    )


def _advised(planned: Planned) -> pl.DataFrame:
    """``feuille, position, levier, levier_libelle``: the advice on each project, when lists of suppliers were given."""
    schema = {"feuille": pl.String, "position": pl.Int64, "levier": pl.String, "levier_libelle": pl.String}
    if planned.found is None:
        return pl.DataFrame(schema=schema)
    parts = pl.col("besoin_id").str.extract_groups(r"^P-[^-]*-(?<feuille>.*)-(?<position>\d+)$")
    told = planned.found.opportunities.select("levier", "levier_libelle", _p=parts).unnest("_p")
    known = planned.projects.select(
        "feuille", "position", _f=pl.col("feuille").fill_null("1"), _r=pl.col("position").cast(pl.String)
    )
    joined = known.join(
        told, left_on=["_f", "_r"], right_on=["feuille", "position"], how="inner", maintain_order="left_right"
    )
    return joined.select(*schema).unique(["feuille", "position"], keep="first", maintain_order=True)


def _start(projects: pl.DataFrame) -> date | None:
    first = projects["date_prevue"].min()
    return date(first.year - 1, first.month, 1) if isinstance(first, date) else None


def _published(base: Base, notices: Sequence[str | Path], buyers: list[str], start: date | None) -> pl.DataFrame:
    """The contracts and notices of these buyers since a day, with what they carry (declared or written; null: not told)."""
    recent = pl.col("date") >= start if start else pl.lit(True)
    have = base.contracts.collect_schema().names()
    carried = {
        name: pl.any_horizontal(name, f"{name}_texte") if f"{name}_texte" in have else pl.col(name) for name in CARRIED
    }
    held = base.contracts.filter(pl.col("acheteur_siren").is_in(buyers)).select(
        "acheteur_siren",
        "objet",
        "famille",
        "codeCPV",
        **carried,
        publie_id="uid",
        genre=pl.lit("contrat"),
        date="dateNotification",
        montant="montant_retenu",
    )
    parts = [held.select(*_PUBLISHED).collect()]
    if notices:
        read = read_notices(list(notices)).notices
        calls = read.filter(
            pl.col("acheteur_siren").is_in(buyers)
            & pl.col("type_avis").is_in(["concurrence", "concours", "preinformation"])
        )
        rows = calls.select(
            "acheteur_siren", "objet", "codeCPV", publie_id="avis", date="date_publication", montant="montant_estime"
        )
        sorted_ = families.add(rows.lazy()).with_columns(
            genre=pl.lit("avis"), **{name: pl.lit(None, pl.Boolean) for name in CARRIED}
        )
        parts.append(sorted_.select(*_PUBLISHED).collect())
    return pl.concat([part.cast(pl.Schema(_PUBLISHED)) for part in parts]).filter(recent).sort("publie_id")


def _read(book: Path | str, planned: Planned) -> tuple[dict[str, dict[str, str | None]], pl.DataFrame]:
    """What a person wrote in the workbook: by project, and on each link; every fault said at once."""
    faults: list[str] = []
    told = sheets.filled(book, "programme", _PROJECTS, anchor="Projet", written_by="spaser programme --suivi")
    kept = {row["projet_id"]: {name: row[name] for name in WRITTEN} for row in told if row["projet_id"]}
    for row in told:
        if row["decision"] and fold(row["decision"]) not in _DECIDED:
            faults.append(
                f"feuille « programme », ligne {row['ligne']} : « {row['decision'][:30]} » n'est pas une décision ({', '.join(('lancé', 'reporté', 'abandonné', 'fusionné'))})"
            )
    ruled = []
    for row in sheets.filled(book, "publié", _LINKS, anchor="Avis ou contrat", written_by="spaser programme --suivi"):
        word = fold(row["lien"] or "")
        if word and word not in (*_YES, *_NO):
            faults.append(
                f"feuille « publié », ligne {row['ligne']} : « {(row['lien'] or '')[:30]} » n'est ni oui ni non"
            )
        elif word and row["projet_id"] and row["publie_id"]:
            ruled.append({"projet_id": row["projet_id"], "publie_id": row["publie_id"], "lien": word in _YES})
    if faults:
        raise Problem(f"Le suivi est à corriger dans {Path(book).name}", why=" ; ".join(faults[:12]))
    return kept, pl.DataFrame(ruled, schema=_RULED)


def _obeyed(found: pl.DataFrame, ruled: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """The links found and those a person made: a refused one stays, told as refused; an accepted one holds whatever the words say."""
    yes = ruled.filter("lien").join(published.select("publie_id", "genre"), on="publie_id", maintain_order="left_right")
    proposed = found.join(yes, on="publie_id", how="anti")
    both = pl.concat(
        [
            proposed,
            yes.select(
                "projet_id", "publie_id", "genre", ressemblance=pl.lit(None, pl.Float64), surete=pl.lit("confirme")
            ),
        ]
    )
    no = ruled.filter(~pl.col("lien")).select("projet_id", "publie_id", _non=pl.lit(True))
    judged = both.join(no, on=["projet_id", "publie_id"], how="left", maintain_order="left").with_columns(
        surete=pl.when(pl.col("_non")).then(pl.lit("refuse")).otherwise("surete"),
        lien=pl.when(pl.col("_non")).then(pl.lit(False)).when(pl.col("surete") == "confirme").then(pl.lit(True)),
    )
    return (
        judged.drop("_non")
        .join(published.drop("genre"), on="publie_id", how="left", maintain_order="left")
        .sort("projet_id", "date", "publie_id", nulls_last=True)
    )


def _states(
    projects: pl.DataFrame, links: pl.DataFrame, kept: dict[str, dict[str, str | None]], day: date
) -> pl.DataFrame:
    """Each project with ``etat``, what carries it, and whether the advice was followed (null: nothing tells)."""
    held = links.filter(pl.col("surete") != "refuse")
    sure = held.filter(pl.col("surete") != "a_verifier")
    won = (
        sure.filter(pl.col("genre") == "contrat")
        .group_by("projet_id")
        .agg(
            contrats=pl.len().cast(pl.Int32),
            attribue_le=pl.col("date").min(),
            attribue=pl.col("montant").sum(),
            **{name: _any(name) for name in CARRIED},
        )
    )
    seen = sure.filter(pl.col("genre") == "avis").group_by("projet_id").agg(lance_le=pl.col("date").min())
    unsure = held.filter(pl.col("surete") == "a_verifier").group_by("projet_id").agg(a_verifier=pl.len().cast(pl.Int32))
    rows = projects
    for part in (won, seen, unsure):
        rows = rows.join(part, on="projet_id", how="left", maintain_order="left")
    names = {name: [kept.get(project, {}).get(name) for project in rows["projet_id"]] for name in WRITTEN}
    rows = rows.with_columns(**{name: pl.Series(values, dtype=pl.String) for name, values in names.items()})
    decided = pl.Series([fold(text or "") for text in rows["decision"]], dtype=pl.String)
    state = (
        pl.when(pl.col("contrats") > 0)
        .then(pl.lit("attribué"))
        .when(pl.col("lance_le").is_not_null())
        .then(pl.lit("lancé"))
        .when(decided.is_in(["abandonne", "fusionne"]) | ~pl.col("a_venir").fill_null(True))
        .then(pl.lit("abandonné ou clos"))
        .when(decided == "lance")
        .then(pl.lit("lancé, dit par vous"))
        .when(decided == "reporte")
        .then(pl.lit("reporté"))
        .when(pl.col("a_verifier") > 0)
        .then(pl.lit("à vérifier"))
        .when(pl.col("date_prevue") < day)
        .then(pl.lit("prévu, date passée, rien de publié lu"))
        .when(pl.col("date_prevue").is_not_null())
        .then(pl.lit("prévu"))
        .otherwise(pl.lit("prévu, sans date"))
    )
    return rows.with_columns(etat=state, conseil_suivi=_followed()).sort("date_prevue", "projet_id", nulls_last=True)


def _any(name: str) -> pl.Expr:
    """Kleene « or »: yes if one says yes, no if all say no, else unknown."""
    values = pl.col(name)
    return pl.when(values.any(ignore_nulls=True)).then(True).when(values.null_count() == 0).then(False)


def _followed() -> pl.Expr:
    """Whether what was awarded carries what was advised: the lever's own consideration, null when contracts cannot show it."""
    kinds = {rung["code"]: rung.get("kind", "") for rung in rules.toml("levers.toml")["rungs"]}
    shown = {code: SHOWN_BY.get(code, SHOWN_BY.get(kind)) for code, kind in kinds.items()}
    told: Any = pl.lit(None, pl.Boolean)
    for name in CARRIED[:3]:
        codes = [code for code, column in shown.items() if column == name]
        told = pl.when(pl.col("levier").is_in(codes)).then(pl.col(name)).otherwise(told)
    return pl.when(pl.col("contrats") > 0).then(told)
