"""An objective chosen in the PAMS notebook is a target, as if it had been written in objectifs.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from spaser import widgets
from spaser.studies.diagnostic import compose as diagnostic
from spaser.widgets.files import expanded
from spaser.widgets.pams import Pams
from spaser.widgets.selection import Selection


@pytest.mark.parametrize(("part", "kept"), [(1, 0.01), (100, 1.0)])
def test_an_objective_chosen_is_a_target_of_that_share_and_year(part, kept):
    base = diagnostic.prepare(expanded((Path(__file__).parents[2] / "data" / "marches_demo*.json").as_posix()))
    view = Pams(widgets.Desk(base, Selection()))
    view.goal.value, view.share.value = "clause_sociale", part
    (goal,) = view._goals()
    assert (goal.indicateur, goal.cible, goal.annee) == ("clause_sociale", kept, view.year.value)
