"""Clauses ready to paste: for a need and its lever, the texts for RC, CCAP, CCTP and AE, each with its article and what to fill in.

The texts stand in ``reference/clauses``; nothing here invents one. Every text is to be validated by the legal service.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, impact, rules
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Callout, Paragraph, Report, Section, Sentence
from spaser.problems import Problem, closest
from spaser.vocabulary import CENT

BLANK = "……"
PIECES = ("RC", "CCAP", "CCTP", "AE")
SOCIAL = "climat-clause-sociale-seuils"
WARNING = "À faire valider par le service juridique avant publication."


@dataclass(frozen=True)
class Need:
    """What is to be bought. ``annuel`` in cents without tax; ``mois`` the whole duration; ``taux`` part of the hours (0 to 1)."""

    objet: str = ""
    famille: str = "autres"
    annuel: int | None = None
    mois: int | None = None
    taux: float | None = None
    lot: str = ""
    heures: float | None = None
    values: dict[str, str] = field(default_factory=dict)

    @property
    def nature(self) -> str:
        """What is bought: « fournitures », « travaux », else « prestations »."""
        held = rules.toml("clauses/articles.toml")["natures"]
        return next((name for name in ("travaux", "fournitures") if self.famille in held[name]), "prestations")

    @property
    def unlinked(self) -> str:
        """Why nothing of its performance may be kept for insertion, in words; empty when hours may be, or are given."""
        held = rules.toml("clauses/articles.toml")
        named = [name for name in ("fournitures", "sans_insertion") if self.famille in held["natures"][name]]
        return held["notes"][named[0]] if named and self.heures is None else ""

    @property
    def name(self) -> str:
        """Its subject, else the family of purchase: never a bare word."""
        labels = dict(rules.table("families.csv").select("famille", "libelle").rows())
        return self.objet.strip() or labels.get(self.famille, self.famille)

    @property
    def whole(self) -> int | None:
        """The amount on the whole duration, in cents."""
        return None if self.annuel is None or self.mois is None else round(self.annuel * self.mois / 12)


@dataclass(frozen=True)
class Text:
    """One text filled for one need. ``blanks``: the variables left to fill."""

    code: str
    titre: str
    piece: str
    articles: tuple[str, ...]
    texte: str
    a_savoir: str
    attendu: dict[str, Any]
    blanks: tuple[str, ...]

    @property
    def missing(self) -> list[str]:
        """The variables left to fill, in the words of a reader."""
        return [rules.toml("clauses/articles.toml")["a_completer"][name] for name in self.blanks]


def levers() -> list[str]:
    """The levers of a contract that texts may be asked for; concessions rest on articles of their own, of which no text is held."""
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
        A lever or the purchase family is unknown, or two reservations are asked for one need.
    """
    known = rules.table("families.csv")["famille"].to_list()
    if need.famille not in known:
        raise Problem(f"Famille d'achat inconnue : « {need.famille} »", todo=closest(need.famille, known))
    held = levers()
    for lever in asked:
        if lever not in held:
            raise Problem(
                f"Levier sans texte : « {lever} »",
                why=f"Leviers connus : {', '.join(held)}",
                todo=closest(lever, held),
            )
    kept = {code: entry for code, entry in _entries().items() if {*asked, "*"} & set(entry["leviers"])}
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
    texts = [_filled(code, entry, need, _both(together)) for code, entry in together.items()]
    return sorted(texts, key=lambda text: PIECES.index(text.piece))


def _left_out(entry: dict[str, Any], need: Need) -> bool:
    """A text that rests on hours where none may be kept, or on the European threshold surely not reached."""
    return bool((entry.get("heures_liees") and need.unlinked) or (entry.get("seuil_europeen") and _surely_below(need)))


def _reserves(entry: dict[str, Any]) -> bool:
    return entry["attendu"]["porteur"] == "reservation"


def _both(entries: dict[str, dict[str, Any]]) -> bool:
    """Do a reservation and a social clause stand together?"""
    held = entries.values()
    return any(map(_reserves, held)) and any(entry.get("devoir") == SOCIAL for entry in held)


def _surely_below(need: Need) -> bool:
    """Is the need under the lowest European threshold that may hold for it, in the version of the code that was read."""
    day = rules.toml("clauses/articles.toml")["version"]
    known = [rules.value(f"eu_threshold_goods_{kind}", day) for kind in ("central", "other", "utility")]
    return need.whole is not None and not need.lot and need.whole < min(known) * CENT


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


def _entries() -> dict[str, dict[str, Any]]:
    found = {
        code: entry
        for name in ("social", "environnement")
        for code, entry in rules.toml(f"clauses/{name}.toml").items()
        if code != "familles"
    }
    return {code: entry for code, entry in found.items() if "texte" in entry}


