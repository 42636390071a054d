"""The needs of the largest potential: their readings, their lever, and whom to meet."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import (
    Column,
    Sentence,
    TableBlock,
    masked,
    table,
)
from spaser.potential.standing import next_end
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.shown import brief
from spaser.text import chosen
from spaser.vocabulary import CENT

_MOST = 15


_LONG = 110
#: The heading of the first end that can still be prepared, on every page.
BEFORE = "Suite avant le"


#: The needs that carry a lever and count in the potential.
ACTIONABLE = pl.col("etat_action") == "agir"


_NEED = (
    Column("objet", "Besoin"),
    Column("famille_libelle", "Famille"),
    Column("lieu_libelle", "Lieu", extra=True),
    Column("annuel", "Par an", "somme"),
    Column("lots", "Lots", "entier", extra=True),
    Column("potentiel", "Potentiel milieu", "somme"),
    Column("potentiel_haut", "Potentiel haut", "somme", extra=True),
    Column("sous_clause", "Sous clause d'insertion", "somme"),
    Column("levier_libelle", "Levier conseillé"),
    Column("levier_fournisseurs", "Peuvent y répondre", "entier", extra=True),
    Column("levier_population", "Qui est compté", extra=True),
    Column("levier_article", "Base légale", extra=True),
    Column("fin", BEFORE, "date"),
)


_READINGS = (
    Column("objet", "Besoin"),
    Column("annuel", "Par an", "somme"),
    Column("lecture_offre", "Offre\u00a0: montant attendu", "somme"),
    Column("lecture_repere", "Pairs\u00a0: meilleur quart", "somme"),
    Column("lecture_loi", "Loi\u00a0: réservable par an", "somme"),
    Column("loi_raison", "Ce que la loi permet"),
    Column("limite", "Ce qui limite"),
)


_WHO = (
    Column("rang", "Rang", "entier"),
    Column("nom", "Fournisseur"),
    Column("commune", "Commune"),
    Column("distance_km", "Distance au lieu du besoin (km)", "entier"),
    Column("statuts", "Statuts"),
    Column("statut_au", "Statut connu au", "date", extra=True),
    Column("gagnes", "Contrats de la famille gagnés", "entier", extra=True),
    Column("points", "Points", "valeur", extra=True),
    Column("ex_aequo", "À ce rang", "entier", extra=True),
    Column("raison", "Pourquoi, terme par terme"),
)


@written("besoins")
def section_needs(findings: Findings) -> Told:
    """The largest reachable needs, their three readings and their lever, then the suppliers to meet for the first."""
    rows, found = findings.extras.get("besoins"), findings.extras.get("candidats")
    if rows is None or found is None or not rows.filter(ACTIONABLE).height:
        return None
    acting, floor = rows.filter(ACTIONABLE), rules.toml("method.toml")["plan"]["plancher_famille"]["value"]
    best = acting.filter(pl.col("potentiel") >= floor * CENT).head(_MOST)
    said = beyond(acting.join(best, on="besoin_id", how="anti"), "besoin actionnable", "sur cette page")
    if not best.height:
        return said
    shown = _cut(best).with_columns(fin=next_end())
    blocks: list = [
        table("tab-besoins", "Les besoins au plus fort potentiel", shown, _NEED, _WHOLE),
        table("tab-lectures", "Trois lectures de chaque besoin", shown, _READINGS, _THREE),
        levers_table(best),
        *said,
    ]
    first = best.filter(pl.col("credibles") > 0).head(3)
    for rank, (need, subject) in enumerate(first.select("besoin_id", "objet").rows(), 1):
        blocks.append(sourcing(found, need, subject, f"tab-sourcing-{rank}"))
    return tuple(blocks)


def beyond(left: pl.DataFrame, what: str, place: str) -> tuple[Sentence, ...]:
    """What a table leaves to the workbook: how many rows, and the euros a year that complete its total."""
    if not left.height:
        return ()
    cents = int(left["potentiel"].sum())
    worth = f", {french.euros_short(cents)} atteignables par an" if cents else ""
    whole = " en tout" if worth and left.height > 1 else ""
    return (
        Sentence(
            french.sentence(f"{french.count(left.height, what)} de plus{worth}{whole} : dans le classeur, non {place}")
        ),
    )


def levers_table(rows: pl.DataFrame) -> TableBlock:
    """The lever of each need with its reasons and what would change the advice."""
    columns = (
        Column("objet", "Besoin"),
        Column("levier_libelle", "Levier"),
        Column("levier_pour", "Pour qui"),
        Column("levier_raison", "Raisons"),
        Column("levier_changerait", "Ce qui changerait ce conseil", extra=True),
        Column("levier_verifier", "À vérifier avec l'acheteur"),
        Column("leviers", "Peuvent s'y ajouter", extra=True),
        Column("levier_du", "Dû en tout cas", extra=True),
        Column("levier_refus", "Pourquoi pas", extra=True),
        Column("base", "Base légale"),
    )
    known = pl.col("levier_confiance").replace(rules.CONFIDENCES)
    base = (
        pl.when(pl.col("levier_article") == "")
        .then(pl.lit(""))
        .otherwise(pl.format("{} ({})", "levier_article", known))
    )
    return table("tab-leviers", "Pourquoi ce levier", _cut(rows).with_columns(base=base), columns)


def sourcing(candidates: pl.DataFrame, need: str, subject: str, id: str = "tab-sourcing", most: int = 10) -> TableBlock:
    """The sourcing sheet of a need, ready to send: who, where, how far, with which status, what it won; persons masked."""
    rows = candidates.filter((pl.col("besoin_id") == need) & pl.col("preste")).head(most)
    caption = french.typeset(f"À rencontrer, sourçage ouvert à tous (R2111-1, R2111-2) : {chosen(subject, _LONG)}")
    shown = table(id, caption, rows.with_columns(pl.col("distance_km").round().cast(pl.Int64)), _WHO, _STATUS)
    return replace(shown, sheet="fournisseurs par besoin")


def _cut(rows: pl.DataFrame) -> pl.DataFrame:
    return masked(brief(rows, _LONG))


_WHOLE = (
    "«\u00a0Suite avant le\u00a0»\u00a0: la première fin que l'on peut encore préparer, celle du plan (le classeur a aussi celle du dernier lot). Un besoin se compare aux seuils "
    "en vigueur au jour de lecture, ceux de sa prochaine consultation\u00a0; un contrat passé, à ceux du jour de sa notification. "
    "La liste entière est dans le classeur, feuille «\u00a0besoins\u00a0»\u00a0; les fournisseurs dans «\u00a0fournisseurs par besoin\u00a0»."
)


_THREE = french.typeset(
    "Offre : attendu si les fournisseurs crédibles répondent ; pairs : vide, non mesuré ; loi : ce qui peut être réservé par an, compté comme « Par an » (la moitié du maximum d'un accord-cadre)."
)


_STATUS = "Statuts d'après les listes chargées, à la date indiquée ; à vérifier avant d'inviter."
