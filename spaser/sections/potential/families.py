"""The potential in all and family by family: key figures, states of the needs, demand against supply."""

from __future__ import annotations

import polars as pl

from spaser import charts, french, potential
from spaser.deliverables.report import (
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Sentence,
    TableBlock,
    table,
)
from spaser.sections.findings import Findings
from spaser.sections.map import map_figure, old_lists, old_months
from spaser.sections.potential.needs import ACTIONABLE
from spaser.sections.registry import Told, written
from spaser.sections.shown import figure

#: The state of a need that is reserved already (``need_states.toml``).
RESERVED = "reserve"
_FAMILY = (
    Column("famille_libelle", "Famille d'achat"),
    Column("besoins", "Besoins actionnables", "entier", True),
    Column("annuel", "Acheté par an", "somme", True),
    Column("annuel_haut", "Au plus par an", "somme", True, extra=True),
    Column("acquis", "Déjà à l'ESS (connu)", "somme", True, extra=True),
    Column("fournisseurs", "Crédibles dans la famille, tous besoins", "entier"),
    Column("potentiel_bas", "Potentiel bas (pairs\u00a0; inconnu\u00a0: non mesuré)", "somme", extra=True),
    Column("potentiel", "Potentiel milieu", "somme", True),
    Column("potentiel_haut", "Potentiel haut", "somme", True, extra=True),
    Column("sous_clause", "Sous clause d'insertion", "somme", True),
    Column("levier_principal", "Premier levier (celui du besoin où il déplace le plus)"),
    Column("levier_fournisseurs", "Peuvent y répondre", "entier"),
    Column("levier_population", "Qui est compté", extra=True),
)


@written("potentiel-detail", "potentiel")
def section_potential(findings: Findings) -> Told:
    """The potential in all: key figures, families, demand against supply."""
    rows, families = findings.extras.get("besoins"), findings.extras.get("potentiel_familles")
    if rows is None or families is None:
        return None
    active = rows.filter(ACTIONABLE)
    if not active.height:
        return (Sentence("Aucun besoin actionnable\u00a0: le potentiel n'est pas mesuré."),)
    blocks: list = [
        _keys(active, families),
        Callout("Comment lire ces montants", _READING_SPEND if _spent(active) else _READING),
        Paragraph((*held(findings), *_said(families, active))),
    ]
    blocks.append(_states(rows))
    blocks.append(
        table(
            "tab-potentiel-familles",
            "Par famille d'achat, au plus fort potentiel d'abord",
            first(families),
            _FAMILY,
            _TOTALS,
        )
    )
    drawn = families.filter((pl.col("annuel") > 0) & pl.col("levier_principal").is_not_null())
    if drawn.height:
        blocks.append(_picture(drawn))
    carte = map_figure(findings)
    if carte:
        blocks.append(carte)
    return tuple(blocks)


def _states(rows: pl.DataFrame) -> TableBlock:
    """Every need counted once in its state; only those to act on count in the potential."""
    counted = potential.counted(rows.lazy()).collect(engine="in-memory")
    # A reservation that no contract declares is read in its subject or its pieces: it is counted as such.
    read = rows.filter(pl.col("etat") == RESERVED, pl.col("part_reserve_dite") < 1).height
    if read:
        told = french.typeset(f" Dont {french.number(read)} d'après {'son' if read == 1 else 'leur'} texte seul.")
        counted = counted.with_columns(
            etat_raison=pl.when(pl.col("etat") == RESERVED).then(pl.col("etat_raison") + told).otherwise("etat_raison")
        )
    columns = (
        Column("etat_libelle", "État du besoin"),
        Column("besoins", "Besoins", "entier", True),
        Column("annuel", "Acheté par an", "somme", True),
        Column("acquis", "Dont déjà à l'ESS ou inclusif (connu)", "somme", True),
        Column("etat_raison", "Pourquoi"),
    )
    return table(
        "tab-etats-besoins",
        "Les besoins par état",
        counted,
        columns,
        "Seuls les besoins actionnables portent un levier et comptent dans le potentiel.",
    )


def _keys(active: pl.DataFrame, families: pl.DataFrame) -> KeyFigures:
    total, reach, high = (int(families[name].sum()) for name in ("annuel", "potentiel", "potentiel_haut"))
    grouped, yearly = (
        "contrats regroupés par objet, famille et lieu",
        "montants annualisés, moitié des maxima d'accords-cadres",
    )
    if _spent(active):
        grouped, yearly = "un par famille d'achat du fichier de dépenses", "dépenses du fichier, par an"
    return KeyFigures(
        (
            KeyFigure("Besoins actionnables", active.height, "entier", grouped),
            KeyFigure("Acheté par an", total, "somme", yearly),
            KeyFigure(
                "Potentiel ESS par an",
                reach,
                "somme",
                f"milieu\u00a0; au plus {french.euros_short(high)}\u00a0; clauses à part",
            ),
            KeyFigure(
                "Part du potentiel", reach / total if total else None, "part", "milieu, sur les achats annualisés"
            ),
        )
    )