def _filled(code: str, entry: dict[str, Any], need: Need, both: bool) -> Text:
    """A text with the figures of the need; what is unknown stays a blank, named."""
    hours, told = hours_of(need)
    family = rules.toml("clauses/environnement.toml")["familles"]
    green = family.get(need.famille, {})
    values = (
        {
            "contrat": f"lot n° {need.lot}" if need.lot else "marché",
            "heures": None if hours is None else french.number(hours),
            "formule": "",
            "prestations": need.nature,
        }
        | {name: green[name] for name in ("mesures", "preuves", "indicateur") if name in green}
        | need.values
    )
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
    wanted = dict(entry["attendu"])
    return Text(
        code,
        entry["titre"],
        entry["piece"],
        tuple(entry["articles"]),
        french.typeset(re.sub(r" +\n", "\n", written.strip())),
        french.typeset(" ".join(filter(None, notes))),
        wanted,
        tuple(blanks),
    )


def _short_works() -> int:
    """The months under which works may go without a social condition, with reasons kept."""
    options = rules.toml("law.toml")["duties"][SOCIAL]["options"]
    return next(one["max_months"] for one in options if one["when"] == "travaux_courts")


def _more(entry: dict[str, Any], need: Need, both: bool) -> list[str]:
    """What this need adds to the notes of a text: short works, nothing linked to hours, a clause beside a reservation."""
    notes = rules.toml("clauses/articles.toml")["notes"]
    social = entry.get("devoir") == SOCIAL
    short = social and need.nature == "travaux" and need.mois is not None and need.mois < _short_works()
    combined = both and (social or _reserves(entry))
    return [
        notes["dispense_travaux"] if short else "",
        need.unlinked if social else "",
        notes["cumul"] if combined else "",
    ]


#: The face that every study has.
study = draft


def report(needs: Sequence[tuple[Need, *tuple[str, ...]]], *, buyer: str = "", today: date | None = None) -> Report:
    """The document of the texts, lot by lot: each text in its section, headed by its piece; what to know is a sheet at the end."""
    held = rules.toml("clauses/articles.toml")
    texts = [(text, need, rank) for rank, (need, *asked) in enumerate(needs) for text in draft(need, *asked)]
    named = " ; ".join(dict.fromkeys(need.name for need, *_ in needs))
    bare = silent(*(lever for _, *asked in needs for lever in asked))
    written = f"rédigé le {french.short_date(today)}" if today else ""
    version = f"code de la commande publique en vigueur au {french.short_date(held['version'])}"
    return model.build(
        f"Clauses à coller : {named}",
        buyer=buyer,
        as_of=held["version"],
        sections=[*(section_of(*one) for one in texts), notes_of([(text, need) for text, need, _ in texts])],
        subtitle=french.typeset(" – ".join(filter(None, (written, version)))),
        notes=(
            *filter(None, [bare]),
            french.typeset(
                f"{WARNING} Articles du code de la commande publique : {rules.checked({'confidence': 'texte_lu_en_copie', 'version': held['version']})}."
            ),
        ),
    )


def section_of(text: Text, need: Need, rank: int) -> Section:
    """A text alone, as it will be pasted: what to know of it stands apart (``notes_of``)."""
    base = french.listing(text.articles)
    version = french.short_date(rules.toml("clauses/articles.toml")["version"])
    question = french.typeset(
        f"À coller dans : {text.piece}. Fondement : CCP {base} (version en vigueur au {version}, lue dans une copie)."
    )
    return Section(
        f"{rank + 1}-{text.code}".replace("_", "-"),
        _heading(text, need),
        question,
        tuple(Paragraph((Sentence(line),)) for line in text.texte.split("\n")),
    )


def notes_of(texts: Sequence[tuple[Text, Need]]) -> Section:
    """The sheet that is not pasted: for each text, what to know and what is left to fill."""
    blocks: list[Block] = []
    for text, need in texts:
        blanks = f" À compléter : {', '.join(text.missing)}." if text.blanks else ""
        told = french.typeset(f"{text.a_savoir}{blanks} {WARNING}")
        blocks.append(Callout(_heading(text, need), told, "attention" if text.blanks else "info"))
    return Section("a-savoir", "À savoir avant de coller", "Feuille à ne pas coller dans les pièces.", tuple(blocks))


def _heading(text: Text, need: Need) -> str:
    lot = f"Lot n° {need.lot} – " if need.lot else ""
    return french.typeset(f"{lot}{text.piece} – {text.titre}")


def write(
    needs: Sequence[tuple[Need, *tuple[str, ...]]], folder: Path | str, *, buyer: str = "", today: date | None = None
) -> list[Path]:
    """Write redaction.docx and redaction.html, each whole or not at all."""
    return delivery.write(report(needs, buyer=buyer, today=today), folder, "redaction", "docx", "html")
