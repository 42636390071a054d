"""The mission: a folder that holds what the user gives (``fichiers/``), decides (``decisions/``) and gets (``sorties/``).

>>> from spaser.studies import mission
>>> home = mission.create("ma-ville", client="Ma Ville")
>>> mission.add(home, "fichiers", ["marches.json"])        # copied, with its hash
>>> asked = mission.read(home)                             # everything that was said, checked
>>> kept = mission.decisions(asked)                        # one owner of decisions
>>> kept.decide("constat", uid, "clause_sociale", "accepte", auteur="A. B.", on=date(2026, 11, 28))
>>> with mission.run(home / "sorties", "diagnostic", now) as made:
...     spaser.write(result, made.writing)
"""

from spaser.studies.mission.copies import notebooks, outdated, question, renew
from spaser.studies.mission.deciding import Decisions
from spaser.studies.mission.fingerprints import fingerprint
from spaser.studies.mission.former import collect, links, take
from spaser.studies.mission.mapped import columns, keep_columns, undo_columns
from spaser.studies.mission.model import Asked, Mission, read
from spaser.studies.mission.naming import called, labelled, named, said_of
from spaser.studies.mission.outputs import Run, edited, last, mark, run
from spaser.studies.mission.places import HOME as DEMO
from spaser.studies.mission.places import decisions, here, listed
from spaser.studies.mission.shape import FORMS
from spaser.studies.mission.state import held, told
from spaser.studies.mission.writing import add, change, changed, create, received, template, there
from spaser.studies.suppliers.decided import validations
from spaser.vocabulary.given import GIVEN

__all__ = [
    "DEMO",
    "FORMS",
    "GIVEN",
    "Asked",
    "Decisions",
    "Mission",
    "Run",
    "add",
    "called",
    "change",
    "changed",
    "collect",
    "columns",
    "create",
    "decisions",
    "edited",
    "fingerprint",
    "held",
    "here",
    "keep_columns",
    "labelled",
    "last",
    "links",
    "listed",
    "mark",
    "named",
    "notebooks",
    "outdated",
    "question",
    "read",
    "received",
    "renew",
    "run",
    "said_of",
    "take",
    "template",
    "there",
    "told",
    "undo_columns",
    "validations",
]
