"""What texts say: a text pasted and read at once; the gaps between declared and written, accepted or refused one by one."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets
import polars as pl

from spaser import detection, french
from spaser.deliverables import files
from spaser.deliverables.report import Block, Callout, Column, Sentence, table
from spaser.sources import constats
from spaser.widgets import tables
from spaser.widgets.desk import Desk
from spaser.widgets.views import View, choice

#: More gaps than this are answered in the file rather than one by one.
_MOST = 200
_MARKS = {"env": "background:#d8efe2", "soc": "background:#dce8f8"}
_CARRIERS = detection.CARRIERS
_DIMENSIONS = {key: word for key, word in detection.TITLES.items() if isinstance(key, str)}
_LEVELS = {key: word for key, word in detection.TITLES.items() if isinstance(key, int)}
_COLUMNS = (
    Column("citation", "Mots cités"), Column("dimension", "Dimension"), Column("niveau", "Niveau"), Column("porteur", "Porté par"),
    Column("reserve", "Réservation"), Column("nombre", "Nombre lu", "valeur"), Column("nombre_unite", "Unité"), Column("article_cite", "Article cité"),
    Column("confiance", "Confiance", "part"),
)  # fmt: skip
_RESERVED = {"none": "", "handicap": "handicap (L2113-12)", "iae": "insertion (L2113-13)", "handicap_iae": "handicap et insertion (L2113-12 et -13)",
             "penit": "prison (L2113-13-1)", "ess": "ESS (L2113-15)", "unspecified": "bénéficiaires non précisés"}  # fmt: skip


class TextReader:
    """Paste a subject, a clause or a criterion: what is found is marked and explained as one types."""

    def __init__(self, text: str = "", kind: str = "document") -> None:
        self.text = ipywidgets.Textarea(
            value=text, description="Texte", layout={"width": "46rem", "max_width": "100%", "height": "9rem"}
        )
        self.kind = choice(
            "C'est",
            {"un passage d'une pièce du marché": "document", "un objet de marché": "objet", "un critère": "critere"},
            kind,
        )
        self.answer = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self.kind, self.text, self.answer])
        for control in (self.text, self.kind):
            control.observe(lambda _: self.refresh(), names="value")
        self.refresh()

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
        for dimension, style in _MARKS.items():
            marked = marked.replace(f'<mark class="spaser-{dimension} ', f'<mark style="{style}" class="')
        self._content = f'<p style="white-space:pre-wrap">{marked}</p>' + tables.written(self._blocks)
        self.answer.value = tables.framed(self._content)

    def _found(self, found: pl.DataFrame) -> Sequence[Block]:
        if not found.height:
            return [
                Sentence(
                    "Aucune considération sociale ou environnementale n'est trouvée dans ce texte."
                    if self.text.value.strip()
                    else ""
                )
            ]
        shown = found.with_columns(
            dimension=pl.col("dimension").replace_strict(_DIMENSIONS, default=None, return_dtype=pl.String),
            niveau=pl.col("niveau").replace_strict(_LEVELS, default=None, return_dtype=pl.String),
            porteur=pl.col("porteur").replace(_CARRIERS), reserve=pl.col("reserve").replace(_RESERVED),
        )  # fmt: skip
        return [table("tab-passages", "Ce qui est trouvé", shown, _COLUMNS)]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = " ".join([html.unescape(self.text.value), *(text for block in self._blocks if (text := tables.said(block)))])
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(self._content), "text/plain": told}


class Review(View):
    """The gaps, one by one: accept or refuse each; the answers are kept in a small file that the next diagnostic reads."""

    title = "Répondre aux constats"
    question = "Ce constat est-il juste ?"

    def __init__(self, desk: Desk, path: Path | str = "constats.csv") -> None:
        self.path = Path(path)
        self.author = ipywidgets.Text(description="Par", placeholder="votre nom", layout={"width": "18rem"})
        self.reason = ipywidgets.Text(description="Motif", placeholder="facultatif", layout={"width": "28rem"})
        self.gap = ipywidgets.Dropdown(options=[], description="Constat", layout={"width": "46rem", "max_width": "100%"})
        buttons = {
            answer: ipywidgets.Button(description=label)
            for answer, label in (("accepte", "Accepter"), ("refuse", "Refuser"), ("", "Effacer"))
        }
        for answer, button in buttons.items():
            button.on_click(lambda _, answer=answer: self.decide(answer))
        self.desk, self.buttons, self.decided = desk, buttons, {}
        self._offer(self.gaps)
        super().__init__(desk, self.gap)
        self.widget.children = (*self.widget.children[:1], ipywidgets.HBox([self.author, self.reason]), ipywidgets.HBox(list(buttons.values())),
                                *self.widget.children[1:])  # fmt: skip

    @property
    def gaps(self) -> pl.DataFrame:
        """The gaps of the selection, the surest first, with the answers given here."""
        rows = self.desk.diagnostic.extras["ecarts"].sort("certitude", "uid", "consideration", descending=[True, False, False])
        given = pl.DataFrame(
            [(*key, *answer) for key, answer in self.decided.items()], orient="row",
            schema={"uid": pl.String, "consideration": pl.String, "d": pl.String, "a": pl.String, "m": pl.String},
        )  # fmt: skip
        joined = rows.join(given, on=["uid", "consideration"], how="left", maintain_order="left")
        return joined.with_columns(
            decision=pl.coalesce("d", "decision"),
            auteur=pl.coalesce("a", "auteur"),
            motif_decision=pl.coalesce("m", "motif_decision"),
        ).drop("d", "a", "m")

    def decide(self, answer: str) -> None:
        """Answer the gap shown, write the file, and go to the next one."""
        if self.gap.value is None:
            return
        self.decided[tuple(self.gap.value.split("|"))] = (answer, self.author.value, self.reason.value)
        files.write_atomic(self.path, files.officers_csv(constats.answers_table(self.gaps)))
        rank = self.gap.index
        if answer and rank + 1 < len(self.gap.options):
            self.gap.index = rank + 1
        else:
            self.refresh()

    def blocks(self) -> Sequence[Block]:
        rows = self.gaps
        self._offer(rows)
        if not rows.height:
            return [Sentence("Aucun écart entre ce qui est déclaré et ce qui est écrit.")]
        chosen = self.gap.value.split("|")
        row = rows.filter((pl.col("uid") == chosen[0]) & (pl.col("consideration") == chosen[1])).row(0, named=True)
        done = rows.filter(pl.col("decision").fill_null("") != "").height
        quoted = f"« {row['citation']} » " if row["citation"] else ""
        told = (
            f"{quoted}{row['motif']} Certitude : {french.share(row['certitude'])}. Réponse : {row['decision'] or 'à donner'}."
        )
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
    return f"{subject[:90]} – {row['consideration']}" + (f" ({row['decision']})" if row["decision"] else "")
