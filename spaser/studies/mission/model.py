"""The mission: what the user gives, asks and says, read whole from ``mission.toml``; every fault is told at once.

An older ``diagnostic.toml`` has the same words and is read the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from spaser import settings
from spaser.problems import Problem
from spaser.sources import demonstration
from spaser.studies.diagnostic import Declared
from spaser.studies.mission import shape
from spaser.studies.mission.fingerprints import fingerprint
from spaser.studies.mission.mapped import columns
from spaser.studies.mission.shape import FORMS
from spaser.studies.pams.compose import Wishes
from spaser.studies.potential.announced import Programme as Published
from spaser.vocabulary import DEFAULT_POPULATION
from spaser.vocabulary.given import GIVEN, Given

#: The file that makes a folder a mission, and what the folder holds beside it.
NAME, FILES, DECISIONS, OUTPUTS = "mission.toml", "fichiers", "decisions", "sorties"
#: The answers to the questionnaire that the notebook keeps.
ANSWERS = "reponses.json"
_TODO = "Donnez le dossier d'une mission (spaser mission nouvelle DOSSIER en crée une)"


@dataclass(frozen=True)
class Asked:
    """What is asked of one buyer and said of it. ``fingerprint`` changes as soon as something its report depends on does.

    ``label`` is how it is called when its data do not say it; ``kind`` a key of BUYER_KINDS; ``spaser_adopte`` (the day,
    or yes or no; ``spaser_lien`` where it is published) and ``soumis_au_code`` (under the procurement code) are null while nobody said; ``programme`` its purchases to come, which suppliers
    are shown only when ``programme_publie`` says that it is published; ``mention`` what each page of its reports must warn of.
    """

    name: str = ""
    wishes: Wishes = field(default_factory=Wishes)
    comments: dict[str, str] = field(default_factory=dict)
    fingerprint: str = ""
    label: str = ""
    kind: str | None = None
    spaser_adopte: date | bool | None = None
    spaser_lien: str = ""
    soumis_au_code: bool | None = None
    programme: tuple[str, ...] = ()
    programme_publie: bool = False
    mention: str = ""

    @property
    def public(self) -> list[Published]:
        """Its programme where it is said published; one that is not stays out of what suppliers are shown."""
        return [Published(path, self.name or None) for path in self.programme] if self.programme_publie else []

    @property
    def declared(self) -> Declared:
        """The buyer's own word, as its duties read it; an adoption without its day dates nothing: it is told, and answers nothing."""
        adopted = self.spaser_adopte if isinstance(self.spaser_adopte, date) else None
        return Declared(
            kind=self.kind,
            adopted=adopted,
            link=self.spaser_lien if adopted else "",
            soumis_au_code=self.soumis_au_code is not False,
            has=self.spaser_adopte if isinstance(self.spaser_adopte, bool) else None,
        )


