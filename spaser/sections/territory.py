"""The sections of the panorama of a territory: the whole by family, then commune by commune; bands stay bands."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from spaser import french
from spaser.deliverables.report import Callout, Column, KeyFigure, KeyFigures, Section, Sentence, TableBlock, table

WHOLE, INCLUSIVE = "ensemble", "structures inclusives"
_COUNTS = (
    Column("etablissements", "Établissements", "entier"),
    Column("emplois_bas", "Emplois, au moins", "entier"),
    Column("emplois_haut", "Emplois, au plus", "entier"),
    Column("sans_tranche", "Effectif inconnu", "entier"),
    Column("emplois_hors_premier_bas", "Sans le premier employeur, au moins", "entier"),
    Column("emplois_hors_premier_haut", "Sans le premier employeur, au plus", "entier"),
    Column("emplois_officiels", "Emplois officiels", "entier"),
    Column("part_bas", "Part des emplois, au moins", "part"),
    Column("part_haut", "au plus", "part"),
)


def section_whole(rows: pl.DataFrame, communes: pl.DataFrame, _: pl.DataFrame) -> Section:
    """Key figures and families of the whole set."""
    whole = rows.filter(pl.col("code_commune") == WHOLE)
    total = whole.filter(pl.col("famille") == WHOLE)
    inclusive = whole.filter(pl.col("famille") == INCLUSIVE)
    cards = [_card("Établissements de l'ESS", total), _card("Établissements inclusifs", inclusive)]
    present = rows.filter((pl.col("code_commune") != WHOLE) & (pl.col("famille") == WHOLE)).height
    cards.append(
        KeyFigure(
            "Communes ayant un établissement de l'ESS",
            present,
            "entier",
            f"sur {french.count(communes.height, 'commune')}",
        )
    )
    blocks: list = [KeyFigures(tuple(cards)), Callout("Des tranches, pas des nombres exacts", _BANDS)]
    if whole.height:
        named = _told(whole).with_columns(pl.col("famille").replace({WHOLE: "ensemble de l'ESS"}))
        blocks.append(
            table("tab-familles", "Par famille de l'ESS", named, (Column("famille", "Famille"), *_known(whole)), _APART)
        )
    else:
        blocks.append(Sentence("Aucun établissement de l'ESS ou inclusif dans les listes chargées pour ces communes."))
    return Section("ensemble", "L'ESS du territoire", "Combien d'établissements, combien d'emplois ?", tuple(blocks))


def section_communes(rows: pl.DataFrame, communes: pl.DataFrame, _: pl.DataFrame) -> Section:
    """Commune by commune: the ESS, then the inclusive structures; a commune without any is shown with none found."""
    found = rows.filter((pl.col("code_commune") != WHOLE) & (pl.col("famille") == WHOLE))
    every = communes.select("code_commune", "commune", "population").join(
        found.drop("commune"),
        on="code_commune",
        how="left",
        maintain_order="left",
    )
    zeros = every.with_columns(pl.col("etablissements").fill_null(0)).sort(
        "etablissements", "commune", descending=[True, False]
    )
    zeros = _told(zeros)
    columns = (Column("commune", "Commune"), Column("population", "Habitants", "entier"), *_known(found))
    blocks: list = [table("tab-communes", "L'ESS commune par commune", zeros, columns, _NONE)]
    inclusive = rows.filter((pl.col("code_commune") != WHOLE) & (pl.col("famille") == INCLUSIVE)).sort(
        "etablissements", "commune", descending=[True, False]
    )
    if inclusive.height:
        blocks.append(
            table(
                "tab-inclusion",
                "Les structures inclusives commune par commune",
                _told(inclusive),
                (Column("commune", "Commune"), *_known(inclusive)),
            )
        )
    return Section("communes", "Commune par commune", "Où sont-ils ?", tuple(blocks))


_PROVED = (("non_situes", "Non situés", "entier"), ("surete", "Reconnaissance", "texte"))


def section_sources(_: pl.DataFrame, __: pl.DataFrame, files: pl.DataFrame) -> Section:
    """The lists and their dates."""
    columns = [
        Column("fichier", "Fichier"),
        Column("libelle", "Liste"),
        Column("au", "Au", "date"),
        Column("lus", "Lignes lues", "entier"),
        *(Column(name, label, kind) for name, label, kind in _PROVED if name in files.columns),
        Column("message", "Remarque"),
    ]
    return Section(
        "sources",
        "Sources",
        "D'où viennent ces chiffres ?",
        (table("tab-listes", "Les listes de fournisseurs", files, columns), Sentence(_RULE)),
    )


def annex(rows: pl.DataFrame) -> TableBlock:
    """Every line of the panorama."""
    return table(
        "panorama",
        "Communes et familles",
        _told(rows),
        (Column("commune", "Commune"), Column("code_commune", "Code"), Column("famille", "Famille"), *_known(rows)),
    )


def _known(rows: pl.DataFrame) -> tuple[Column, ...]:
    """The columns that say something (official counts and shares may be absent)."""
    return tuple(
        column
        for column in _COUNTS
        if column.name in rows.columns and rows[column.name].null_count() < max(rows.height, 1)
    )


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Where every band is unknown, jobs are unknown too: not zero."""
    silent = (pl.col("sans_tranche") == pl.col("etablissements")) & (pl.col("etablissements") > 0)
    jobs = [
        column.name
        for column in _COUNTS[1:]
        if column.name in rows.columns and column.name not in ("sans_tranche", "emplois_officiels")
    ]
    return rows.with_columns(pl.when(~silent.fill_null(False)).then(name).alias(name) for name in jobs)


def _card(label: str, row: pl.DataFrame) -> KeyFigure:
    if not row.height:
        return KeyFigure(label, 0, "entier", "aucun dans les listes chargées")
    low, high = row["emplois_bas"].item(), row["emplois_haut"].item()
    if row["sans_tranche"].item() == row["etablissements"].item():
        return KeyFigure(label, row["etablissements"].item(), "entier", "effectif inconnu")
    jobs = (
        f"de {french.number(low)} à {french.number(high)} emplois"
        if high is not None
        else f"au moins {french.number(low)} emplois"
    )
    return KeyFigure(label, row["etablissements"].item(), "entier", jobs)


_BANDS = french.typeset(
    "L'effectif d'un établissement est connu par tranche : les emplois vont donc de… à… Un établissement dont la tranche est inconnue "
    "n'entre dans aucun compte d'emplois ; il est compté à part."
)
_APART = french.typeset(
    "Les structures inclusives sont une réponse à part : certaines sont aussi de l'ESS, et y sont comptées."
)
_NONE = french.typeset(
    "Zéro : aucun établissement de l'ESS de cette commune dans les listes chargées, ce qui ne prouve pas qu'il n'y en a pas."
)
_RULE = french.sentence(
    "chaque SIRET actif est compté une fois, et chaque structure inclusive des listes qui n'a pas de SIRET, par son nom et sa commune ; le statut est celui du jour de l'arrêté"
)

TERRITORY: tuple[Callable[[pl.DataFrame, pl.DataFrame, pl.DataFrame], Section], ...] = (
    section_whole,
    section_communes,
    section_sources,
)