def _spent(rows: pl.DataFrame) -> bool:
    """The needs are those of a ledger."""
    return bool((rows["origine"] == "depenses").any())


def _said(families: pl.DataFrame, active: pl.DataFrame) -> tuple[Sentence, ...]:
    best = families.sort("potentiel", "famille", descending=[True, False]).head(3)
    told = [
        f"{name} ({french.euros_short(amount)})"
        for name, amount in best.select("famille_libelle", "potentiel").rows()
        if amount
    ]
    bare = families.filter((pl.col("fournisseurs") == 0) & (pl.col("annuel") > 0)).head(3)["famille_libelle"].to_list()
    alone = active.filter(pl.col("credibles") == 1).height
    said = [Sentence(french.sentence(f"Les familles au plus fort potentiel : {french.listing(told)}"))] if told else []
    if bare:
        said.append(
            Sentence(french.sentence(f"Achetées sans fournisseur crédible, donc à structurer : {french.listing(bare)}"))
        )
    if active["potentiel_bas"].null_count() == active.height:
        why = (
            "un fichier de dépenses n'a qu'un acheteur"
            if _spent(active)
            else "les fichiers lus n'ont pas dix acheteurs comparables"
        )
        said.append(Sentence(french.sentence(f"Le potentiel bas n'est pas mesuré : {why}")))
    if alone:
        text = f"{french.count(alone, 'besoin')} à un seul fournisseur crédible : ce n'est pas « aucun », mais il faut sourcer avant de réserver"
        said.append(Sentence(french.sentence(text)))
    return tuple(said)


def first(families: pl.DataFrame) -> pl.DataFrame:
    """Those with a potential before those that are only bought."""
    return families.sort("potentiel", "annuel", "famille", descending=[True, True, False])


def held(findings: Findings) -> tuple[Sentence, ...]:
    """« Déjà 3,3 M€ par an …, possible : 0,6 M€ »: both on the same purchases, those of the needs that have not ended."""
    known = potential.already(findings.extras["besoins"].lazy()).collect(engine="in-memory")
    whole, possible = (int(known[name].sum()) for name in ("annuel", "potentiel"))
    if not whole:
        return ()
    if not known["acquis"].count():
        text = f"ce que l'ESS et l'insertion ont déjà n'est pas connu, faute de statut des titulaires ; possible : {french.euros_short(possible)} par an"
    else:
        has = int(known["acquis"].sum())
        # A list that is old may hold a status that has lapsed: what it recognises is then no minimum.
        known_by = (
            f"selon des listes de plus de {old_months()} mois, à revérifier"
            if old_lists(findings)[0].height
            else "un minimum"
        )
        text = f"déjà {french.euros_short(has)} par an à des titulaires connus de l'ESS ou de l'insertion ({known_by}), possible : {french.euros_short(possible)} par an de plus"
    return (
        Sentence(
            french.sentence(f"{text} ; sur {french.euros_short(whole)} par an d'achats en cours, tous états confondus")
        ),
    )


def _picture(families: pl.DataFrame) -> Figure:
    frame = families.select(
        famille="famille_libelle",
        demande="annuel",
        offre="fournisseurs",
        levier="levier_principal",
        couverture=pl.lit(None, pl.Float64),
    ).head(20)
    picture = charts.quadrant(frame)
    return figure("fig-potentiel", "Demande et offre", picture)


_REACH = (
    "Le potentiel est ce que des fournisseurs de l'ESS ou inclusifs pourraient prendre "
    "si le levier conseillé était appliqué, sans qu'aucun ne dépasse la part de son activité choisie ; ce n'est ni une prévision ni "
    "un engagement. Ce que tiendrait une clause d'insertion est à part : qui l'emporte l'exécute, rien n'en va de soi à l'ESS. Bas : ce que fait déjà le meilleur quart des acheteurs comparables (vide s'ils sont moins de dix). Haut : le "
    "plus petit de l'offre et de ce que la loi et le besoin permettent."
)
_READING = french.typeset(
    "Les montants sont annuels : le maximum divisé par la durée, jamais multiplié au-dessous d'un an ; un accord-cadre compte pour "
    f"la moitié de son maximum, faute de dépenses. {_REACH}"
)
_READING_SPEND = french.typeset(
    "Les montants sont annuels : les dépenses du fichier divisées par les années couvertes, avoirs déduits. Un besoin est une famille entière, en "
    "autant de lots égaux que de fournisseurs qui en font les quatre cinquièmes ; les durées et les codes CPV ne sont pas dans un fichier de dépenses, et les "
    f"leviers qui en dépendent sont à vérifier sur les contrats. {_REACH}"
)
_TOTALS = "La capacité d'un fournisseur utile à plusieurs besoins n'est comptée qu'une fois\u00a0: les potentiels s'additionnent."
