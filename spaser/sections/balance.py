"""« Demande et offre » of a territory: what is bought, who could supply it, what lacks, family by family and commune by commune.

The tables come from ``opportunities_territory``; nothing is computed here but the choice of what is shown.
"""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.charts.crossed import against, crossed
from spaser.deliverables.report import (
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.sections.shown import figure

WHOLE = "ensemble"
_FAMILIES, _COMMUNES, _BUYERS = 15, 24, 15
_BALANCE = (
    Column("famille_libelle", "Famille d'achat"),
    Column("etat", "État"),
    Column("besoins", "Besoins", "entier", True),
    Column("demande", "Acheté par an", "somme", True),
    Column("fournisseurs", "Fournisseurs ici", "entier"),
    Column("offre", "Peuvent prendre par an", "somme"),
    Column("a_portee", "Crédibles", "entier"),
    Column("potentiel_bas", "Potentiel bas", "somme"),
    Column("potentiel", "Potentiel milieu", "somme", True),
    Column("potentiel_haut", "Potentiel haut", "somme", True),
)
_CROSSED = (
    Column("commune", "Commune"),
    Column("famille_libelle", "Famille d'achat"),
    Column("besoins", "Besoins en cours", "entier"),
    Column("demande", "Acheté par an", "somme"),
    Column("fournisseurs", "Fournisseurs de la commune", "entier"),
    Column("offre", "Ce qu'ils peuvent prendre par an", "somme"),
    Column("etat", "État"),
)
_WHO = (
    Column("acheteur_libelle", "Acheteur"),
    Column("besoins", "Besoins en cours", "entier", True),
    Column("annuel", "Acheté par an", "somme", True),
)


def section_balance(tables: dict[str, pl.DataFrame]) -> Section | None:
    """Key figures, sentences, families, communes, buyers; None when no contract was read."""
    families, rows = tables.get("bilan_familles"), tables.get("croises")
    if families is None or rows is None:
        return None
    title, question = "Demande et offre", "Qu'achète-t-on ici, et qui de l'ESS pourrait le fournir ?"
    told = Paragraph(tuple(Sentence(text) for text in tables["bilan_textes"]["texte"]))
    asked = families.filter(pl.col("demande") > 0)
    if not asked.height:
        return Section(
            "demande",
            title,
            question,
            (Sentence("Aucun besoin en cours dans les contrats lus pour ces communes."), told),
        )
    count = tables["bilan_fournisseurs"].row(0, named=True)
    how = french.typeset(_HOW.format(share=french.share(count["dependance"], 0)))
    blocks: list = [_keys(families, asked, count["n"]), Callout("Comment lire cette balance", how), told]
    peers = families["potentiel_bas"].count()
    columns = tuple(column for column in _BALANCE if peers or column.name != "potentiel_bas")
    blocks += [
        _against(families),
        table(
            "tab-bilan",
            "Par famille, les plus achetées d'abord",
            families,
            columns,
            _ONCE if peers else f"{_ONCE} {_UNMEASURED}",
        ),
    ]
    cells = _cells(rows)
    if cells["commune"].n_unique() > 1:
        blocks.append(_crossed(cells))
    buyers = tables["bilan_acheteurs"]
    columns = _WHO if buyers.height <= _BUYERS else _WHO[:1] + tuple(Column(c.name, c.label, c.unit) for c in _WHO[1:])
    blocks.append(table("tab-bilan-acheteurs", "Qui achète", buyers.head(_BUYERS), columns))
    return Section("demande", title, question, tuple(blocks))


def annexes_balance(tables: dict[str, pl.DataFrame]) -> tuple[TableBlock, ...]:
    """The sheets of the workbook: demande et offre, familles × communes, acheteurs."""
    if "croises" not in tables:
        return ()
    levers = (*_BALANCE, Column("levier_principal", "Premier levier"))
    sheets = [
        table("demande et offre", "Demande et offre, par famille", tables["bilan_familles"], levers),
        table(
            "familles par commune",
            "Demande et offre, familles par communes",
            tables["croises"].filter(pl.col("code_commune") != WHOLE),
            _CROSSED,
        ),
        table(
            "acheteurs",
            "Qui achète",
            tables["bilan_acheteurs"],
            (*_WHO, Column("acheteur_siren", "SIREN", "identifiant")),
        ),
    ]
    return tuple(sheet for sheet in sheets if sheet.frame.height)


def _keys(families: pl.DataFrame, asked: pl.DataFrame, suppliers: int) -> KeyFigures:
    bare = asked.filter(pl.col("fournisseurs") == 0)
    total, reach, high = (int(families[name].sum()) for name in ("demande", "potentiel", "potentiel_haut"))
    return KeyFigures(
        (
            KeyFigure("Acheté par an", total, "somme", "besoins en cours, montants annualisés"),
            KeyFigure(
                "Fournisseurs du territoire",
                suppliers,
                "entier",
                "établissements de l'ESS ou inclusifs qui livrent, toutes familles",
            ),
            KeyFigure(
                "Familles achetées sans fournisseur ici",
                bare.height,
                "entier",
                f"sur {french.count(asked.height, 'famille achetée', feminine=True)}",
            ),
            KeyFigure("Potentiel ESS par an", reach, "somme", f"milieu\u00a0; au plus {french.euros_short(high)}"),
        )
    )


def _against(families: pl.DataFrame) -> Figure:
    shown = families.sort(pl.max_horizontal("demande", "offre"), "famille", descending=[True, False]).head(_FAMILIES)
    frame = shown.sort("demande", "offre", descending=True).select(
        "etat", "demande", "offre", "fournisseurs", famille="famille_libelle"
    )
    return figure("fig-bilan", "Demande et offre du territoire", against(frame))


def _crossed(cells: pl.DataFrame) -> Figure:
    return figure("fig-croises", "Familles et communes", crossed(cells))


def _cells(rows: pl.DataFrame) -> pl.DataFrame:
    """The families most bought and the communes that buy or supply most of them, in order."""
    whole, each = rows.filter(pl.col("code_commune") == WHOLE), rows.filter(pl.col("code_commune") != WHOLE)
    families = (
        whole.filter(pl.col("demande") > 0)
        .sort("demande", "famille", descending=[True, False])
        .head(_FAMILIES)
        .select("famille")
        .with_row_index("_f")
    )
    kept = each.join(families, on="famille", maintain_order="left_right")
    communes = (
        kept.group_by("code_commune")
        .agg(pl.col("demande", "fournisseurs").sum())
        .sort("demande", "fournisseurs", "code_commune", descending=[True, True, False])
        .head(_COMMUNES)
        .select("code_commune")
        .with_row_index("_c")
    )
    placed = kept.join(communes, on="code_commune", maintain_order="left_right").sort("_f", "_c")
    return placed.select("commune", "demande", "fournisseurs", famille="famille_libelle")


_HOW = (
    "Acheté : besoins en cours des contrats lus, par an, un accord-cadre comptant pour la moitié de son maximum. Fournisseurs du territoire : établissements de "
    "ses communes, de l'ESS ou inclusifs, qui livrent et dont l'activité ou les preuves servent la famille ; ce qu'ils peuvent prendre est {share} de leur "
    "capacité. Crédibles : pour au moins un besoin, même hors du territoire. Le potentiel additionne les acheteurs sans qu'un fournisseur "
    "passe {share} de sa capacité avec eux tous ; sans fournisseur, il vient d'une clause d'insertion. Les besoins d'un lieu plus large qu'une commune ne sont comptés que dans l'ensemble."
)
_ONCE = french.typeset(
    "La capacité d'un fournisseur utile à plusieurs besoins ou à plusieurs acheteurs n'est comptée qu'une fois\u00a0: les potentiels s'additionnent."
)
_UNMEASURED = french.typeset("Le potentiel bas n'est pas mesuré : moins de dix acheteurs comparables.")
