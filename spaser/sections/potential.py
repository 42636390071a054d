"""« Potentiel ESS »: what could be bought from the ESS, family by family and need by need, with whom, by which lever.

The tables come from ``opportunities`` through ``Findings.extras``; nothing is computed here but counts of what is shown.
"""

from __future__ import annotations

import polars as pl

from spaser import charts, french, potential, rules
from spaser.deliverables.report import (
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Sentence,
    TableBlock,
    masked,
    table,
)
from spaser.sections.findings import Findings
from spaser.sections.map import map_figure
from spaser.sections.registry import Told, written

_MOST, _LONG = 15, 110
#: The needs that carry a lever and count in the potential.
ACTIONABLE = pl.col("etat_action") == "agir"
_FAMILY = (
    Column("famille_libelle", "Famille d'achat"),
    Column("besoins", "Besoins actionnables", "entier", True),
    Column("annuel", "Acheté par an", "somme", True),
    Column("annuel_haut", "Au plus par an", "somme"),
    Column("acquis", "Déjà à l'ESS (connu)", "somme", True),
    Column("fournisseurs", "Fournisseurs crédibles", "entier"),
    Column("potentiel_bas", "Potentiel bas (pairs ; inconnu : non mesuré)", "somme"),
    Column("potentiel", "Potentiel milieu", "somme", True),
    Column("potentiel_haut", "Potentiel haut", "somme"),
    Column("levier_principal", "Levier du plus gros besoin"),
)
_NEED = (
    Column("objet", "Besoin"),
    Column("famille_libelle", "Famille"),
    Column("lieu_libelle", "Lieu"),
    Column("annuel", "Par an", "somme"),
    Column("lots", "Lots", "entier"),
    Column("credibles", "Crédibles", "entier"),
    Column("potentiel", "Potentiel milieu", "somme"),
    Column("potentiel_haut", "Potentiel haut", "somme"),
    Column("levier_libelle", "Levier conseillé"),
    Column("levier_article", "Base légale"),
    Column("echeance", "Échéance au plus tard", "date"),
)
_READINGS = (
    Column("objet", "Besoin"),
    Column("annuel", "Par an", "somme"),
    Column("lecture_offre", "Offre : montant attendu", "somme"),
    Column("lecture_repere", "Pairs : meilleur quart", "somme"),
    Column("lecture_loi", "Loi : montant réservable", "somme"),
    Column("loi_raison", "Ce que la loi permet"),
    Column("limite", "Ce qui limite"),
)
_WHO = (
    Column("rang", "Rang", "entier"),
    Column("nom", "Fournisseur"),
    Column("commune", "Commune"),
    Column("distance_km", "Distance (km)", "entier"),
    Column("statuts", "Statuts"),
    Column("statut_au", "Statut connu au", "date"),
    Column("gagnes", "Contrats de la famille gagnés", "entier"),
    Column("points", "Points"),
    Column("ex_aequo", "À ce rang", "entier"),
    Column("raison", "Pourquoi, terme par terme"),
)
#: Columns of the sheet of needs in the workbook, in order (OPPORTUNITIES).
_SHEET = (
    "besoin_id",
    "famille_libelle",
    "famille_confiance",
    "objet",
    "codeCPV",
    "lieu_libelle",
    "contrats",
    "lots",
    "occurrences",
    "recurrence",
    "actif",
    "dateNotification",
    "dureeMois",
    "echeance",
    "annuel_bas",
    "annuel",
    "annuel_haut",
    "lot_annuel",
    "acquis",
    "acquis_part",
    "candidats",
    "credibles",
    "reservables",
    "handicap_credibles",
    "insertion_credibles",
    "ess_credibles",
    "clause_candidats",
    "lot_credibles",
    "dependance_mediane",
    "lecture_offre",
    "lecture_offre_haut",
    "lecture_repere",
    "repere_n",
    "lecture_loi",
    "loi_raison",
    "potentiel_bas",
    "potentiel",
    "potentiel_haut",
    "limite",
    "levier_libelle",
    "levier_article",
    "levier_pour",
    "levier_raison",
    "levier_changerait",
    "levier_verifier",
    "levier_exclu",
    "leviers",
    "levier_refus",
    "etat_libelle",
    "etat_raison",
)
#: Columns and lines of the sheet of suppliers: a workbook that opens at once.
_SUPPLIERS = (
    "famille_libelle",
    "rang",
    "nom",
    "siret",
    "commune",
    "departement",
    "distance_km",
    "statuts",
    "statut_au",
    "statut_source",
    "preste",
    "handicap",
    "insertion",
    "clause",
    "adequation",
    "adequation_origine",
    "capacite_bas",
    "capacite",
    "capacite_haut",
    "capacite_origine",
    "gagnes",
    "gagnes_siret",
    "dernier_gagne",
    "dependance",
    "points",
    "ex_aequo",
    "credible",
    "raison",
    "besoin_id",
)
_SHOWN = 25
_SHARES = ("acquis_part", "dependance_mediane", "famille_confiance", "adequation", "dependance")


