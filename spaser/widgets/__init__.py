"""What an officer touches in a notebook: choices on the left hand, answers on the right, each readable without a kernel.

    >>> from spaser import widgets
    >>> lecture = widgets.read("../data/demo")     # a mission (or files): progress, then what was read and refused
    >>> bureau = widgets.Desk(lecture)             # the files, the selection kept in the mission, the diagnostic of what is selected
    >>> widgets.Choices(bureau)                                # buyer, years, families, number or value …
    >>> widgets.Panorama(bureau)                               # answers at once to any change of the selection

A desk is shared by all the views of a notebook, and its selection can be saved to a small file and reopened by another.

A view is a question and its answer as blocks of the report (``deliverables.report``): it never computes nor writes HTML.
It declares in ``follows`` the choices its answer depends on: no other move computes it again.
One made of sections of the report takes one line::

    widgets.view(bureau, section_families, section_years)

One with its own words and its own choice takes ten::

    class Clauses(View):
        title, question = "Les clauses", "Que disent les clauses de ces contrats ?"

        def __init__(self, desk: Desk) -> None:
            self.kind = choice("Considération", {"Clause sociale": "clause_sociale", "Réservé": "marche_reserve"})
            super().__init__(desk, self.kind)

        def blocks(self) -> Sequence[Block]:
            rows = self.desk.findings.counted.filter(pl.col(self.kind.value))
            return (table("tab-clauses", "Les contrats", rows, ("uid", "objet", "montant")),)

``choice`` is observed by the view; ``Problem`` raised in ``blocks`` is shown in a box, never as a traceback. The static
twin (stored in the notebook, shown when there is no kernel) comes with the class.
"""

from spaser.widgets import faults
from spaser.widgets.acts import (
    Allotment,
    Draft,
    Facts,
    Families,
    Groups,
    Impact,
    LocalBook,
    Morning,
    Plan,
    Planning,
    Statuses,
    Supplier,
)
from spaser.widgets.calendar import Calendar
from spaser.widgets.choices import Choices
from spaser.widgets.contract import Contract, followed
from spaser.widgets.desk import Desk
from spaser.widgets.downloads import Downloads
from spaser.widgets.explanation import Explain
from spaser.widgets.files import Files, read
from spaser.widgets.lines import Lines
from spaser.widgets.missions import Missions
from spaser.widgets.pams import Pams
from spaser.widgets.panorama import Panorama
from spaser.widgets.potential import Behind, Potential, Sourcing
from spaser.widgets.questionnaire import Questionnaire
from spaser.widgets.reach import Reach
from spaser.widgets.selection import Selection
from spaser.widgets.suppliers import Suppliers
from spaser.widgets.tables import blocks, records, show
from spaser.widgets.texts import Review, TextReader, Texts, read_texts
from spaser.widgets.views import View, choice, view
from spaser.widgets.welcome import Welcome
from spaser.widgets.workshop import Exercise, near, options, percent

faults.install()

__all__ = [
    "Allotment",
    "Behind",
    "Calendar",
    "Choices",
    "Contract",
    "Desk",
    "Downloads",
    "Draft",
    "Exercise",
    "Explain",
    "Facts",
    "Families",
    "Files",
    "Groups",
    "Impact",
    "Lines",
    "LocalBook",
    "Missions",
    "Morning",
    "Pams",
    "Panorama",
    "Plan",
    "Planning",
    "Potential",
    "Questionnaire",
    "Reach",
    "Review",
    "Selection",
    "Sourcing",
    "Statuses",
    "Supplier",
    "Suppliers",
    "TextReader",
    "Texts",
    "View",
    "Welcome",
    "blocks",
    "choice",
    "followed",
    "near",
    "options",
    "percent",
    "read",
    "read_texts",
    "records",
    "show",
    "view",
]
