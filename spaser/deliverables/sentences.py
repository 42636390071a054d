"""Sentences written from measures: correct French, no number typed by hand, the unknown always said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from spaser import french
from spaser.charts.marks import name_of
from spaser.deliverables.report import Measured, Sentence
from spaser.french import count, euros_short, number, share, share_range
from spaser.vocabulary import POPULATIONS, label

#: How many families of the same share are named; beyond, they are counted.
_NAMED = 2
#: Footnotes that say the same of their figures, from which it is said once for them all.
_ALIKE = 4

#: For each indicator, what a contract does: alone, several, none.
DEEDS = {
    "consideration_sociale": (
        "porte une considération sociale",
        "portent une considération sociale",
        "ne porte de considération sociale",
    ),
    "consideration_environnementale": (
        "porte une considération environnementale",
        "portent une considération environnementale",
        "ne porte de considération environnementale",
    ),
    "titulaire_esus": (
        "revient à un titulaire agréé ESUS",
        "reviennent à un titulaire agréé ESUS",
        "ne revient à un titulaire agréé ESUS",
    ),
    "titulaire_inclusif": (
        "revient à une structure inclusive",
        "reviennent à une structure inclusive",
        "ne revient à une structure inclusive",
    ),
    "clause_sociale": ("déclare une clause sociale", "déclarent une clause sociale", "ne déclare de clause sociale"),
    "critere_social": ("déclare un critère social", "déclarent un critère social", "ne déclare de critère social"),
    "marche_reserve": ("est déclaré réservé", "sont déclarés réservés", "n'est déclaré réservé"),
    "clause_environnementale": (
        "déclare une clause environnementale",
        "déclarent une clause environnementale",
        "ne déclare de clause environnementale",
    ),
    "critere_environnemental": (
        "déclare un critère environnemental",
        "déclarent un critère environnemental",
        "ne déclare de critère environnemental",
    ),
}

UNITS_TOLD = {"nombre": "nombre", "valeur": "valeur", "valeur_hors_a_verifier": "valeur, montants à vérifier écartés"}


def of_share(measure: Measured) -> Sentence:
    """« 16 contrats sur 39 déclarent une clause sociale, soit 41,0 % », with what is unknown and its range."""
    every, known, yes = measure.denominateur or 0, measure.repondus or 0, measure.numerateur or 0
    return Sentence(french.sentence(f"{_who(measure, yes, every, known)}{_unknown(measure, every, known)}"), (measure,))


def of_value(measure: Measured) -> Sentence:
    """« Clause sociale : 3,2 M€ sur 12,0 M€ notifiés, soit 26,7 % »."""
    every, yes = measure.denominateur or 0, measure.numerateur or 0
    if not every:
        return Sentence(
            french.sentence(f"{name_of(measure.indicateur)} : aucun montant exploitable, la part n'existe pas"),
            (measure,),
        )
    told = f"{name_of(measure.indicateur)} : {euros_short(yes)} sur {euros_short(every)} notifiés, soit {share(measure.valeur)}"
    if _open(measure):
        told += (
            f" (entre {share(measure.bas)} et {share(measure.haut)} aux bornes des montants et des réponses inconnues)"
        )
    return Sentence(french.sentence(told), (measure,))


def of_changes(rows: pl.DataFrame, complete: set[str]) -> tuple[Sentence, ...]:
    """How each share moved from the first to the last complete year with enough answers; the unestablished come together.

    Parameters
    ----------
    rows
        MEASURES rows of one or several indicators by year.
    complete
        The years whose publication is over.
    """
    kept = rows.filter(pl.col("modalite").is_in(sorted(complete)), pl.col("repondus") > 0).sort("modalite")
    if "petit_effectif" in kept.columns:
        kept = kept.filter(~pl.col("petit_effectif").fill_null(False))
    told: list[tuple[Measured, Measured]] = []
    hidden: list[tuple[Measured, Measured]] = []
    for (_,), years in kept.group_by("indicateur", maintain_order=True):
        if years.height > 1:
            ends = Measured.of(years.row(0, named=True)), Measured.of(years.row(-1, named=True))
            (hidden if _overlap(*ends) else told).append(ends)
    sentences = [_moved(*ends) for ends in told]
    return tuple(sentences + [_not_established(hidden)] if hidden else sentences)


def of_small_years(rows: pl.DataFrame) -> Sentence | None:
    """The years too thin to be compared, with their number of contracts; none when each has enough."""
    if "petit_effectif" not in rows.columns:
        return None
    small = (
        rows.filter(pl.col("petit_effectif").fill_null(False))
        .group_by("modalite")
        .agg(pl.col("denominateur").max())
        .sort("modalite")
    )
    if not small.height:
        return None
    years = french.listing(f"{year} ({count(n or 0, 'contrat')})" for year, n in small.rows())
    return Sentence(french.sentence(f"trop peu de contrats pour comparer : {years}"))


def of_families(rows: pl.DataFrame) -> tuple[Sentence, ...]:
    """For each consideration, the families where its share is the highest and the lowest, among those with enough contracts."""
    kept = rows.filter(pl.col("valeur").is_not_null(), pl.col("repondus") > 0)
    if "petit_effectif" in kept.columns:
        kept = kept.filter(~pl.col("petit_effectif").fill_null(False))
    told = []
    for (_,), group in kept.group_by("indicateur", maintain_order=True):
        families = group.sort("valeur", "modalite", descending=[True, False])
        if families.height > 1:
            told.append(_extremes(families))
    return tuple(told)


def _extremes(families: pl.DataFrame) -> Sentence:
    """The highest and the lowest share, with every family that has it (their number beyond ``_NAMED``)."""
    ends = [families.filter(pl.col("valeur") == families["valeur"][rank]) for rank in (0, -1)]
    tops, bottoms = ([Measured.of(row) for row in end.to_dicts()] for end in ends)
    top, bottom = tops[0], bottoms[0]
    absent = families.filter(pl.col("haut") == 0).height
    low = (
        f"{count(absent, 'famille')} n'en {'déclarent' if absent > 1 else 'déclare'} aucune"
        if absent
        else f"la plus basse de {share(bottom.valeur)} ({_holding(bottoms)})"
    )
    text = f"{name_of(top.indicateur)} : parmi les {number(families.height)} familles assez fournies, la part la plus haute est de {share(top.valeur)} ({_holding(tops)}) ; {low}"
    return Sentence(french.sentence(text), (top,) if absent else (top, bottom))


def _holding(ends: Sequence[Measured]) -> str:
    """« Nettoyage », « Nettoyage et Voirie », « 4 familles »: those that share the same value."""
    if len(ends) > _NAMED:
        return count(len(ends), "famille")
    return french.listing(one.modalite or "" for one in ends)


def of_reading(accounts: pl.DataFrame) -> Sentence:
    """What was found in the files and what became of it; says whether the account is right."""
    if not accounts.height:
        return Sentence("Aucun compte de lecture n'a été fourni.")
    sums = accounts.select(pl.col(pl.Int64).sum()).row(0, named=True)
    kept = [count(sums["contrats"], "contrat"), count(sums["concessions"], "concession", feminine=True)]
    folded = sums["versions_titulaires"] + sums["doublons"]
    if folded:
        kept.append(f"{count(folded, 'enregistrement')} {french.plural('rattaché', folded)} à un contrat déjà lu")
    kept.append(count(sums["rejetes"], "rejet"))
    told = f"{count(accounts.height, 'fichier')} {french.plural('lu', accounts.height)} : "
    told += (
        f"{count(sums['lus'], 'enregistrement')} {french.plural('trouvé', sums['lus'])}, soit {french.listing(kept)}"
    )
    return Sentence(french.sentence(told))


def of_account_check(accounts: pl.DataFrame) -> Sentence:
    """Whether every record found is accounted for, file by file."""
    wrong = accounts.filter(pl.col("ecart") != 0).height
    if not wrong:
        return Sentence(
            "Chaque enregistrement trouvé a une suite\u00a0: les comptes tombent juste, fichier par fichier."
        )
    return Sentence(
        french.sentence(f"les comptes ne tombent pas juste dans {count(wrong, 'fichier')} : voir la colonne « Écart »")
    )


def of_span(contracts: pl.DataFrame, population: str) -> Sentence:
    """How many contracts of the population, notified between which dates, and how many still come in."""
    n = contracts.height
    if not n:
        return Sentence(french.sentence(f"aucun contrat dans la population retenue ({population})"))
    day = pl.col("dateNotification")
    first, last = contracts.select(day.min(), last=day.max()).row(0)
    dates = (
        f", {french.plural('notifié', n)} du {french.long_date(first)} au {french.long_date(last)}"
        if isinstance(first, date)
        else ""
    )
    return Sentence(french.sentence(f"les parts sont calculées sur {count(n, 'contrat')} ({population}){dates}"))


def of_incomplete(n: int, as_of: date) -> Sentence | None:
    """The last two months are still being published."""
    if not n:
        return None
    told = (
        f"{count(n, 'contrat')} {french.plural('notifié', n)} dans les deux mois qui précèdent l'arrêté du "
        f"{french.long_date(as_of)} : la publication de cette période est encore en cours"
    )
    return Sentence(french.sentence(told))


def explanation(measure: Measured) -> str:
    """The footnote of a figure: what is divided by what, among whom, by which rule."""
    return french.sentence(f"{_divided(measure)} ; {_ruled(measure)}")


def explanations(measures: Sequence[Measured]) -> tuple[str, list[str]]:
    """The footnotes of a printed page: what most of them say alike once, before them, then each without it."""
    tails = [_ruled(measure) for measure in measures]
    most = max(tails, key=tails.count, default="")
    if tails.count(most) < _ALIKE:
        return "", [explanation(measure) for measure in measures]
    alone = [
        french.sentence(_divided(m)) if tail == most else explanation(m)
        for m, tail in zip(measures, tails, strict=True)
    ]
    return french.sentence(f"sauf mention, les chiffres sont {most}"), alone


def _divided(measure: Measured) -> str:
    """What is divided by what, and how much of it is known."""
    write = euros_short if measure.unite.startswith("valeur") else lambda n: number(n or 0)
    where = f" ({measure.modalite})" if measure.modalite else ""
    parts = [f"{measure.titre}{where}"]
    if measure.is_share:
        parts.append(
            f"{write(measure.numerateur)} / {write(measure.denominateur)} = {share(measure.valeur)}"
            if measure.repondus
            else f"part inconnue, sur {write(measure.denominateur)}"
        )
        parts.append(f"renseignés : {write(measure.repondus)} ({share(measure.couverture)})")
    else:
        parts.append(write(measure.numerateur))
    return " ; ".join(parts)


def _ruled(measure: Measured) -> str:
    """Among whom a figure is taken, and by which rule."""
    parts = [f"en {UNITS_TOLD.get(measure.unite, measure.unite)}, parmi les {_among(measure.population)}"]
    if measure.definition:
        parts.append(f"définition « {measure.definition} »")
    return " ; ".join([*parts, f"règle de calcul, version {measure.regle.rpartition('@')[2]}"])


def _among(population: str) -> str:
    """« marchés dont le besoin atteint le seuil de publication »: what the label says, within a sentence."""
    label = POPULATIONS.get(population, population)
    return label.removeprefix("tous les ") if label[:1].islower() else french.low(label)


def _moved(first: Measured, last: Measured) -> Sentence:
    deed = DEEDS.get(first.indicateur, ("", "répondent oui"))[1]
    span = f"de {first.modalite} à {last.modalite}, la part des contrats qui {deed}"
    if share(first.valeur) == share(last.valeur):
        return Sentence(french.sentence(f"{span} reste à {share(last.valeur)}"), (first, last))
    verb = "monte" if (last.valeur or 0) > (first.valeur or 0) else "descend"
    return Sentence(french.sentence(f"{span} {verb} de {share(first.valeur)} à {share(last.valeur)}"), (first, last))


def _not_established(ends: list[tuple[Measured, Measured]]) -> Sentence:
    names = french.listing(name_of(first.indicateur).lower() for first, _ in ends)
    span = f"de {ends[0][0].modalite} à {ends[0][1].modalite}"
    told = (
        f"{span}, aucune évolution n'est établie pour {names} : les contrats non renseignés laissent des fourchettes "
        "qui se recouvrent"
    )
    return Sentence(french.sentence(told), tuple(measure for pair in ends for measure in pair))


def _who(measure: Measured, yes: int, every: int, known: int) -> str:
    one, several, none = DEEDS.get(measure.indicateur, ("répond oui", "répondent oui", "ne répond oui"))
    if not every:
        return f"aucun contrat dans cette population : la part de « {measure.titre} » n'existe pas"
    if not known:
        group = count(every, "contrat", none=False)
        return f"aucun des {group} ne répond à la question « {measure.titre} » : la part est inconnue"
    if not yes:
        return f"aucun contrat sur {number(every)} {none}"
    if yes == every:
        return f"les {count(every, 'contrat')} {several}" if every > 1 else f"le seul contrat {one}"
    return f"{count(yes, 'contrat')} sur {number(every)} {one if yes == 1 else several}, soit {share(measure.valeur)}"


def _unknown(measure: Measured, every: int, known: int) -> str:
    silent = every - known
    if not every or not known:
        return ""
    if not silent:
        return ", et tous répondent à la question" if every > 1 else ""
    verb = "ne dit rien" if silent == 1 else "ne disent rien"
    real = share_range(measure.bas, measure.haut)
    told = (
        f" ; {number(silent)} {verb} ({share(silent / every)}), si bien que la part réelle "
        f"{'va' if _open(measure) else 'est de'} {real}"
    )
    # Answers that are all the same say nothing of the silent ones: a share of them alone would be 0 or 100 % by construction.
    if measure.valeur_repondus in (0, 1):
        return f"{told} ; les réponses connues disent toutes « {'oui' if measure.valeur_repondus else 'non'} », ce qui ne prouve rien des autres"
    if measure.valeur_repondus is None:
        return f"{told} ; aucune liste lue ne prouve un non : la part sur les seuls renseignés n'est pas connue"
    return f"{told} ; parmi les seuls contrats renseignés, elle est de {share(measure.valeur_repondus)}"


def _open(measure: Measured) -> bool:
    return measure.bas is not None and measure.haut is not None and share(measure.bas) != share(measure.haut)


def _overlap(first: Measured, last: Measured) -> bool:
    bounds = (first.bas, first.haut, last.bas, last.haut)
    if None in bounds or not (_open(first) or _open(last)):
        return False
    return max(first.bas or 0, last.bas or 0) <= min(first.haut or 0, last.haut or 0)


def constant(rows: pl.DataFrame | None) -> list[str]:
    """What to say of each answer that never changes over a whole file: suspected to be a default, not known."""
    if rows is None:
        return []
    return [
        french.typeset(
            f"« {label(row['consideration'])} » : toujours « {row['reponse']} » dans {row['source']} "
            f"({french.count(row['contrats'], 'réponse')}), sans doute une valeur par défaut du logiciel : à vérifier avant d'en conclure"
        )
        for row in rows.to_dicts()
    ]