@dataclass(frozen=True)
class Mission:
    """What a user works on. Paths are those of ``source``, resolved from its folder, ``home``.

    ``asked`` has one line per buyer named; when none is, ``every`` holds for all the buyers of the files. ``folder`` is where
    reports are written; ``names`` the names a person gave to buyers that no file names (by SIREN); ``screen`` what the notebooks show (their choices); ``demo`` that all of it is invented; ``given`` the files under each key of ``GIVEN``, for all buyers and for each.
    """

    files: tuple[str, ...]
    folder: Path
    client: str = ""
    asked: tuple[Asked, ...] = ()
    every: Asked = field(default_factory=Asked)
    registers: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    as_of: date | None = None
    population: str = DEFAULT_POPULATION
    forms: tuple[str, ...] = FORMS
    logo: bytes = field(default=b"", repr=False)
    templates: dict[str, Path] = field(default_factory=dict)
    home: Path = Path()
    source: Path = Path()
    author: str = ""
    today: date | None = None
    notices: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    screen: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    place: str = ""
    demo: bool = False
    given: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How the mission is called on a screen: its client, else its folder."""
        return self.client or self.home.resolve().name

    @property
    def whole(self) -> bool:
        """Whether it is a folder (with decisions and outputs of its own) rather than a lone file of settings."""
        return self.source.name == NAME

    @property
    def ledger(self) -> Path | None:
        """The spend file, when the mission has one and only one."""
        found = {asked.wishes.ledger for asked in (self.every, *self.asked) if asked.wishes.ledger}
        return found.pop() if len(found) == 1 else None

    @property
    def public(self) -> list[Published]:
        """The programmes said published, each with the buyer they are said of."""
        told = [one for asked in self.asked or (self.every,) for one in asked.public]
        return list({one.path: one for one in reversed(told)}.values())[::-1]

    def said_of(self, name: str | None) -> Asked:
        """What is said of a buyer named as the mission names it; of all of them otherwise."""
        return next((asked for asked in self.asked if asked.name == name), self.every)

    @property
    def answers(self) -> dict[str, int | None]:
        """The answers to the questionnaire, when those of one buyer (or of all) are given."""
        found = [asked.wishes.answers for asked in self.asked or (self.every,) if asked.wishes.answers]
        return found[0] if len(found) == 1 else {}


def read(path: Path | str) -> Mission:
    """The mission of a folder, of its ``mission.toml``, or of a ``diagnostic.toml``.

    Raises
    ------
    Problem, Problems
        The file is missing or is not TOML; a key, a form, a section, a target or an answer is unknown (with the closest
        known name); a file it names is not there; the demo and the user's own files are mixed.
    """
    source = where(path)
    return read_as(source, source)


def read_as(written: Path, source: Path) -> Mission:
    """The mission that ``written`` would make in the place of ``source``."""
    document = settings.toml(written, "Le fichier de mission", todo=_TODO)
    return _mission(
        document.checked(shape.SHAPE, also=lambda said, faults: shape.faults_of(said, source, faults)), source
    )


def where(path: Path | str) -> Path:
    """The file of settings that a path means: a folder's ``mission.toml``, or the file itself."""
    given = Path(path)
    return given / NAME if given.is_dir() or (given.suffix != ".toml" and not given.is_file()) else given


def _mission(said: dict[str, Any], source: Path) -> Mission:
    home = source.parent

    def paths(key: str) -> tuple[str, ...]:
        return tuple(str(home / one) for one in said.get(key, []))

    years = said.get("annees", [])
    templates = {form: home / said[f"modele_{form}"] for form in ("docx", "pptx") if said.get(f"modele_{form}")}
    logo = home / said["logo"] if said.get("logo") else None
    apart = ("acheteurs", "acheteur", "sortie", "ecran")
    shared = {key: value for key, value in said.items() if key not in apart}
    members = [
        *paths("fichiers"),
        *paths("registres"),
        *paths("avis"),
        *paths("pieces"),
        *map(str, templates.values()),
        *([str(logo)] if logo else []),
    ]
    lone = source.name != NAME
    found = Mission(
        files=paths("fichiers"),
        folder=home / said.get("sortie", "rapports" if lone else OUTPUTS),
        client=said.get("client", ""),
        registers=paths("registres"),
        notices=paths("avis"),
        documents=paths("pieces"),
        asked=tuple(_asked(shared, table, source, members) for table in _buyer_tables(said)),
        every=_asked(shared, {}, source, members),
        years=(years[0], years[-1]) if years else None,
        as_of=said.get("date"),
        population=said.get("population", DEFAULT_POPULATION),
        forms=tuple(said.get("formes", FORMS)),
        logo=logo.read_bytes() if logo else b"",
        templates=templates,
        home=home,
        source=source,
        author=said.get("auteur", ""),
        today=said.get("aujourdhui"),
        screen=said.get("ecran", {}),
        names=said.get("noms", {}),
        place=said.get("territoire", ""),
        demo=said.get("demonstration", False),
        given={one.key: _given(one, [said, *said.get("acheteur", [])], home) for one in GIVEN},
    )
    ledgers = [asked.wishes.ledger for asked in (found.every, *found.asked) if asked.wishes.ledger]
    demo = demonstration.refuse_mix(contrats=found.files, registres=found.registers, dépenses=ledgers)
    if found.files:
        demonstration.refuse_invented(
            not demo, avis=demonstration.any_of(found.notices), pièces=demonstration.any_of(found.documents)
        )
    if found.demo and not demo and (found.files or found.registers or ledgers):
        raise Problem(
            "Cette mission se dit une démonstration, et ses fichiers n'en sont pas",
            where=str(source),
            todo="Ôtez la ligne « demonstration = true »",
        )
    return replace(found, demo=found.demo or demo)


