"""Clauses ready to paste: for a need and its lever, the texts for RC, CCAP, CCTP and AE, each with its article and what to fill in.

The texts stand in ``reference/clauses``; nothing here invents one. Every text is to be validated by the legal service.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from spaser import french, impact, rules
from spaser.problems import Problem, closest
from spaser.studies.acting.drafting import conceding, reserving
from spaser.studies.acting.drafting.need import Need
from spaser.studies.acting.drafting.threshold import DUTY, dispensed, reached

BLANK = "……"
PIECES = ("RC", "CCAP", "CCTP", "AE")
DUE, PERHAPS, ASKED, OPTIONAL = "dû", "dû sous condition", "demandé", "facultatif"
WARNING = "À faire valider par le service juridique avant publication."


@dataclass(frozen=True)
class Text:
    """One text filled for one need. ``blanks``: the variables left to fill; ``statut``: due, asked or optional, in words."""

    code: str
    titre: str
    piece: str
    articles: tuple[str, ...]
    texte: str
    a_savoir: str
    attendu: dict[str, Any]
    blanks: tuple[str, ...]
    statut: str

    @property
    def missing(self) -> list[str]:
        """The variables left to fill, in the words of a reader."""
        return [rules.toml("clauses/articles.toml")["a_completer"][name] for name in self.blanks]


def levers() -> list[str]:
    """The levers that texts may be asked for; a concession is reserved by those of ``conceding.HELD``, never by a rung of its own."""
    own = [rung for rung in rules.toml("levers.toml")["rungs"] if not any(map(_of_concessions, rung["conditions"]))]
    return [rung["code"] for rung in own]


def _of_concessions(condition: dict[str, Any]) -> bool:
    return condition["column"] == "concession" and bool(condition.get("is"))


def labels() -> dict[str, str]:
    """The levers by the words that name them."""
    named = {rung["code"]: rung["label"] for rung in rules.toml("levers.toml")["rungs"]}
    return {named[code]: code for code in levers()}


def silent(*asked: str) -> str:
    """Those of the levers for which no text is held, said; empty when each has its own."""
    own = {lever for entry in _entries().values() for lever in entry["leviers"]}
    bare = [label for label, code in labels().items() if code in set(asked) - own]
    told = rules.toml("clauses/articles.toml")["notes"]["sans_texte"]
    return french.typeset(told.format(leviers=", ".join(f"« {label} »" for label in bare))) if bare else ""


def draft(need: Need, *asked: str) -> list[Text]:
    """The texts for a need and its levers together, each once, in the order of the pieces.

    Raises
    ------
    Problem
        A lever or the purchase family is unknown, two reservations are asked for one need, or one that the law does not allow.
    """
    known = rules.table("families.csv")["famille"].to_list()
    if need.famille not in known:
        raise Problem(f"Famille d'achat inconnue : « {need.famille} »", todo=closest(need.famille, known))
    conceding.refuse(need, *asked)
    held = levers()
    for lever in asked:
        if lever not in held:
            raise Problem(
                f"Levier sans texte : « {lever} »",
                why=f"Leviers connus : {', '.join(held)}",
                todo=closest(lever, held),
            )
    reserving.refuse(need, *asked)
    kept = {code: entry for code, entry in _entries(need).items() if {*asked, "*"} & set(entry["leviers"])}
    reserved = [entry for entry in kept.values() if _reserves(entry)]
    if len(reserved) > 1:
        raise Problem(
            "Deux réservations pour un même besoin",
            why=" ; ".join(entry["titre"] for entry in reserved),
            todo="Gardez-en une (handicap et insertion ensemble : reserver_handicap_insertion, L2113-14), ou une par lot",
        )
    dropped = {code for code, entry in kept.items() if _left_out(entry, need)}
    if "clause_insertion" in kept.keys() - dropped:
        dropped.add("condition_sociale")
    together = {code: entry for code, entry in kept.items() if code not in dropped}
    texts = [_filled(code, entry, need, asked, _both(together)) for code, entry in together.items()]
    return sorted(texts, key=lambda text: PIECES.index(text.piece))


def _left_out(entry: dict[str, Any], need: Need) -> bool:
    """A text that rests on hours where none may be kept, or on the European threshold surely not reached."""
    return bool(
        (entry.get("heures_liees") and need.unlinked) or (entry.get("seuil_europeen") and reached(need).sure is False)
    )


def _reserves(entry: dict[str, Any]) -> bool:
    return entry["attendu"]["porteur"] == "reservation"


def _both(entries: dict[str, dict[str, Any]]) -> bool:
    """Do a reservation and a social clause stand together?"""
    held = entries.values()
    return any(map(_reserves, held)) and any(entry.get("devoir") == DUTY for entry in held)


def hours_of(need: Need) -> tuple[float | None, str]:
    """The hours of an insertion clause and the sentence that explains them, or why they are left blank."""
    if need.heures is not None:
        return need.heures, ""
    asked = pl.LazyFrame(
        [{"uid": "besoin", "montant": need.whole, "famille": need.famille, "taux": need.taux}],
        schema={"uid": pl.String, "montant": pl.Int64, "famille": pl.String, "taux": pl.Float64},
    )
    row = impact.required(asked).collect().row(0, named=True)
    if row["motif"]:
        return None, row["motif"]
    value = pl.select(pl.lit(row["heures_milieu"]).round_sig_figs(2)).item()
    low, high = (
        french.number(pl.select(pl.lit(row[f"heures_{bound}"]).round_sig_figs(2)).item()) for bound in ("bas", "haut")
    )
    amount = french.euros(need.whole, 0)
    told = f"Calcul : {amount} × {french.share(need.taux)} des heures × {french.number(row['heures_milieu'] / (need.whole or 1) * 100_000 / (need.taux or 1), 1)} heures de travail pour 1 000 € (entre {low} et {high} heures selon les chantiers)"
    return value, told


def _entries(need: Need | None = None) -> dict[str, dict[str, Any]]:
    """The texts held, those of contracts; for a concession, its own alone."""
    files = ("concession",) if need is not None and need.concession else ("social", "environnement")
    found = {code: entry for name in files for code, entry in rules.toml(f"clauses/{name}.toml").items()}
    return {code: entry for code, entry in found.items() if "texte" in entry}


def _known(need: Need, hours: float | None) -> dict[str, str | None]:
    """What the need gives to the texts, by the name of their blanks."""
    held = rules.toml("clauses/environnement.toml")
    green = held["familles"].get(need.famille, {})
    return (
        {
            "contrat": f"lot n° {need.lot}" if need.lot else "marché",
            "heures": None if hours is None else french.number(hours),
            "formule": "",
            "prestations": need.nature,
            "base_sociale": "des articles L2112-2 et L2112-2-1" if reached(need).sure else "de l'article L2112-2",
        }
        | _by_threshold(need)
        | held["sens"][green.get("sens", "libre")]
        | {name: green[name] for name in ("mesures", "preuves", "indicateur") if name in green}
        | need.values
    )


def _by_threshold(need: Need) -> dict[str, str]:
    """What heads the social condition: the threshold reached, or on which condition the text is kept, with what is compared."""
    notes, found = rules.toml("clauses/articles.toml")["notes"], reached(need)
    kept = [] if found.sure else [notes["garder_seuil"].format(comparaison=found.told)]
    kept += [notes["garder_travaux"].format(mois=need.mois)] if dispensed(need) else []
    return {
        "a_garder": f"[À garder seulement si {' ; et seulement si '.join(kept)}.]\n" if kept else "",
        "seuil_atteint": "La valeur estimée du besoin atteignant le seuil européen, et en" if found.sure else "En",
    }


def _filled(code: str, entry: dict[str, Any], need: Need, asked: Sequence[str], both: bool) -> Text:
    """A text with the figures of the need; what is unknown stays a blank, named."""
    hours, told = hours_of(need)
    values = _known(need, hours)
    nested = re.sub(
        r"\{(mesures|preuves|indicateur)\}", lambda match: str(values.get(match[1], match[0])), entry["texte"]
    )
    blanks = [name for name in dict.fromkeys(re.findall(r"\{(\w+)\}", nested)) if values.get(name) is None]
    written = re.sub(r"\{(\w+)\}", lambda match: BLANK if match[1] in blanks else str(values[match[1]]), nested)
    due = entry.get("devoir")
    label = rules.toml("law.toml")["duties"][due]["label"] if due else ""
    notes = [f"{label} : {rules.since_of(due)}." if due else "", entry["a_savoir"], *_more(entry, need, both)]
    if "{heures}" in entry["texte"]:
        notes.append(
            told + "."
            if hours is not None and told
            else f"Heures laissées en blanc : {told}. À calculer avec le facilitateur."
            if hours is None
            else ""
        )
    based = ["L2112-2-1"] if "{base_sociale}" in entry["texte"] and reached(need).sure else []
    return Text(
        code,
        entry["titre"],
        entry["piece"],
        (*entry["articles"], *based),
        french.typeset(re.sub(r" +\n", "\n", written.strip())),
        french.typeset(" ".join(filter(None, notes))),
        dict(entry["attendu"]),
        tuple(blanks),
        _status(entry, need, asked),
    )


def _status(entry: dict[str, Any], need: Need, asked: Sequence[str]) -> str:
    """Is a text due by law (perhaps on a condition), asked by its lever, or offered besides."""
    wanted = set(asked) & (set(entry["leviers"]) - set(entry.get("facultatif", ())))
    if entry.get("devoir") == DUTY and (wanted or "*" in entry["leviers"]):
        sure = bool(reached(need).sure) and not dispensed(need)
        return DUE if sure else ASKED if wanted else PERHAPS
    return DUE if "*" in entry["leviers"] else ASKED if wanted else OPTIONAL


def _more(entry: dict[str, Any], need: Need, both: bool) -> list[str]:
    """What this need adds to the notes of a text: short works, nothing linked to hours, a clause beside a reservation."""
    notes = rules.toml("clauses/articles.toml")["notes"]
    social = entry.get("devoir") == DUTY
    short = social and dispensed(need)
    compared = social and "{a_garder}" not in entry["texte"] and reached(need).sure is None
    combined = both and (social or _reserves(entry))
    return [
        notes["dispense_travaux"] if short else "",
        need.unlinked if social else "",
        notes["cumul"] if combined else "",
        f"À comparer : {reached(need).told}." if compared else "",
    ]
