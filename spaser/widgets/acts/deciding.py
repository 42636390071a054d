"""What a reader decides where it is shown: the family of a purchase, the status of a supplier, who does what in the plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import ipywidgets
import polars as pl

from spaser import french, rules
from spaser.problems import Problem
from spaser.sources.answers import plan
from spaser.studies.diagnostic import families_to_decide, statuses_to_decide
from spaser.text import fold, fold_expr
from spaser.vocabulary import INCLUSIVE_STATUSES
from spaser.widgets import faults, tables
from spaser.widgets.acts.grid import LINES, Answer, Cells, Grid, OneOf
from spaser.widgets.desk import Desk
from spaser.widgets.selection import KEPT, reading_day
from spaser.widgets.views import WIDE, search

if TYPE_CHECKING:
    from spaser.widgets.pams import Pams
    from spaser.widgets.suppliers import Suppliers

_SUBJECT = 110
_KINDS = {"ess": "de l'ESS", "esus": "agréée ESUS", "inclusif": "inclusive"}


class Searched(Grid):
    """The lines that wait for an answer; words typed look among all of them. It follows the choices of the desk."""

    asked, example = "", ""
    #: The columns of what decisions are about.
    ids: tuple[str, ...] = ()

    def __init__(self, desk: Desk, *before: ipywidgets.Widget) -> None:
        self.desk = desk
        self.text = search(self.asked, self.example)
        super().__init__(
            desk.decisions, day=reading_day, changed=desk.decided, chosen=desk.selection, before=[self.text, *before]
        )
        self.text.observe(lambda _: self.show(), names="value")
        desk.selection.observe(lambda _: self.show(), names=[*KEPT, "decided"])
        self.show()

    def show(self) -> None:
        """The lines for the choices as they are."""
        try:
            self._show()
        except faults.FAULTS as failure:
            self.lines, self.grid.children = [], ()
            self.status.value = tables.framed(tables.problem(faults.told(failure)))

    def _show(self) -> None:
        rows, held, words = self.rows(), self.held(), fold(self.text.value).split()
        asked = self.text.value.strip()
        if words:
            said = fold_expr(pl.concat_str(self.names(), separator=" ", ignore_nulls=True))
            found = rows.filter(pl.all_horizontal(said.str.contains(word, literal=True) for word in words))
            shown, nothing = found.head(LINES), f"rien ne répond à « {asked} » : essayez un autre mot"
        else:
            mine = pl.any_horizontal(pl.col(name).is_in(list(held)).fill_null(False) for name in self.ids)
            found = rows.filter(pl.col("attend"))
            shown = pl.concat([found.head(LINES), rows.filter(mine & ~pl.col("attend")).head(LINES)])
            none, other = ("aucune", "une autre, cherchez-la") if self.feminine else ("aucun", "un autre, cherchez-le")
            nothing = f"{none} {self.noun[0]} : pour en changer {other}"
        self.fill([self.line(row, held) for row in shown.to_dicts()], found.height, "" if found.height else nothing)
        if words and found.height:
            more = f" ; les {LINES} premières, par montant" if found.height > LINES else ""
            self._tell(f"{french.count(found.height, 'réponse', feminine=True)} à « {asked} »{more}")

    def rows(self) -> pl.DataFrame:
        """What may be decided, ``attend`` first."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """The columns in which words are looked for."""
        raise NotImplementedError

    def line(self, row: dict[str, Any], held: dict[str, list[tuple[str, str]]]) -> OneOf:
        raise NotImplementedError


class Families(Searched):
    """The purchase families of contracts: keep the one read, take what the subject says, choose another."""

    kind = "famille"
    noun = ("contrat dont la famille d'achat est à confirmer", "contrats dont la famille d'achat est à confirmer")
    feminine = False
    ids = ("uid",)
    asked, example = "Chercher un contrat", "un mot de l'objet, un numéro…"

    def rows(self) -> pl.DataFrame:
        return families_to_decide(self.desk.diagnostic)

    def names(self) -> list[str]:
        return ["objet", "uid", "famille_libelle"]

    def line(self, row: dict[str, Any], held: dict[str, list[tuple[str, str]]]) -> OneOf:
        uid, titles = row["uid"], rules.families()
        decided = held.get(uid, [])
        first: list[tuple[str, str | None]] = [("revenir à la famille lue (ôter ma décision)", None)] if decided else []
        if row["famille"] and not decided:
            first.append((f"c'est bien : {titles[row['famille']]}", row["famille"]))
        if row["autre"]:
            first.append((f"d'après l'objet : {titles[row['autre']]}", row["autre"]))
        named = {value for _, value in first}
        others = sorted((title, key) for key, title in titles.items() if key not in named)
        answers: list[tuple[str, Answer]] = [(label, ((uid, "famille", value),)) for label, value in [*first, *others]]
        read = row["famille_libelle"] or "famille inconnue"
        told = (
            f"{shortened_subject(row['objet'] or uid)}{_paid(row['montant'])} – {read}{', décidé' if decided else ''}"
        )
        return OneOf(uid, told, answers)


class Statuses(Searched):
    """The statuses of suppliers: in the ESS or not, approved, inclusive and how; each with its proof."""

    kind = "statut"
    noun = ("fournisseur dont le statut est inconnu", "fournisseurs dont le statut est inconnu")
    feminine = False
    proved = True
    ids = ("siren", "siret")
    asked, example = "Chercher un fournisseur", "un nom, un SIREN…"

    def __init__(self, desk: Desk, spent: Suppliers | None = None) -> None:
        self.spent = spent
        super().__init__(desk)

    def again(self) -> None:
        """The contracts, then the spend file, obey."""
        super().again()
        if self.spent is not None:
            self.spent.refresh()
            self.show()

    def rows(self) -> pl.DataFrame:
        found = getattr(self.spent, "result", None)
        return statuses_to_decide(self.desk.diagnostic, found.suppliers if found is not None else None)

    def names(self) -> list[str]:
        return ["fournisseur", "siren", "siret"]

    def line(self, row: dict[str, Any], held: dict[str, list[tuple[str, str]]]) -> OneOf:
        siren, siret = row["siren"], row["siret"]
        titles = dict(rules.table("siae_types.csv").select("code", "libelle").rows())
        ours = [(key, name, value) for key in (siren, siret) for name, value in held.get(key, [])]
        answers: list[tuple[str, Answer]] = [
            (f"ôter ma décision : {_decided(name, value, titles)}", ((key, name, None),)) for key, name, value in ours
        ]
        said = {"oui": _KINDS["ess"], "non": f"pas {_KINDS['ess']}"}
        answers += [(label, ((siren, "ess", value),)) for value, label in said.items()]
        answers.append((_KINDS["esus"], ((siren, "esus", "oui"),)))
        # An approval to employ is that of an establishment, when it is known.
        answers += [
            (f"{titles[kind].lower()} ({kind})", ((siret or siren, kind, "oui"),)) for kind in INCLUSIVE_STATUSES
        ]
        answers.append(("pas inclusive", ((siren, "inclusif", "non"),)))
        number = french.siren(siren)
        who = f"{row['fournisseur']} – {number}" if row["fournisseur"] else f"SIREN {number}, nom inconnu"
        told = f"{who}{_paid(row['montant'])} – {_known(row)}"
        decided = french.listing(_decided(name, value, titles) for _, name, value in ours)
        return OneOf(siren, f"{told}{f' ; décidé : {decided}' if decided else ''}", answers, "26rem")


class Plan(Grid):
    """Who does each action of the plan, where it stands, by when; the same cells as the sheet « plan » of the workbook."""

    kind = "action"
    noun = ("action au plan", "actions au plan")

    def __init__(self, diagnostic: Pams) -> None:
        self.diagnostic, desk = diagnostic, diagnostic.desk
        super().__init__(desk.decisions, day=reading_day, changed=desk.decided, chosen=desk.selection)
        diagnostic.answer.observe(lambda _: self.show(), names="value")
        self.show()

    def show(self) -> None:
        """The actions of the plan as the report has it."""
        try:
            rows = self.diagnostic.study.extras.get("plan_actions")
            if rows is None:
                raise Problem(
                    "Il n'y a pas encore de plan",
                    todo="Ajoutez des listes de fournisseurs à la mission, puis relisez-la",
                )
            self.fill(list(self._lines(rows)), rows.height)
        except faults.FAULTS as failure:
            self.lines, self.grid.children = [], ()
            self.status.value = tables.framed(tables.problem(faults.told(failure)))

    def _lines(self, rows: pl.DataFrame) -> Iterator[Cells]:
        for row in rows.to_dicts():
            states = list(dict.fromkeys([*plan.STATES, row["etat"]]))
            fields: dict[str, ipywidgets.Widget] = {
                "responsable": _field("Qui", "un nom, un service", row["responsable"], "13rem"),
                "etat": ipywidgets.Dropdown(
                    options=states, value=row["etat"], description="État", style=WIDE, layout={"width": "9rem"}
                ),
                "echeance": _field("Échéance", "31/03/2027", row["echeance"], "11rem"),
                "note": _field("Note", "facultatif", row["note"], "15rem"),
            }
            begin = "dès maintenant" if row["retard"] else f"à commencer avant le {french.long_date(row['sourcing'])}"
            told = f"{row['levier_libelle']} – {row['famille_libelle'].lower()} – {begin} – {_hours(row['impact'])}"
            yield Cells(row["action_id"], told, fields, {"etat": plan.UNTOUCHED})


def _hours(told: str) -> str:
    """What the plan says of hours, in one sentence: never a colon after another."""
    head, _, why = told.partition(":")
    return (
        f"heures d'insertion non mesurées ({why.strip()})"
        if head.strip() == "non mesuré"
        else f"heures d'insertion : {told}"
    )


def _field(label: str, example: str, value: str | None, width: str) -> ipywidgets.Text:
    layout = {"width": width, "max_width": "100%"}
    return ipywidgets.Text(
        description=label, placeholder=example, value=value or "", continuous_update=False, style=WIDE, layout=layout
    )


def _known(row: dict[str, Any]) -> str:
    """« de l'ESS ; inclusion inconnue »."""
    ess, inclusive = row["titulaire_ess"], row["titulaire_inclusif"]
    if ess is None and inclusive is None:
        return "statut inconnu"
    first = "appartenance à l'ESS inconnue" if ess is None else _KINDS["ess"] if ess else f"pas {_KINDS['ess']}"
    kinds = f" ({row['inclusif_types']})" if row["inclusif_types"] else ""
    second = "inclusion inconnue" if inclusive is None else f"inclusive{kinds}" if inclusive else "pas inclusive"
    return f"{first}, {second}"


def _decided(name: str, value: str, titles: dict[str, str]) -> str:
    what = _KINDS.get(name) or titles.get(name, name).lower()
    return what if value == "oui" else f"pas {what}"


def _paid(cents: int | None) -> str:
    return f" ({french.euros_short(cents)})" if cents else ""


def shortened_subject(subject: str) -> str:
    plain = " ".join(subject.split()).rstrip(" -,")
    return plain if len(plain) <= _SUBJECT else f"{plain[:_SUBJECT].rstrip(' -,')}…"
