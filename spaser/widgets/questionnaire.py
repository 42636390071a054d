"""The qualitative questionnaire: one list per question, a profile and actions that follow, kept in a small file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets

from spaser import french, maturity
from spaser.deliverables import files
from spaser.deliverables.report import Block
from spaser.problems import Problem
from spaser.sections import maturity as sections_maturity
from spaser.studies import mission as missions
from spaser.studies.mission.model import ANSWERS
from spaser.widgets import tables

_SILENT = "sans réponse"
#: A list whose value is None shows nothing at all: no answer has a value of its own.
_NONE = -1
_WIDE = {"description_width": "initial"}


class Questionnaire:
    """Answer, see the profile and what to do next; ``save`` and ``reopen`` keep the answers.

    Parameters
    ----------
    path
        The folder of a mission, whose answers are kept; or a file of answers to reopen, when it exists.
    grid
        A consultant's own grid (same shape as ``reference/maturity.toml``).
    example
        Answers to show and not to change.
    """

    def __init__(
        self, path: Any = None, grid: Path | str | None = None, example: dict[str, int | None] | None = None
    ) -> None:
        self.grid = maturity.grid(grid)
        path, said = _place(path)
        self.answer, self.status = ipywidgets.HTML(), ipywidgets.HTML()
        self.lists: dict[str, ipywidgets.Dropdown] = {}
        axes = [self._axis(axis) for axis in self.grid["axis"]]
        tabs = ipywidgets.Tab(axes, titles=[axis.get("short", axis["label"]) for axis in self.grid["axis"]])
        self.button = ipywidgets.Button(description="Enregistrer mes réponses", layout={"width": "max-content"})
        self.button.on_click(lambda _: self._keep())
        self.path = Path(path) if path else Path("mes_reponses.json")
        self.widget = ipywidgets.VBox([tabs, ipywidgets.HBox([self.button, self.status]), self.answer])
        if said and not (path and self.path.exists()):
            self.fill(said)
        if path and self.path.exists():
            self.reopen(self.path)
        if example is not None:
            self._show_only(example)
        self.refresh()

    def _show_only(self, example: dict[str, int | None]) -> None:
        """An example is looked at: nothing in it can be changed, and nothing saved over one's answers."""
        self.fill(example)
        for one in self.lists.values():
            one.disabled = True
        self.button.layout.display = "none"
        self.status.value = "Exemple inventé, à lire : vos réponses sont au-dessus, et n'en sont pas changées."

    @property
    def said(self) -> dict[str, int | None]:
        """The level answered to each question (None: no answer)."""
        return {name: None if one.value == _NONE else one.value for name, one in self.lists.items()}

    def fill(self, said: dict[str, int | None]) -> None:
        """Give several answers at once."""
        maturity.answers(said, self.grid)
        for name, level in said.items():
            self.lists[name].value = _NONE if level is None else level

    def blocks(self) -> Sequence[Block]:
        """The profile, then the actions, lowest levels first."""
        said = maturity.answers(self.said, self.grid)
        profile = maturity.profile(said, self.grid).collect()
        todo = maturity.actions(said, self.grid).collect()
        return sections_maturity.blocks(profile, todo, self.grid["levels"], self.grid["origin"])

    def refresh(self) -> None:
        """Compute the profile and the actions again."""
        self._content = tables.written(self.blocks())
        self.answer.value = tables.framed(self._content)

    def save(self, path: Path | str | None = None) -> Path:
        """Write the answers whole or not at all."""
        kept = {"spaser_maturite": maturity.FORM, "reponses": self.said}
        return files.write_atomic(
            path or self.path, (json.dumps(kept, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
        )

    def reopen(self, path: Path | str) -> None:
        """Read answers that were saved.

        Raises
        ------
        Problem
            The file cannot be read, or is of another form, or answers a question the grid does not ask.
        """
        self.fill(maturity.kept(path))

    def _axis(self, axis: dict[str, Any]) -> ipywidgets.VBox:
        rows = []
        for one in axis["question"]:
            options = [(_SILENT, _NONE)] + [(f"{level} – {text}", level) for level, text in enumerate(one["answers"])]
            asked = ipywidgets.HTML(f"<strong>{french.typeset(one['text'])}</strong>")
            chosen = ipywidgets.Dropdown(
                options=options,
                value=_NONE,
                description="Réponse",
                style=_WIDE,
                layout={"width": "46rem", "max_width": "100%"},
            )
            chosen.observe(lambda _: self.refresh(), names="value")
            self.lists[one["id"]] = chosen
            rows += [asked, chosen]
        return ipywidgets.VBox(rows)

    def _keep(self) -> None:
        try:
            self.status.value = f"Enregistré dans {self.save().name}."
        except Problem as failure:
            self.status.value = tables.problem(failure)

    @property
    def told(self) -> str:
        """The answer in plain words."""
        return "\n".join(text for block in self.blocks() if (text := tables.said(block)))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.widget._repr_mimebundle_() | {"text/html": tables.framed(self._content), "text/plain": self.told}


def _place(path: Any) -> tuple[Path | None, dict[str, int | None]]:
    """Where answers are kept, and those that a mission already gives; those of the kit's demo are tried, not kept."""
    if not path or not (Path(path).is_dir() or Path(path).name == "mission.toml"):
        return (Path(path) if path else None), {}
    mission = missions.read(path)
    return missions.decisions(mission).folder / ANSWERS, mission.answers
