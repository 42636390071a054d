"""The words and figures that a need gives to the texts; what it does not give stays a blank."""

from __future__ import annotations

import re
from typing import Any

import polars as pl

from spaser import french, impact, rules
from spaser.studies.acting.drafting.need import Need, Share
from spaser.studies.acting.drafting.threshold import reached

BLANK = "……"
#: A line of the table of hours by lot, which a document shows as a table.
ROW = re.compile(r"^Lot n°\s(?P<lot>[\w .-]+?)\s:\s(?P<hours>.+)$")
_NAME = re.compile(r"\{(\w+)\}")


def filled(entry: dict[str, Any], need: Need) -> tuple[str, tuple[str, ...]]:
    """A text with what the need gives, and the names of the blanks left."""
    values = _known(entry, need)
    text = entry["texte"].strip()
    while (more := _NAME.sub(lambda match: values.get(match[1], match[0]), text)) != text:
        text = more
    blanks = tuple(dict.fromkeys(_NAME.findall(text)))
    written = _NAME.sub(BLANK, text)
    return french.typeset(re.sub(r"\n{2,}", "\n", re.sub(r" +\n", "\n", written))), blanks


def based(entry: dict[str, Any], need: Need) -> list[str]:
    """The articles that the text itself names as its ground; the clause of insertion rests on that of the threshold too, surely reached."""
    own = list(entry.get("base", ()))
    reaching = own == ["L2112-2"] and entry.get("devoir") == "climat-clause-sociale-seuils" and reached(need).sure
    return [*own, "L2112-2-1"] if reaching else own


def hours_of(need: Need) -> tuple[float | None, str]:
    """The hours of an insertion clause and the sentence that explains them, or why they are left blank."""
    if need.heures is not None:
        return need.heures, ""
    if need.concession:
        return None, "la valeur d'une concession n'est pas un prix de travaux ou de services"
    asked = pl.LazyFrame(
        [{"uid": "besoin", "montant": need.whole, "famille": need.famille, "taux": need.taux}],
        schema={"uid": pl.String, "montant": pl.Int64, "famille": pl.String, "taux": pl.Float64},
    )
    row = impact.required(asked).collect().row(0, named=True)
    if row["motif"]:
        return None, row["motif"]
    value = french.significant(row["heures_milieu"])
    low, high = (french.number(french.significant(row[f"heures_{bound}"])) for bound in ("bas", "haut"))
    amount = french.euros(need.whole, 0)
    told = f"Calcul : {amount} × {french.share(need.taux)} des heures × {french.number(row['heures_milieu'] / (need.whole or 1) * 100_000 / (need.taux or 1), 1)} heures de travail pour 1 000 € (entre {low} et {high} heures selon les chantiers)"
    return value, told


def of_family(entry: dict[str, Any], need: Need) -> str:
    """What a rule of the family adds to its environmental condition: the shares of meals that the rural code asks."""
    note = rules.toml("clauses/environnement.toml")["familles"].get(need.famille, {}).get("note")
    if note is None or "{mesures}" not in entry["texte"]:
        return ""
    held = rules.toml("clauses/articles.toml")
    shares = {"qualite": "quality", "bio": "organic", "viandes": "meat_fish"}
    return held["notes"][note].format(
        **{name: rules.value(f"egalim_{rule}_share", held["version"]) for name, rule in shares.items()}
    )


def _known(entry: dict[str, Any], need: Need) -> dict[str, str]:
    """What the need gives to the texts, by the name of their blanks; a value may hold names in turn."""
    held, articles = rules.toml("clauses/environnement.toml"), rules.toml("clauses/articles.toml")
    green = held["familles"].get(need.famille, {})
    words = articles["mots"]["marche"] | (articles["mots"]["concession"] if need.concession else {})
    return (
        {"contrat": _contract(need), "prestations": need.nature, "base": _ground(based(entry, need))}
        | words
        | _by_threshold(need)
        | _by_hours(need)
        | _by_public(entry, need)
        | held["sens"][green.get("sens", "libre")]
        | {name: green[name] for name in ("mesures", "preuves", "indicateur") if name in green}
        | need.values
    )


def _contract(need: Need) -> str:
    if need.concession:
        return "contrat de concession"
    return "lot concerné" if need.lots else f"lot n° {need.lot}" if need.lot else "marché"


def _ground(articles: list[str]) -> str:
    """« de l'article L2112-2 », « des articles L2112-2 et L2112-2-1 »."""
    return f"des articles {french.listing(articles)}" if len(articles) > 1 else f"de l'article {''.join(articles)}"


def _by_threshold(need: Need) -> dict[str, str]:
    """What heads the social condition: the threshold reached, or on which condition the text is kept, with what is compared."""
    notes, found = rules.toml("clauses/articles.toml")["notes"], reached(need)
    kept = [] if found.sure else [notes["garder_seuil"].format(comparaison=found.told)]
    kept += [notes["garder_travaux"].format(mois=need.mois)] if need.short_works else []
    return {
        "a_garder": f"[À garder seulement si {' ; et seulement si '.join(kept)}.]\n" if kept else "",
        "seuil_atteint": "La valeur estimée du besoin atteignant le seuil européen, et en" if found.sure else "En",
    }


def _by_hours(need: Need) -> dict[str, str]:
    """The hours asked: a number, or that of each lot in a table."""
    if not need.lots:
        hours, _ = hours_of(need)
        own = {} if hours is None else {"heures": french.number(hours)}
        return {"quota": "{heures} heures de travail", "tableau": ""} | own
    lines = [f"Lot n° {one.numero} : {_said(one, need)} heures d'insertion" for one in need.lots]
    return {
        "quota": "le nombre d'heures de travail que le tableau des heures d'insertion de la clause fixe pour ce lot,",
        "tableau": "\n".join(["Tableau des heures d'insertion, par lot :", *lines]),
    }


def _said(one: Share, need: Need) -> str:
    own = Need(
        famille=need.famille,
        annuel=one.annuel,
        mois=need.mois,
        taux=need.taux,
        heures=one.heures if one.heures is not None else need.heures,
    )
    hours, _ = hours_of(own)
    return "{heures}" if hours is None else french.number(hours)  # A blank, listed with the others to fill.


def _by_public(entry: dict[str, Any], need: Need) -> dict[str, str]:
    """The words of a reservation: what is reserved, to whom, which workers, and where the mention stands too."""
    held, kind = rules.toml("clauses/reservation.toml"), need.regime or "marche"
    many = len(need.lots) > 1
    what = need.of_lots or f"Le {_contract(need)}"
    heads = f"Les {what[0].lower()}{what[1:]} sont réservés" if many else f"Le {what[0].lower()}{what[1:]} est réservé"
    reserved = heads if need.of_lots else f"{what} est réservé"
    public = held["publics"].get(entry["public"], {})
    return {"reserve": reserved, "proportion": held["proportions"][kind], "avis": held["avis"][kind]} | public
