"""What to do next, each action with the figure that calls for it; and what would make the diagnostic fuller.

Every action comes from a finished table of ``findings``: no table, no action. ``manques`` lists the inputs that were not given.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from spaser import french
from spaser.deliverables.report import Callout, Column, Section, Sentence, table
from spaser.sections import tallies
from spaser.sections.findings import Findings

Action = tuple[str, str, str, str]
_HEADS = (Column("action", "Action"), Column("pourquoi", "Pourquoi"), Column("quand", "Quand"), Column("theme", "Voir la section"))
_MOST_NEEDS, _MOST_STEPS, _LONG = 5, 4, 80
_SOON = "dès maintenant"
_NOTE = french.typeset(
    "Ces actions découlent des mesures de ce rapport, dans l'ordre : ce qui se prépare d'abord, puis ce qui rend les prochaines mesures plus "
    "sûres. Elles éclairent une décision ; elles ne la remplacent pas."
)
#: What may be lacking: code → what is not given, what it would add, how to give it.
LACKING = {
    "registres": ("Des listes de fournisseurs de l'ESS et inclusifs", "qui remporte les contrats, le potentiel d'achat, les fournisseurs à rencontrer",
                  'registres = ["siae.csv", "esat.csv", "sirene.csv"]'),
    "depenses": ("Le fichier de dépenses (mandats, grand livre)", "la part des achats réellement payés à l'ESS et aux structures inclusives",
                 'depenses = "grand_livre.xlsx"'),
    "questionnaire": ("Les réponses au questionnaire qualitatif", "le profil de l'organisation et les actions qui mènent au niveau suivant",
                      'questionnaire = "mes_reponses.json" (carnet 08, ou spaser rapport --modele)'),
    "cibles": ("Les objectifs votés", "la trajectoire vers chaque objectif et les renouvellements à saisir",
               'cibles.clause_sociale = { valeur = "30 %", annee = 2028 }'),
}  # fmt: skip


def section_actions(findings: Findings) -> Section | None:
    """The actions advised, those to start first at the top."""
    found = [action for write in RULES for action in write(findings)]
    title, question = "Les actions conseillées", "Par où commencer ?"
    if not found:
        return Section("actions", title, question, (Sentence("Aucune action ne découle des mesures de ce rapport."),))
    rows = pl.DataFrame(found, schema=["action", "pourquoi", "quand", "theme"], orient="row").with_row_index("rang", offset=1)
    first = french.sentence(f"{french.count(len(found), 'action', feminine=True)} {'découle' if len(found) == 1 else 'découlent'} des mesures de ce rapport")
    shown = table("tab-plan-actions", "Les actions, et ce qui les motive", rows, _HEADS, _NOTE)
    return Section("actions", title, question, (Sentence(first), shown))


def section_lacking(findings: Findings) -> Section | None:
    """What was not given, what it would add, how to give it."""
    rows = findings.extras.get("manques")
    if rows is None or not rows.height:
        return None
    told = [LACKING[code] for code in rows["code"]]
    frame = pl.DataFrame([tuple(map(french.typeset, line)) for line in told], schema=["quoi", "apport", "comment"], orient="row")
    columns = (Column("quoi", "Ce qui n'a pas été fourni"), Column("apport", "Ce que cela ajouterait"), Column("comment", "Comment le fournir (diagnostic.toml)"))
    note = Callout("Un diagnostic en l'état", french.typeset("Les sections correspondantes sont absentes : ce qui n'a pas été fourni n'est pas compté pour nul."))
    return Section("a-fournir", "Ce qui compléterait ce diagnostic", "Que reste-t-il à fournir ?", (note, table("tab-manques", "À fournir", frame, columns)))


def _needs(findings: Findings) -> list[Action]:
    """The largest reachable needs that come up, with their lever and when to start."""
    rows = findings.extras.get("besoins_a_venir")
    if rows is None:
        return []
    kept = rows.filter((pl.col("credibles") > 0) & (pl.col("potentiel").fill_null(0) > 0) & (pl.col("levier") != "rien"))
    best = kept.sort("potentiel", "besoin_id", descending=[True, False]).head(_MOST_NEEDS).sort("sourcing", "besoin_id")
    return [
        (f"{row['levier_libelle']} : {_cut(row['objet'])}",
         f"{french.count(row['credibles'], 'fournisseur crédible')} ; jusqu'à {french.euros_short(row['potentiel'])} par an sur {french.euros_short(row['annuel'])}",
         _SOON if row["sourcing"] <= findings.as_of else f"à partir du {french.short_date(row['sourcing'])}", "Besoins et leviers")
        for row in best.to_dicts()
    ]  # fmt: skip


def _renewals(findings: Findings) -> list[Action]:
    rows = findings.extras.get("renouvellements")
    late = 0 if rows is None else rows.filter(
        pl.col("trimestre").is_not_null() & pl.col("urgence").fill_null(False) & ~pl.col("ponctuel").fill_null(False)
    ).height  # fmt: skip
    if not late:
        return []
    why = f"{french.count(late, 'contrat')} à renouveler dont la préparation devrait déjà avoir commencé"
    return [("Programmer les consultations à venir et y décider des clauses", why, _SOON, "Calendrier des renouvellements")]


def _targets(findings: Findings) -> list[Action]:
    rows = findings.extras.get("atteindre")
    if rows is None:
        return []
    return [
        (f"Saisir {french.count(row['choisis'], 'renouvellement')} pour « {row['titre']} »",
         f"objectif {french.share(row['cible'], 0)} en {row['annee']} ; aujourd'hui {french.share(row['oui'] / row['sur'])}",
         f"d'ici à {row['annee']}", "Atteindre les objectifs")
        for row in rows.to_dicts() if row["manque"] and row["choisis"] and row["sur"]
    ]  # fmt: skip


def _duties(findings: Findings) -> list[Action]:
    rows = findings.extras.get("a_voir")
    n = 0 if rows is None or not rows.height else rows.filter(pl.col("obligation") != "decp-publication")["uid"].n_unique()
    if not n:
        return []
    why = f"{french.count(n, 'contrat')} soumis, ou de date de lancement inconnue, sans la considération attendue"
    return [("Ouvrir les contrats soumis aux obligations et vérifier leur consultation", why, _SOON, "Les obligations")]


def _suppliers(findings: Findings) -> list[Action]:
    found = []
    silent, reserved = findings.extras.get("sous_declaration_siren"), findings.extras.get("reserves_a_verifier")
    if silent is not None and silent.height:
        n = silent["uid"].n_unique()
        won = "gagné" if n == 1 else "gagnés"
        found.append(("Vérifier les déclarations des contrats gagnés par des structures inclusives",
                      f"{french.count(n, 'contrat')} {won} par une structure inclusive, sans considération sociale déclarée", "dans l'année",
                      "Fournisseurs de l'ESS et inclusifs"))  # fmt: skip
    if reserved is not None and reserved.height:
        n = reserved["uid"].n_unique()
        found.append(("Vérifier les marchés déclarés réservés", f"{french.count(n, 'marché')} dont aucun titulaire n'est dans une liste chargée",
                      "dans l'année", "Fournisseurs de l'ESS et inclusifs"))  # fmt: skip
    return found


def _declarations(findings: Findings) -> list[Action]:
    """Silences first: what is not answered can never be shown."""
    found, counted = [], findings.counted
    silent = {name: counted.filter(pl.col(column).is_null()).height
              for name, column in (("sociales", "clause_sociale"), ("environnementales", "clause_environnementale")) if column in counted.columns}  # fmt: skip
    worst = max(silent.values(), default=0)
    if worst:
        said = french.listing(f"{french.number(n)} sur les considérations {name}" for name, n in silent.items() if n)
        found.append(("Renseigner les considérations à la publication de chaque contrat", f"sans réponse : {said}", _SOON, "Les considérations déclarées"))
    n = tallies.corrections(findings.contracts).height
    if n:
        found.append(("Corriger les contrats publiés", f"{french.count(n, 'contrat')} à corriger ou à compléter à la source", "dans l'année", "À corriger"))
    return found


def _practices(findings: Findings) -> list[Action]:
    rows = findings.extras.get("maturite_actions")
    if rows is None:
        return []
    return [(row["action"], f"{row['axe_libelle']} : {row['constat']}", "dans l'année", "Diagnostic qualitatif") for row in rows.head(_MOST_STEPS).to_dicts()]


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG].rstrip()}…"


RULES: tuple[Callable[[Findings], list[Action]], ...] = (_needs, _targets, _renewals, _duties, _practices, _suppliers, _declarations)