@written("potentiel-detail", "potentiel")
def section_potential(findings: Findings) -> Told:
    """The potential in all: key figures, families, demand against supply."""
    rows, families = findings.extras.get("besoins"), findings.extras.get("potentiel_familles")
    if rows is None or families is None:
        return None
    active = rows.filter(ACTIONABLE)
    if not active.height:
        return (Sentence("Aucun besoin actionnable : le potentiel n'est pas mesuré."),)
    blocks: list = [
        _keys(active, families),
        Callout("Comment lire ces montants", _READING_SPEND if _spent(active) else _READING),
        Paragraph(_said(families, active)),
    ]
    blocks.append(_states(rows))
    blocks.append(
        table("tab-potentiel-familles", "Par famille d'achat, les plus achetées d'abord", families, _FAMILY, _TOTALS)
    )
    drawn = families.filter((pl.col("annuel") > 0) & pl.col("levier_principal").is_not_null())
    if drawn.height:
        blocks.append(_picture(drawn))
    carte = map_figure(findings)
    if carte:
        blocks.append(carte)
    return tuple(blocks)


@written("besoins")
def section_needs(findings: Findings) -> Told:
    """The largest reachable needs, their three readings and their lever, then the suppliers to meet for the first."""
    rows, found = findings.extras.get("besoins"), findings.extras.get("candidats")
    if rows is None or found is None or not rows.filter(ACTIONABLE).height:
        return None
    best = rows.filter(ACTIONABLE).head(_MOST)
    shown = _brief(best)
    blocks: list = [
        table("tab-besoins", "Les besoins au plus fort potentiel", shown, _NEED, _WHOLE),
        table("tab-lectures", "Trois lectures de chaque besoin", shown, _READINGS, _THREE),
        levers_table(best),
    ]
    first = best.filter(pl.col("credibles") > 0).head(3)
    for rank, (need, subject) in enumerate(first.select("besoin_id", "objet").rows(), 1):
        blocks.append(sourcing(found, need, subject, f"tab-sourcing-{rank}"))
    return tuple(blocks)


def _states(rows: pl.DataFrame) -> TableBlock:
    """Every need counted once in its state; only those to act on count in the potential."""
    counted = potential.counted(rows.lazy()).collect(engine="in-memory")
    columns = (
        Column("etat_libelle", "État du besoin"),
        Column("besoins", "Besoins", "entier", True),
        Column("annuel", "Acheté par an", "somme", True),
        Column("etat_raison", "Pourquoi"),
    )
    return table(
        "tab-etats-besoins",
        "Les besoins par état",
        counted,
        columns,
        "Seuls les besoins actionnables portent un levier et comptent dans le potentiel.",
    )


def levers_table(rows: pl.DataFrame) -> TableBlock:
    """The lever of each need with its reasons and what would change the advice."""
    columns = (
        Column("objet", "Besoin"),
        Column("levier_libelle", "Levier"),
        Column("levier_pour", "Réservé à"),
        Column("levier_raison", "Raisons"),
        Column("levier_changerait", "Ce qui changerait ce conseil"),
        Column("levier_verifier", "À vérifier avec l'acheteur"),
        Column("leviers", "Peuvent s'y ajouter"),
        Column("levier_refus", "Pourquoi pas"),
        Column("base", "Base légale"),
    )
    known = pl.col("levier_confiance").replace(rules.CONFIDENCES)
    base = (
        pl.when(pl.col("levier_article") == "")
        .then(pl.lit(""))
        .otherwise(pl.format("{} ({})", "levier_article", known))
    )
    return table("tab-leviers", "Pourquoi ce levier", _brief(rows).with_columns(base=base), columns)


def sourcing(candidates: pl.DataFrame, need: str, subject: str, id: str = "tab-sourcing", most: int = 10) -> TableBlock:
    """The sourcing sheet of a need, ready to send: who, where, how far, with which status, what it won; persons masked."""
    rows = candidates.filter((pl.col("besoin_id") == need) & pl.col("preste")).head(most)
    caption = french.typeset(
        f"À rencontrer, sourçage ouvert à tous (R2111-1, R2111-2) : {subject[:_LONG].rstrip()}{'…' if len(subject) > _LONG else ''}"
    )
    return table(id, caption, rows.with_columns(pl.col("distance_km").round().cast(pl.Int64)), _WHO, _STATUS)


