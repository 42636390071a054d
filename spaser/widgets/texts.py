"""What texts say: notices and documents beside contracts; a text pasted or chosen, read at once; gaps accepted or refused one by one."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ipywidgets
import polars as pl

from spaser import detection, french
from spaser.deliverables import files
from spaser.deliverables.report import Block, Callout, Column, Sentence, table
from spaser.problems import Problem
from spaser.sections import texts as sections_texts
from spaser.sources import notices
from spaser.sources.answers import constats
from spaser.studies import beside
from spaser.studies.beside import Beside
from spaser.text import shortened
from spaser.widgets import tables
from spaser.widgets.desk import Desk
from spaser.widgets.files import expanded
from spaser.widgets.selection import reading_day
from spaser.widgets.views import WIDE, View, choice

#: More gaps than this are answered in the file rather than one by one.
_MOST = 200
_LABEL = 90
_MARKS = {"env": "background:#d8efe2", "soc": "background:#dce8f8"}
_DENIED = "background:#eeeeee;text-decoration:line-through"
_CARRIERS = detection.CARRIERS
_DIMENSIONS = {key: word for key, word in detection.TITLES.items() if isinstance(key, str)}
_LEVELS = {key: word for key, word in detection.TITLES.items() if isinstance(key, int)}
_COLUMNS = (
    Column("citation", "Mots cités"),
    Column("dimension", "Dimension"),
    Column("niveau", "Niveau"),
    Column("porteur", "Porté par"),
    Column("reserve", "Réservation"),
    Column("nombre", "Nombre lu", "valeur"),
    Column("nombre_unite", "Unité"),
    Column("article_cite", "Article cité"),
    Column("confiance", "Confiance", "part"),
)
_RESERVED = {
    "none": "",
    "handicap": "handicap (L2113-12)",
    "iae": "insertion (L2113-13)",
    "handicap_iae": "handicap et insertion (L2113-12 et -13)",
    "penit": "prison (L2113-13-1)",
    "ess": "ESS (L2113-15)",
    "unspecified": "bénéficiaires non précisés",
}


@dataclass(frozen=True, eq=False)
class Texts(Beside):
    """Notices and documents read beside the contracts, for the desk; displayed, their own account."""

    @property
    def told(self) -> str:
        """What was read and refused, in words."""
        said = []
        if self.notices is not None:
            sums = self.notices.files.select(pl.col("avis", "doublons", "rejetes").sum()).row(0, named=True)
            said.append(
                f"Avis : {french.count(sums['avis'], 'lu')}, {french.count(sums['doublons'], 'doublon')}, {french.count(sums['rejetes'], 'rejeté')}."
            )
            said += [f"{line}." for line in notices.announced(self.notices)]
        if self.pieces is not None:
            read = self.pieces.documents.files
            said.append(
                f"Pièces : {french.count(read.filter(pl.col('statut') != 'refuse').height, 'lue', feminine=True)} "
                f"sur {french.number(read.height)}."
            )
            said += [
                f"{row['document']} : {row['message']}."
                for row in read.filter(pl.col("message").is_not_null()).to_dicts()
            ]
        return french.typeset("\n".join(said) or "Ni avis ni pièces : seuls les objets des contrats sont lus.")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        lines = "".join(f"<p>{tables.safe(line)}</p>" for line in self.told.splitlines())
        return {"text/html": tables.framed(lines), "text/plain": self.told}


def read_texts(notices_paths: Any = "", pieces_paths: str = "") -> Texts:
    """Read the notices and documents of a mission (the ``Lecture`` or the desk that reads it), or those of paths parted by « ; »; nothing given, nothing read.

    Raises
    ------
    Problem
        What is named cannot be read.
    """
    mission = getattr(notices_paths, "mission", None)
    if mission is not None:
        given, folders = list(mission.notices), list(mission.documents)
    elif isinstance(notices_paths, str):
        given, folders = expanded(notices_paths), expanded(pieces_paths)
    else:
        given, folders = [], []
    return Texts(**beside.read(given, folders).options)


class TextReader:
    """Paste a subject, a clause or a criterion, or choose a text read: what is found is marked and explained as one types.

    Parameters
    ----------
    text, kind
        What is read at first.
    desk
        Offers the subjects of its selection and the passages of its documents.
    """

    def __init__(self, text: str = "", kind: str = "document", desk: Desk | None = None) -> None:
        self.text = ipywidgets.Textarea(
            value=text, description="Texte", layout={"width": "46rem", "max_width": "100%", "height": "9rem"}
        )
        self.kind = choice(
            "C'est",
            {"un passage d'une pièce du marché": "document", "un objet de marché": "objet", "un critère": "critere"},
            kind,
        )
        self.answer = ipywidgets.HTML()
        self.choice = ipywidgets.Dropdown(
            options=_offered(desk),
            value=None,
            description="Ou un texte lu",
            style=WIDE,
            layout={"width": "46rem", "max_width": "100%"},
        )
        self.choice.observe(self._take, names="value")
        self.widget = ipywidgets.VBox([*([self.choice] if desk else []), self.kind, self.text, self.answer])
        for control in (self.text, self.kind):
            control.observe(lambda _: self.refresh(), names="value")
        self.refresh()

    def _take(self, change: Any) -> None:
        if change["new"] is not None:
            self.kind.value, self.text.value = change["new"]

    @property
    def passages(self) -> pl.DataFrame:
        """PASSAGES of the text as it is."""
        rows = pl.LazyFrame({"texte_id": ["texte"], "champ": [self.kind.value], "texte": [self.text.value]})
        return detection.detect(rows).collect()

    def refresh(self) -> None:
        """Read the text again."""
        found = self.passages
        self._blocks = list(self._found(found))
        marked = detection.highlight(self.text.value, found)
        marked = re.sub(r'<mark class="[^"]*spaser-niveau-0', f'<mark style="{_DENIED}" class="', marked)
        for dimension, style in _MARKS.items():
            marked = marked.replace(f'<mark class="spaser-{dimension} ', f'<mark style="{style}" class="')
        self._content = f'<p style="white-space:pre-wrap">{marked}</p>' + tables.written(self._blocks)
        self.answer.value = tables.framed(self._content)

    def _found(self, found: pl.DataFrame) -> Sequence[Block]:
        if not found.height:
            nothing = "Aucune considération sociale ou environnementale n'est trouvée dans ce texte."
            return [Sentence(nothing if self.text.value.strip() else "")]
        shown = found.with_columns(
            dimension=pl.col("dimension").replace_strict(_DIMENSIONS, default=None, return_dtype=pl.String),
            niveau=pl.col("niveau").replace_strict(_LEVELS, default=None, return_dtype=pl.String),
            porteur=pl.col("porteur").replace(_CARRIERS),
            reserve=pl.col("reserve").replace(_RESERVED),
        )
        return [Sentence(_whole(found)), table("tab-passages", "Ce qui est trouvé", shown, _COLUMNS)]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = " ".join(
            [html.unescape(self.text.value), *(text for block in self._blocks if (text := tables.said(block)))]
        )
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(self._content), "text/plain": told}


def _whole(passages: pl.DataFrame) -> str:
    """What the text says in all: its level in each dimension, and to whom it reserves."""
    (row,) = detection.summarise(passages.lazy()).collect().to_dicts()
    said = [f"{word}, {_LEVELS[row[key]] if row[key] else 'rien'}" for key, word in _DIMENSIONS.items()]
    kept = [f"réservation, {_RESERVED[row['reserve']]}"] if row["reserve"] != "none" else []
    return f"Le texte en tout : {' ; '.join([*said, *kept])}."


def _offered(desk: Desk | None) -> list[tuple[str, Any]]:
    """The texts to choose from: the subjects of the selection, then what the documents say."""
    if desk is None:
        return [("…", None)]
    subjects = desk.diagnostic.contracts["objet"].drop_nulls().unique().sort().head(_MOST).to_list()
    found: list[tuple[str, Any]] = [
        ("…", None),
        *((f"objet : {shortened(text, _LABEL)}", ("objet", text)) for text in subjects),
    ]
    pieces = desk.texts.pieces
    if pieces is None:
        return found
    rows = pieces.documents.texts.join(
        pieces.passages.select("texte_id").unique(), on="texte_id", how="semi", maintain_order="left"
    ).head(_MOST)
    return found + [
        (
            f"{row['document']}, {row['article'] or row['page'] or row['titre'] or ''} : {shortened(row['texte'], 60)}",
            ("document", row["texte"]),
        )
        for row in rows.to_dicts()
    ]


class Review(View):
    """The gaps, one by one: accept or refuse each; the answers are kept in a small file that the next diagnostic reads.

    Answers already in the file are taken up again; a file that cannot be understood is said, never written over.
    """

    title = "Répondre aux constats"
    question = "Ce constat est-il juste ?"

    def __init__(self, desk: Desk, path: Path | str = "constats.csv") -> None:
        self.path = Path(path)
        self.author = ipywidgets.Text(
            description="Par",
            placeholder="votre nom",
            continuous_update=False,
            layout={"width": "18rem"},
        )
        desk.selection.signs(self.author)
        self.reason = ipywidgets.Text(
            description="Motif", placeholder="facultatif", continuous_update=False, layout={"width": "28rem"}
        )
        self.gap = ipywidgets.Dropdown(
            options=[], description="Constat", layout={"width": "46rem", "max_width": "100%"}
        )
        buttons = {
            answer: ipywidgets.Button(description=label)
            for answer, label in (("accepte", "Accepter"), ("refuse", "Refuser"), ("", "Effacer"))
        }
        for answer, button in buttons.items():
            button.on_click(lambda _, answer=answer: self.decide(answer))
        self.undo = ipywidgets.Button(description="Annuler la dernière décision", layout={"width": "max-content"})
        self.undo.layout.display = "none" if desk.decisions is None else ""
        self.undo.on_click(lambda _: self.back())
        self.desk, self.buttons = desk, buttons
        self.decided: dict[tuple[str, ...], tuple[Any, ...]] = {}
        self.failure = self._taken_up()
        self._offer(self.gaps)
        super().__init__(desk, self.gap)
        self.widget.children = (
            *self.widget.children[:1],
            ipywidgets.HBox([self.author, self.reason]),
            ipywidgets.HBox([*buttons.values(), self.undo]),
            *self.widget.children[1:],
        )

    def _taken_up(self) -> Problem | None:
        """The answers of the mission or of the file; the problem of a file that cannot be understood."""
        try:
            if (kept := self.desk.decisions) is not None:
                known: pl.DataFrame | None = kept.table("constat")
            else:
                known = constats.read_answers(self.path).collect() if self.path.is_file() else None
        except Problem as failure:
            return failure
        if known is not None:
            rows = known.select("objet_id", "champ", "valeur", "auteur", "motif", "date").rows()
            self.decided = {
                (uid, name): (answer, author, reason, day) for uid, name, answer, author, reason, day in rows
            }
        return None

    @property
    def gaps(self) -> pl.DataFrame:
        """The gaps of the selection, the surest first, with the answers given here."""
        rows = self.desk.diagnostic.extras["ecarts"].sort(
            "certitude", "uid", "consideration", descending=[True, False, False]
        )
        given = pl.DataFrame(
            [(*key, *answer) for key, answer in self.decided.items()],
            orient="row",
            schema={
                "uid": pl.String,
                "consideration": pl.String,
                "d": pl.String,
                "a": pl.String,
                "m": pl.String,
                "j": pl.Date,
            },
        )
        joined = rows.join(given, on=["uid", "consideration"], how="left", maintain_order="left")
        return joined.with_columns(
            decision=pl.coalesce("d", "decision"),
            auteur=pl.coalesce("a", "auteur"),
            motif_decision=pl.coalesce("m", "motif_decision"),
            date=pl.coalesce("j", "date"),
        ).drop("d", "a", "m", "j")

    def decide(self, answer: str) -> None:
        """Answer the gap shown, write the file, and go to the next one."""
        if self.gap.value is None or self.failure is not None:
            return
        self.decided[tuple(self.gap.value.split("|"))] = (
            answer,
            self.author.value,
            self.reason.value,
            reading_day() if answer else None,
        )
        self._keep(answer)
        rank = self.gap.index
        if answer and rank + 1 < len(self.gap.options):
            self.gap.index = rank + 1
        else:
            self.refresh()

    def back(self) -> None:
        """The last answer of the mission, undone, and its finding shown again."""
        if (kept := self.desk.decisions) is None or not (undone := kept.undo("constat")):
            return
        self.decided = {}
        self.failure = self._taken_up()
        self.desk.decided()
        shown = "|".join(undone[0][1:])
        if shown in [value for _, value in self.gap.options]:
            self.gap.value = shown

    def _keep(self, answer: str) -> None:
        """The answer in the mission, with author and date; without a mission, in the file."""
        if (kept := self.desk.decisions) is None:
            files.write_atomic(self.path, files.officers_csv(constats.answers_table(self.gaps)))
            return
        uid, consideration = self.gap.value.split("|")
        if answer:
            kept.decide(
                "constat",
                uid,
                consideration,
                answer,
                auteur=self.author.value,
                motif=self.reason.value,
                on=reading_day(),
            )
        else:
            kept.withdraw("constat", uid, consideration)
        self.desk.decided()

    def blocks(self) -> Sequence[Block]:
        if self.failure is not None:
            raise self.failure
        rows = self.gaps
        self._offer(rows)
        if not rows.height:
            return [Sentence("Aucun écart entre ce qui est déclaré et ce qui est écrit.")]
        chosen = self.gap.value.split("|")
        row = rows.filter((pl.col("uid") == chosen[0]) & (pl.col("consideration") == chosen[1])).row(0, named=True)
        done = rows.filter(pl.col("decision").fill_null("") != "").height
        quoted = f"« {row['citation']} » " if row["citation"] else ""
        where = f" (lu dans : {row['champ']})" if row["champ"] and row["champ"] != "objet" else ""
        given = sections_texts.ANSWERS.get(row["decision"] or "", "à donner")
        told = f"{quoted}{row['motif']}{where}. Probabilité que l'écart soit réel : {french.share(row['certitude'])}. Réponse : {given}."
        return [
            Callout(french.typeset(row["objet"] or row["uid"]), french.typeset(told)),
            Sentence(
                french.typeset(
                    f"{french.capital(french.count(done, 'constat'))} sur {french.number(rows.height)} avec une réponse."
                )
            ),
        ]

    def _offer(self, rows: pl.DataFrame) -> None:
        """The gaps to choose from; the one shown stays so as long as it is there."""
        options = [(_line(row), f"{row['uid']}|{row['consideration']}") for row in rows.head(_MOST).to_dicts()]
        if list(self.gap.options) == options:
            return
        shown = self.gap.value
        values = [value for _, value in options]
        self.gap.options = options
        if options:
            self.gap.value = shown if shown in values else values[0]


def _line(row: dict[str, Any]) -> str:
    subject = row["objet"] or row["uid"]
    name = sections_texts.NAMES.get(row["consideration"], row["consideration"]).lower()
    return french.typeset(
        f"{shortened(subject, _LABEL)} – {name}"
        + (f" ({sections_texts.ANSWERS[row['decision']]})" if row["decision"] else "")
    )