def _buyer_tables(said: dict[str, Any]) -> list[dict[str, Any]]:
    """One table a buyer: one listed and given a table of its own is one buyer, whose table says all the list does and more."""
    told: list[dict[str, Any]] = said.get("acheteur", [])
    own = {one.get("nom", "") for one in told}
    return [{"nom": one} for one in map(str, said.get("acheteurs", [])) if one not in own] + told


def _given(one: Given, tables: Sequence[dict[str, Any]], home: Path) -> tuple[str, ...]:
    found = (table[one.key] for table in tables if table.get(one.key))
    paths = (path for value in found for path in (value if one.many else [value]))
    return tuple(dict.fromkeys(str(home / path) for path in paths))


def _asked(shared: dict[str, Any], table: dict[str, Any], source: Path, members: Sequence[str]) -> Asked:
    """What is asked of a buyer: its own table first, then what is asked of all."""
    whole, home = shared | table, source.parent
    ledger = home / whole["depenses"] if whole.get("depenses") else None
    programme, followed = (tuple(str(home / one) for one in whole.get(key, [])) for key in ("programme", "suivis"))
    met = home / whole["entretiens"] if whole.get("entretiens") else None
    kept = _kept_answers(whole, source)
    wishes = Wishes(
        radius=float(whole["rayon"]) if "rayon" in whole else None,
        dependency=shape.share_of(whole["dependance"]) if "dependance" in whole else None,
        goals=shape.goals_of(whole, source),
        ledger=ledger,
        registers=tuple(str(home / one) for one in shared.get("registres", [])),
        interviews=met,
        columns=columns(home / DECISIONS) if source.name == NAME else None,
        programme=programme,
        followed=followed,
        answers=shape.answers_of(
            whole if kept is None else whole | {"questionnaire": str(kept.relative_to(home))}, source
        ),
    )
    decided = sorted(str(path) for path in (home / DECISIONS).glob("*")) if source.name == NAME else []
    mark = fingerprint(
        whole, [*members, *programme, *followed, *decided, *(str(path) for path in (ledger, kept, met) if path)]
    )
    return Asked(
        table.get("nom", ""),
        wishes,
        shared.get("commentaires", {}) | table.get("commentaires", {}),
        mark,
        label=table.get("libelle", ""),
        kind=whole.get("type"),
        spaser_adopte=whole.get("spaser_adopte"),
        spaser_lien=whole.get("spaser_lien", ""),
        soumis_au_code=whole.get("soumis_au_code"),
        programme=programme,
        mention=whole.get("mention", ""),
        programme_publie=whole.get("programme_publie", False),
    )


def _kept_answers(whole: dict[str, Any], source: Path) -> Path | None:
    """The file of answers: the one that is named, else the one the notebook keeps in the mission."""
    if isinstance(whole.get("questionnaire"), str):
        return source.parent / whole["questionnaire"]
    kept = source.parent / DECISIONS / ANSWERS
    return kept if "questionnaire" not in whole and source.name == NAME and kept.is_file() else None
