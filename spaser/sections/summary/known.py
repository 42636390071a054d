"""The facts that the first page may speak of: one flat table of names and values, read from finished tables.

A fact that was not measured, or that nothing answers, is null: no rule about it can hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.sections import tallies
from spaser.sections.declared import complete_years
from spaser.sections.findings import Findings
from spaser.sections.map import old_lists, old_months
from spaser.sections.obligations_buyer import BINDS, adopted, spaser_judged
from spaser.sections.purchases import measured
from spaser.sections.summary import ends

Fact = int | float | str | date | None
#: The indicator of each subject, and those whose voted or national target may speak of it.
SUBJECTS = {
    "social": ("clause_sociale", ("clause_sociale", "consideration_sociale")),
    "environnement": ("clause_environnementale", ("clause_environnementale", "consideration_environnementale")),
    "reserve": ("marche_reserve", ("marche_reserve",)),
}
_OF_SUBJECT = (
    "oui", "part", "haut", "muets", "couverture", "toujours", "toujours_n", "avant", "apres", "cible", "cible_annee", "cible_titre", "cible_nature", "cible_terme",
    "mesuree", "mesuree_en", "manque", "candidats", "mediane", "rang_pairs", "ecart", "avant_oui", "apres_oui", "quoi", "dit", "disent", "theme", "sans",
    "repere", "repere_annee", "repere_terme", "repere_mesure", "repere_en", "repere_quoi", "repere_sans", "fins_vers",
)  # fmt: skip
#: Every name a rule may use; another is a fault of the rule, known when it is read.
FACTS = (
    "contrats", "lus", "age", "annee_avant", "annee_apres", "jour",
    *(f"{name}_{subject}" for subject in SUBJECTS for name in _OF_SUBJECT),
    "devoir_vises", "devoir_prets", "devoir_part", "devoir_depuis", "env_vises", "env_prets", "env_part", "env_depuis", "env_toujours",
    "publication_soumis", "publication_tard", "publication_inconnus", "indecis", "indecis_causes", "spaser_annee", "spaser_seuil", "spaser_depense", "spaser_depasse",
    "gagnes_ess", "gagnes_part", "gagnes_connus", "gagnes_muets", "inclusifs_muets",
    "payes", "payes_ess", "payes_part", "payes_couverture", "payes_partiel", "payes_muets", "payes_non", "prive", "listes_anciennes",
    "payes_annee", "payes_annee_part", "payes_avant", "payes_avant_part", "payes_ecart", "travail", "travail_annee", "travail_achats", "travail_mesure",
    "besoins", "annuel", "potentiel", "potentiel_part", "potentiel_haut", "potentiel_famille", "potentiel_premier",
    "fins", *(f"fins_sans_{subject}" for subject in SUBJECTS), "fins_tard", "fins_tard_parts", "fins_tard_dit", "fins_montant", "fins_passees", "fins_inconnues", "derniere_fin", "actions", "actions_tard", "premiere_action", "premiere_famille",
    "ecrits_tus", "ecrits_tus_lus", "a_corriger", "axe_bas", "axe_bas_niveau", "axe_haut", "axe_haut_niveau", "reponses", "niveau_max",
    "absent_registres", "absent_depenses", "absent_questionnaire", "absent_cibles",
)  # fmt: skip
#: How each subject is said of one contract, of several, and in short.
_WORDS = {
    "social": {"dit": "déclarent une clause sociale", "disent": "ont une clause sociale", "theme": "la clause sociale",
        "sans": "sans clause sociale",
    },
    "environnement": {
        "dit": "déclarent une clause environnementale", "disent": "ont une clause environnementale",
        "theme": "la clause environnementale", "sans": "sans clause environnementale",
    },
    "reserve": {"dit": "sont réservés", "disent": "sont réservés", "theme": "la réservation", "sans": "sans réservation"},
}  # fmt: skip
#: How far the threshold of the SPASER is passed, by the rule that said so: the same words as those of its section.
_PASSED = {
    "depenses_au_dessus": "dépassé",
    "livre_v_inconnu": "probablement dépassé (hors taxe, livre V compris : dire son montant)",
    "taxes_comprises": "probablement dépassé, même sans la plus forte TVA (livre V à vérifier)",
}
_PERHAPS = "probablement dépassé, à vérifier"
#: The two duties of the law « climat et résilience » that weigh most on what is bought: a social clause from the European
#: threshold, an environmental criterion everywhere.
_WEIGHTY = {"devoir": "climat-clause-sociale-seuils", "env": "climat-critere-env"}


@lru_cache(maxsize=4)
def facts(findings: Findings) -> dict[str, Fact]:
    """Every fact of ``FACTS``, null where it was not measured."""
    found: dict[str, Any] = dict.fromkeys(FACTS)
    found |= {"contrats": findings.counted.height, "lus": findings.contracts.height, "jour": findings.day}
    found["listes_anciennes"] = old_months() if old_lists(findings)[0].height else None
    found["age"] = (findings.day - findings.as_of).days
    for subject, (code, goals) in SUBJECTS.items():
        told: dict[str, Any] = dict(_WORDS[subject])
        told |= (
            dict(_measured(findings, code))
            | dict(always(findings, code))
            | dict(_aimed(findings, goals))
            | dict(_among_peers(findings, code))
        )
        found |= {f"{name}_{subject}": value for name, value in told.items()}
    for part in (_years, _duties, _holders, paid, reachable, _calendar, _plan, _written, _practices, _absent):
        found |= dict(part(findings))
    return found


def _measured(findings: Findings, code: str) -> Iterator[tuple[str, Fact]]:
    """Yes, share, the most it can be, what is silent."""
    m = findings.one(code)
    if m is None or not m.denominateur:
        return
    yield from (("oui", m.numerateur), ("haut", m.haut), ("couverture", m.couverture))
    yield "muets", m.denominateur - (m.repondus or 0)
    # Where nothing answers, the share is unknown, not zero.
    yield "part", m.valeur if m.repondus else None


def always(findings: Findings, code: str) -> Iterator[tuple[str, Fact]]:
    """The answer that every file of the buyer always gives, on enough contracts to be doubted (``considerations.constant``)."""
    rows = findings.extras.get("reponses_constantes")
    if rows is None or not rows.height or "source" not in findings.contracts.columns:
        return
    same = rows.filter(pl.col("consideration") == code)
    silent = set(findings.contracts.filter(pl.col(code).is_not_null())["source"]) - set(same["source"])
    if same.height and not silent and same["reponse"].n_unique() == 1:
        yield from (("toujours", same["reponse"][0]), ("toujours_n", int(same["contrats"].sum())))


def _years(findings: Findings) -> Iterator[tuple[str, Fact]]:
    """The two last complete years, when both have enough contracts for a share."""
    years = findings.rows("clause_sociale", dimension="annee")["modalite"].drop_nulls()
    closed = complete_years(findings, set(years.filter(years.str.contains(r"^\d{4}$"))))
    for subject, (code, _) in SUBJECTS.items():
        rows = findings.rows(code, dimension="annee").filter(
            pl.col("modalite").is_in(sorted(closed)), pl.col("denominateur") >= 10, pl.col("repondus") > 0
        )
        last = rows.sort("modalite").tail(2)
        if last.height == 2 and int(last["modalite"][1]) - int(last["modalite"][0]) == 1:
            before, after = last["valeur"].to_list()
            yield from zip((f"avant_oui_{subject}", f"apres_oui_{subject}"), last["numerateur"].to_list(), strict=True)
            yield from ((f"avant_{subject}", before), (f"apres_{subject}", after), (f"ecart_{subject}", after - before))
            yield from (("annee_avant", last["modalite"][0]), ("annee_apres", last["modalite"][1]))


def _aimed(findings: Findings, codes: tuple[str, ...]) -> Iterator[tuple[str, Fact]]:
    """The target of a subject: the voted one first, else the national one; where it stands, what lacks.

    A buyer that voted none has no target: the national one is a mark beside it (``repere``), which judges nothing.
    """
    goal = aimed_at(findings, codes)
    if goal is None:
        return
    if not _voted(findings):
        yield from _mark(goal, findings)
        return
    yield from (("cible", goal["cible"]), ("cible_annee", str(goal["annee"])), ("cible_titre", goal["titre"]))
    yield from (("cible_nature", goal["nature"]), ("mesuree", goal["derniere"]))
    yield "mesuree_en", str(goal["annee_derniere"])
    yield "cible_terme", _term(goal, findings.day)
    yield "quoi", rules.toml("messages.toml")["what"][goal["indicateur"]][goal["unite"]]
    plans = findings.extras.get("atteindre")
    if goal["nature"] == "voté" and plans is not None and plans.height:
        for row in plans.filter(pl.col("objectif") == goal["rang"], pl.col("unite") == "nombre").to_dicts():
            yield from (("manque", row["manque"]), ("candidats", row["candidats"]))


def _voted(findings: Findings) -> bool:
    return bool((findings.extras["objectifs"]["nature"] == "voté").any())


def aimed_at(findings: Findings, codes: tuple[str, ...]) -> dict[str, Any] | None:
    """The row of ``objectifs`` that a subject is held against: the voted target, else the national one; where none was voted, the
    national one on a year with enough contracts for a share."""
    rows = findings.extras.get("objectifs")
    if rows is None or not rows.height:
        return None
    known = rows.filter(pl.col("indicateur").is_in(codes), pl.col("part"), pl.col("derniere").is_not_null())
    if not _voted(findings):
        known = known.filter(pl.col("denominateur") >= 10)
    return next(iter(known.sort(pl.col("nature") != "voté", "rang").head(1).to_dicts()), None)


def _term(goal: dict[str, Any], day: date) -> str:
    """Whether the year of a target is to come, was measured, or is past without a measure."""
    covered = "mesuré" if goal["annee_derniere"] >= goal["annee"] else "non mesuré"
    return "à venir" if goal["annee"] >= day.year else covered


def _mark(goal: dict[str, Any], findings: Findings) -> Iterator[tuple[str, Fact]]:
    """The national target of a subject, beside the last year measured."""
    yield from (("repere", goal["cible"]), ("repere_annee", str(goal["annee"])), ("repere_mesure", goal["derniere"]))
    yield from (("repere_en", str(goal["annee_derniere"])), ("repere_terme", _term(goal, findings.day)))
    yield "repere_quoi", rules.toml("messages.toml")["what"][goal["indicateur"]][goal["unite"]]
    yield from (("repere_sans", ends.without(goal)), ("fins_vers", ends.toward(findings, goal)))


def _among_peers(findings: Findings, code: str) -> Iterator[tuple[str, Fact]]:
    rows = findings.extras.get("pairs")
    if rows is None or not rows.height:
        return
    mine = rows.filter(
        pl.col("indicateur") == code, pl.col("unite") == "nombre", pl.col("percentile").is_not_null()
    ).head(1)
    for row in mine.to_dicts():
        yield from (("mediane", row["mediane"]), ("rang_pairs", row["percentile"]))


def _duties(findings: Findings) -> Iterator[tuple[str, Fact]]:
    ready = findings.extras.get("preparation")
    if ready is not None and ready.height:
        aimed = {row["obligation"]: row for row in ready.filter(pl.col("groupe") == "vises").to_dicts()}
        for name, duty in _WEIGHTY.items():
            if (row := aimed.get(duty)) is not None:
                yield from ((f"{name}_vises", row["contrats"]), (f"{name}_prets", row["remplies"]))
                # The rule binds what is launched from its day on: what was read before is only a landmark.
                yield f"{name}_depuis", rules.toml("law.toml")["duties"][duty]["since"]
                yield f"{name}_part", row["part_ensemble"] if row["remplies"] + row["non_constatees"] else None
        yield "env_toujours", dict(always(findings, "critere_environnemental")).get("toujours")
        bound = ready.filter(
            pl.col("obligation") == "decp-publication", pl.col("groupe").is_in(["certain", "probable"])
        )
        if bound.height:
            yield "publication_soumis", int(bound["contrats"].sum())
            yield "publication_tard", int(bound["non_constatees"].sum())
            yield "publication_inconnus", int(bound["inconnues"].sum())
    if not _aims(ready):
        yield from _perhaps_aimed(findings)
    row = spaser_judged(findings)
    if row is not None and row["applicabilite"] in BINDS and not adopted(row["motif"]):
        yield from (("spaser_annee", str(row["annee"])), ("spaser_seuil", row["seuil"]))
        yield "spaser_depense", row["depense_haute"]
        sure = "dépassé" if row["applicabilite"] == "certain" else _PERHAPS
        said = (words for rule, words in _PASSED.items() if rule in (row["regle_etat"] or ""))
        yield "spaser_depasse", next(said, sure)


def _perhaps_aimed(findings: Findings) -> Iterator[tuple[str, Fact]]:
    """The contracts the social duty may aim at, and why nothing tells: each cause with its contracts, when there are several."""
    rows = findings.extras.get("indecis")
    mine = None if rows is None else rows.filter(pl.col("obligation") == _WEIGHTY["devoir"])
    if mine is None or not mine.height:
        return
    yield "indecis", int(mine["contrats"].sum())
    told = mine.select("cause", "contrats").rows()
    yield (
        "indecis_causes",
        told[0][0] if len(told) == 1 else ", ".join(f"{why} : {french.number(n)}" for why, n in told),
    )


def _aims(ready: pl.DataFrame | None) -> bool:
    """Whether the social duty is measured on a contract at least; some exceed the thresholds of every kind of buyer."""
    if ready is None:
        return False
    aimed = ready.filter(pl.col("obligation") == _WEIGHTY["devoir"], pl.col("groupe") == "vises")
    return bool(aimed["contrats"].sum())


def _holders(findings: Findings) -> Iterator[tuple[str, Fact]]:
    won = findings.one("titulaire_ess")
    if findings.extras.get("acces_ess") is None or won is None:
        return
    yield from (("gagnes_ess", won.numerateur), ("gagnes_connus", won.repondus))
    yield "gagnes_muets", (won.denominateur or 0) - (won.repondus or 0)
    yield "gagnes_part", won.valeur if won.repondus else None
    silent = findings.extras.get("sous_declaration_siren")
    if silent is not None and silent.height:
        yield "inclusifs_muets", silent["uid"].n_unique()


def paid(findings: Findings) -> Iterator[tuple[str, Fact]]:
    spent = findings.spent
    m = measured.one(spent, "fournisseurs_ess_ou_inclusifs", "valeur") if spent is not None else None
    if spent is None or m is None or not m.denominateur:
        return
    yield from (("payes", m.denominateur), ("payes_couverture", m.couverture))
    yield "payes_partiel", measured.partial(findings) or measured.partial(spent)
    yield "payes_muets", 1 - (m.couverture or 0)
    yield "payes_non", (m.repondus or 0) - (m.numerateur or 0)
    if m.repondus:
        yield from (("payes_ess", m.numerateur), ("payes_part", m.valeur))


def reachable(findings: Findings) -> Iterator[tuple[str, Fact]]:
    needs, families = findings.extras.get("besoins"), findings.extras.get("potentiel_familles")
    if needs is None or families is None or not needs.height:
        return
    active = needs.filter(pl.col("etat_action") == "agir")
    yield "besoins", active.height
    if not active.height:
        return
    for name in ("annuel", "potentiel", "potentiel_haut"):
        yield name, int(families[name].sum())
    if total := int(families["annuel"].sum()):
        yield "potentiel_part", int(families["potentiel"].sum()) / total
    best = families.sort("potentiel", "famille", descending=[True, False], nulls_last=True).head(1).to_dicts()
    if best and best[0]["potentiel"]:
        yield from (("potentiel_famille", best[0]["famille_libelle"]), ("potentiel_premier", best[0]["potentiel"]))


def _calendar(findings: Findings) -> Iterator[tuple[str, Fact]]:
    rows = findings.extras.get("renouvellements")
    if rows is None or not rows.height:
        return
    soon = ends.coming(rows)
    yield "fins", soon.height
    for subject, (code, _) in SUBJECTS.items():
        if code in findings.contracts.columns:
            # A renewal that already has the clause cannot raise the share: only those known to be without it can, of those it counts.
            without = findings.counted.filter(~pl.col(code))
            yield f"fins_sans_{subject}", soon.join(without.select("uid"), on="uid", how="semi").height
    late = soon.filter(pl.col("urgence").fill_null(False))
    yield "fins_tard", late.height
    parts = ends.late_parts(findings, late)
    yield "fins_tard_parts", parts
    whole = f"{french.count(late.height, 'contrat')} à renouveler"
    yield "fins_tard_dit", f"{whole} : {parts}" if parts else whole
    yield "fins_passees", rows.filter(pl.col("statut_echeance") == "depassee").height
    yield "fins_inconnues", rows.filter(pl.col("statut_echeance") == "inconnue").height
    days: list[date] = rows["echeance"].drop_nulls().to_list()
    yield "derniere_fin", max(days, default=None)
    if soon["montant_annuel"].count():
        yield "fins_montant", int(soon["montant_annuel"].sum())


def _plan(findings: Findings) -> Iterator[tuple[str, Fact]]:
    rows = findings.extras.get("plan_actions")
    if rows is None:
        return
    yield from (("actions", rows.height), ("actions_tard", int(rows["retard"].sum())))
    best = rows.filter(pl.col("nature") == "action").sort("potentiel", descending=True).head(1).to_dicts()
    if best:
        yield from (
            ("premiere_action", best[0]["levier_libelle"].lower()),
            ("premiere_famille", best[0]["famille_libelle"]),
        )


def _written(findings: Findings) -> Iterator[tuple[str, Fact]]:
    gaps = findings.extras.get("ecarts")
    if gaps is not None and "uid" in gaps.columns:
        silent = gaps.filter(pl.col("liste") == "sous_declaration", pl.col("decision").fill_null("") != "refuse")
        kept = silent.join(findings.counted.select("uid"), on="uid", how="semi")
        yield from (("ecrits_tus", kept["uid"].n_unique()), ("ecrits_tus_lus", silent["uid"].n_unique()))
    yield "a_corriger", tallies.corrections(findings.contracts).height


def _practices(findings: Findings) -> Iterator[tuple[str, Fact]]:
    profile = findings.extras.get("maturite")
    if profile is None or not profile["repondues"].sum():
        return
    yield "reponses", int(profile["repondues"].sum())
    grid = findings.extras.get("maturite_grille")
    if grid is not None and grid.height:
        yield "niveau_max", int(grid["niveaux"].list.len()[0]) - 1
    known = profile.filter(pl.col("niveau").is_not_null()).sort("niveau", maintain_order=True)
    if known.height > 1 and known["niveau"][0] < known["niveau"][-1]:
        low, high = known["niveau"][0], known["niveau"][-1]
        least, best = (known.filter(pl.col("niveau") == level)["axe_libelle"].to_list() for level in (low, high))
        mark = "le moins avancé" if len(least) == 1 else "les moins avancés"
        yield from (("axe_bas", f"{_axes(least)}, {mark} de l'organisation"), ("axe_bas_niveau", low))
        yield from (("axe_haut", f"{_axes(best)} {'est' if len(best) == 1 else 'sont'}"), ("axe_haut_niveau", high))


def _axes(names: list[str]) -> str:
    """« l'axe « A » », or all those that tie."""
    told = french.listing([f"« {name} »" for name in names])
    return f"l'axe {told}" if len(names) == 1 else f"les axes {told}"


def _absent(findings: Findings) -> Iterator[tuple[str, Fact]]:
    """What was not given: 1 for each."""
    rows = findings.extras.get("manques")
    if rows is not None:
        yield from ((f"absent_{code}", 1) for code in rows["code"])