def annexes(findings: Findings) -> tuple[TableBlock, ...]:
    """The sheets of the workbook: besoins, fournisseurs par besoin, hypothèses (and what was learned, when something was)."""
    rows, found, told = (findings.extras.get(name) for name in ("besoins", "candidats", "hypotheses"))
    if rows is None or found is None or told is None:
        return ()
    subjects = rows.filter(ACTIONABLE).select("besoin_id", "famille_libelle", objet_besoin="objet")
    named = found.filter(pl.col("rang") <= _SHOWN).join(subjects, on="besoin_id", maintain_order="left")
    who = [Column("objet_besoin", "Besoin"), *(name for name in _SUPPLIERS if name in named.columns)]
    learned = findings.extras.get("poids_appris")
    sheets = [
        table("besoins", "Besoins et potentiel", rows, [_typed(name, rows) for name in _SHEET]),
        table(
            "fournisseurs par besoin",
            f"Les {_SHOWN} premiers fournisseurs de chaque besoin en cours",
            named,
            [_typed(name, named) for name in who],
        ),
        table(
            "hypothèses",
            "Hypothèses",
            told,
            [Column("hypothese", "Hypothèse"), Column("valeur", "Valeur"), Column("raison", "Raison")],
        ),
    ]
    if learned is not None and learned.height:
        names = dict(rules.table("families.csv").select("famille", "libelle").rows())
        learned = learned.with_columns(pl.col("famille").replace(names))
        columns = [
            Column("naf", "Activité"),
            Column("famille", "Famille"),
            Column("poids", "Poids appris", "part"),
            Column("fournisseurs", "Entreprises observées", "entier"),
        ]
        sheets.append(table("poids appris", "Ce que gagnent les entreprises d'une activité", learned, columns))
    return tuple(sheets)


def _typed(name: Column | str, frame: pl.DataFrame) -> Column | str:
    """A share is shown as a percentage; an amount per year as a whole sum."""
    if isinstance(name, Column) or name not in frame.columns or name not in _SHARES:
        return name
    from spaser.vocabulary import LABELS

    return Column(name, LABELS[name].split(" (")[0], "part")


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
            KeyFigure("Potentiel ESS par an", reach, "somme", f"milieu ; au plus {french.euros_short(high)}"),
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
            Sentence(
                french.sentence(
                    f"Achetées sans fournisseur crédible à portée, donc à structurer : {french.listing(bare)}"
                )
            )
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


def _picture(families: pl.DataFrame) -> Figure:
    frame = families.select(
        famille="famille_libelle",
        demande="annuel",
        offre="fournisseurs",
        levier="levier_principal",
        couverture=pl.lit(None, pl.Float64),
    ).head(20)
    picture = charts.quadrant(frame)
    columns = [Column(name, label, unit) for name, label, unit in picture.columns]
    return Figure(
        "fig-potentiel",
        "Demande et offre",
        picture,
        table("fig-potentiel-donnees", "Les données : demande et offre", picture.twin, columns),
    )


def _brief(rows: pl.DataFrame) -> pl.DataFrame:
    subject = pl.col("objet")
    cut = pl.concat_str(subject.str.slice(0, _LONG).str.strip_chars_end(), pl.lit("…"))
    return masked(rows.with_columns(objet=pl.when(subject.str.len_chars() > _LONG).then(cut).otherwise(subject)))


_REACH = (
    "Le potentiel est ce que des fournisseurs de l'ESS ou inclusifs pourraient prendre "
    "si le levier conseillé était appliqué, sans qu'aucun ne dépasse la part de son activité choisie ; ce n'est ni une prévision ni "
    "un engagement. Bas : ce que fait déjà le meilleur quart des acheteurs comparables (vide s'ils sont moins de dix). Haut : le "
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
_TOTALS = "La capacité d'un fournisseur utile à plusieurs besoins n'est comptée qu'une fois : les potentiels milieu s'additionnent."
_WHOLE = (
    "La liste entière est dans le classeur, feuille « besoins » ; les fournisseurs dans « fournisseurs par besoin »."
)
_THREE = french.typeset(
    "Offre : attendu si les fournisseurs crédibles répondent ; pairs : vide, non mesuré ; loi : ce qui peut être réservé."
)
_STATUS = "Statuts d'après les listes chargées, à la date indiquée ; à vérifier avant d'inviter."
POTENTIAL = (section_potential, section_needs)
