"""Which column of the spend file is what: one list a word of the kit, each with the headings of the file; obeyed by notebooks and commands."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.problems import Problem
from spaser.sources.ledgers import Mapping
from spaser.studies import mission
from spaser.text import fold
from spaser.widgets.acts.grid import FOLLOWS, Answer, Grid, OneOf

#: What is asked of a spend file, in the order in which it matters; the rest is shown when it was read.
WORDS = {
    "montant": "le montant",
    "fournisseur": "le nom du fournisseur",
    "siret": "le SIRET ou le SIREN du fournisseur",
    "libelle": "ce qui est acheté",
    "compte": "le compte",
    "exercice": "l'année",
    "date": "la date",
    "famille_acheteur": "le code d'achat",
    "code_postal": "le code postal",
    "commune": "la commune",
    "service": "le service",
}
NONE, SAME = "aucune colonne", "ne rien changer"
#: What amounts include, as the mapping says it.
_TAX = {"HT": "hors taxes (HT)", "TTC": "taxes comprises (TTC)", "inconnue": "on ne sait pas"}
#: Nothing is read yet: every column is to be chosen.
_UNREAD: Mapping = {"colonnes": {}, "taxe": "inconnue"}


class Columns(Grid):
    """The columns of the spend file, as read and as corrected."""

    kind = "colonne"
    noun = ("colonne du fichier de dépenses", "colonnes du fichier de dépenses")

    mapping: Mapping | None = None

    def show(self, mapping: Mapping | None, seen: pl.DataFrame) -> None:
        """A line for each word of the kit, with the column it was read in."""
        if mapping is not None and set(mapping) & {"annees", "periodes", "credit", "commande"}:
            self.mapping = None
            return self.fill([], 0, "montants lus dans plusieurs colonnes : corrigez correspondance.toml si c'est faux")
        headings = [title for title in seen["colonne"].unique(maintain_order=True).to_list() if title]
        read = mapping["colonnes"] if mapping is not None else {}
        count = french.count(len(read), "colonne lue", feminine=True)
        return self._ask(mapping, headings, f"{count} sur {french.number(len(headings))}")

    def choose(self, headings: list[str]) -> None:
        """The headings of a file that is not understood: say which is the amount, and who is paid."""
        self._ask(_UNREAD, headings, "dites au moins quelle colonne est le montant, et laquelle nomme le fournisseur")

    def _ask(self, mapping: Mapping | None, headings: list[str], told: str) -> None:
        self.mapping = mapping
        if mapping is None or not headings:
            return self.fill([], 0, "aucune colonne à choisir")
        read = mapping["colonnes"]
        lines = [self._line(word, said, read.get(word), headings) for word, said in WORDS.items()]
        now = mapping.get("taxe", "inconnue")
        others: list[tuple[str, Answer]] = [
            (said, (("taxe", "taxe", key),)) for key, said in _TAX.items() if key != now
        ]
        lines.append(OneOf("taxe", f"les montants sont : {_TAX[now]}", others, idle=SAME))
        return self.fill(lines, len(lines), told)

    def _line(self, word: str, told: str, now: str | None, headings: list[str]) -> OneOf:
        others: list[tuple[str, Answer]] = [
            (f"« {title} »", ((word, "intitule", title),)) for title in headings if title != now
        ]
        if now and word != "montant":
            others.append((NONE, ((word, "intitule", ""),)))
        return OneOf(word, f"{told} : {f'« {now} »' if now else NONE}", others, idle=SAME)

    def keep(self) -> None:
        """Write the columns chosen; a column is only one thing."""
        moves = [move for line in self.lines for move in line.moves]
        self._ready(bool(moves))
        if self.mapping is None or not moves:
            return self._tell("aucun choix à enregistrer")
        columns = dict(self.mapping["colonnes"])
        chosen = {word: title for word, field, title in moves if field == "intitule"}
        tax = next((value for _, field, value in moves if field == "taxe"), self.mapping.get("taxe", "inconnue"))
        if twice := [title for title in chosen.values() if title and list(chosen.values()).count(title) > 1]:
            raise Problem(f"« {twice[0]} » ne peut être deux choses à la fois", todo="Choisissez une autre colonne")
        given = {fold(title) for title in chosen.values() if title}
        columns = {word: title for word, title in columns.items() if fold(title) not in given} | {
            word: title for word, title in chosen.items() if title
        }
        columns = {word: title for word, title in columns.items() if chosen.get(word) != ""}
        if "montant" not in columns:
            raise Problem("Il manque la colonne du montant", todo="Dites aussi quelle colonne est le montant")
        if not columns.keys() & {"fournisseur", "siret", "siren"}:
            raise Problem(
                "Il manque qui est payé", todo="Dites aussi quelle colonne nomme le fournisseur, ou donne son SIRET"
            )
        assert self.decisions is not None
        author, day = self.author.value.strip() or "quelqu'un", french.short_date(self.day())
        said = f"Colonnes décidées à l'écran par {author} le {day}."
        mission.keep_columns(self.decisions.folder, self.mapping | {"colonnes": columns, "taxe": tax}, said)
        self._tell(FOLLOWS)
        self.again()
        n = len(moves)
        return self._tell(f"{french.count(n, 'choix')} {'enregistré' if n < 2 else 'enregistrés'} dans la mission")

    def back(self) -> None:
        """The columns as they were before the last choice."""
        self._ready(False)
        assert self.decisions is not None
        undone = mission.undo_columns(self.decisions.folder)
        if undone:
            self._tell(FOLLOWS)
            self.again()
        self._tell("colonnes comme avant le dernier choix" if undone else "il n'y a rien à annuler")
