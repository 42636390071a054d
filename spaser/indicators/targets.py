"""The targets an assembly voted: read from ``objectifs.toml`` and checked, every error at once; national references beside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from spaser import rules, settings
from spaser.indicators.records import NUMBER, VALUE, WITH_CRITERION, catalogue
from spaser.problems import Problems, closest

SPENT = "depense"
KEYS = ("indicateur", "cible", "annee", "source", "unite", "definition", "libelle", "sens")
NEEDED = ("indicateur", "cible", "annee", "source")
LATEST = 2100
VALUE_SHAPE = settings.Either(
    (settings.Number(least=0), settings.Text()), said='une part ("30 %" ou 0.3) ou un nombre positif'
)
YEAR = settings.Whole(least=1990, most=LATEST)
_KINDS: dict[str, settings.Kind] = {
    "cible": VALUE_SHAPE,
    "annee": YEAR,
    "sens": settings.Choice(("hausse", "baisse")),
}
#: What a target says; ``SHAPE`` is the whole file.
TARGET = settings.Table(
    {key: replace(_KINDS.get(key, settings.Text()), needed=key in NEEDED) for key in KEYS},
    "un bloc [[objectif]] de lignes « clé = valeur »",
)
SHAPE = settings.Table({"objectif": settings.Many(TARGET)})
TEMPLATE = """# Les objectifs votés. Un bloc [[objectif]] par objectif ; la source est la délibération.
# indicateur : un code de « spaser publication --modele » (indicateurs.csv) ; cible : "30 %" ou une quantité ; annee : l'échéance.
# unite : "nombre" (de contrats), "valeur" (montants) ou "depense" (grand livre) ; definition : celle qui est retenue.

# [[objectif]]
# indicateur = "consideration_sociale"
# definition = "critère compté"
# unite = "nombre"
# cible = "30 %"
# annee = 2027
# source = "Délibération n° … du …"
"""


@dataclass(frozen=True)
class Target:
    """One target: an indicator in one unit and definition, the value to reach (a part, or a quantity), by which year; the duty that imposes it."""

    indicateur: str
    titre: str
    unite: str
    definition: str
    cible: float
    annee: int
    source: str
    part: bool = True
    baisse: bool = False
    confidence: str = ""
    devoir: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.indicateur, self.unite, self.definition


def read(path: Path | str, *, first_year: int | None = None) -> tuple[Target, ...]:
    """The targets of ``objectifs.toml``.

    Parameters
    ----------
    first_year
        The first year of the data: a target must not come before it.

    Raises
    ------
    Problem
        The file cannot be read or is not TOML.
    Problems
        Every faulty target: unknown indicator, definition, unit or key (with the closest name), target above 100 %, year
        before the data, lacking source, duplicate.
    """
    document = settings.toml(
        path, "Le fichier des objectifs", todo='Une valeur de texte s\'écrit entre guillemets : cible = "30 %".'
    )

    def also(said: dict[str, Any], faults: settings.Faults) -> None:
        for rank, told in _errors(said.get("objectif", []), first_year)[0]:
            faults.add(("objectif", rank, ""), told)

    return _errors(document.checked(SHAPE, also=also).get("objectif", []), first_year)[1]


def checked(
    entries: list[dict[str, Any]], *, first_year: int | None = None, where: str = "objectifs.toml"
) -> tuple[Target, ...]:
    """The targets of tables already of the right shape; see ``read``."""
    errors, found = _errors(entries, first_year)
    if errors:
        told = [f"objectif {rank + 1} : {fault}" for rank, fault in errors]
        raise Problems(f"Le fichier « {where} » contient {len(errors)} erreur{'s' if len(errors) > 1 else ''}", told)
    return found


def _errors(entries: list[dict[str, Any]], first_year: int | None) -> tuple[list[tuple[int, str]], tuple[Target, ...]]:
    """What is wrong in each target (by its rank), and those that are right."""
    errors: list[tuple[int, str]] = []
    found: list[Target] = []
    seen: dict[tuple, int] = {}
    for rank, entry in enumerate(entries):
        faults, target = _one(entry, first_year)
        if target is not None:
            key = (*target.key, target.annee)
            if key in seen:
                faults.append(
                    f"« {target.indicateur} » en {target.unite} pour {target.annee} est déjà l'objectif {seen[key] + 1}"
                )
            seen.setdefault(key, rank)
            found.append(target)
        errors += [(rank, fault) for fault in faults]
    return errors, tuple(found)


def national(day: date) -> tuple[Target, ...]:
    """The national targets of ``law.toml`` that an indicator of the kit measures: dated references, imposed only by the duty they name."""
    found = []
    for entry in rules.toml("law.toml").get("targets", {}).values():
        code = _measured_by(entry)
        if code and "value" in entry:
            shares = code in catalogue()
            found.append(
                Target(
                    code,
                    entry["label"],
                    NUMBER if shares else VALUE,
                    WITH_CRITERION if shares else "saisi par l'acheteur",
                    float(entry["value"]),
                    int(entry["year"]),
                    entry["source"],
                    confidence=entry.get("confidence", "a_confirmer"),
                    devoir=entry.get("duty", ""),
                )
            )
    return tuple(sorted(found, key=lambda target: (target.annee, target.indicateur)))


def _measured_by(entry: dict[str, Any]) -> str | None:
    kinds = {"environnemental": "consideration_environnementale", "social": "consideration_sociale"}
    if entry.get("any_of"):
        return next(
            (
                code
                for word, code in kinds.items()
                if all(word in name or name == "marche_reserve" for name in entry["any_of"])
            ),
            None,
        )
    label = entry.get("label", "")
    return ("egalim_bio" if "biologique" in label else "egalim_durables") if label.startswith("EGAlim") else None


def _one(entry: dict[str, Any], first_year: int | None) -> tuple[list[str], Target | None]:
    faults = [f"« {key} » est vide" for key in NEEDED if entry.get(key) == ""]
    code = str(entry.get("indicateur", ""))
    known = _known()
    if code and code not in known:
        return faults + [f"indicateur inconnu « {code} ». {closest(code, known)}".strip()] + _year(
            entry, first_year
        ), None
    if not code:
        return faults + _year(entry, first_year), None
    title, units, definitions, part = known[code]
    unit = str(entry.get("unite", units[0]))
    if unit not in units:
        faults.append(f"« {code} » ne se mesure pas en « {unit} » mais en {', '.join(units)}")
    definition = str(entry.get("definition", definitions[0]))
    if definition not in definitions:
        faults.append(f"définition inconnue « {definition} » pour « {code} » (au choix : {', '.join(definitions)})")
    faults += _year(entry, first_year)
    goal = _goal(entry.get("cible"), part, faults)
    sense = str(entry.get("sens", "hausse"))
    if sense not in ("hausse", "baisse"):
        faults.append(f"« sens » vaut « hausse » ou « baisse », pas « {sense} »")
    if goal is None or not isinstance(entry.get("annee"), int):
        return faults, None
    return faults, Target(
        code,
        str(entry.get("libelle", title)),
        unit,
        definition,
        goal,
        entry["annee"],
        str(entry.get("source", "")),
        part,
        sense == "baisse",
    )


def _known() -> dict[str, tuple[str, Sequence[str], Sequence[str], bool]]:
    """Every indicator a target may name: title, units, definitions, whether it is a part."""
    units = {NUMBER: NUMBER, VALUE: VALUE}
    known: dict[str, tuple[str, Sequence[str], Sequence[str], bool]] = {}
    for code, record in catalogue().items():
        shares = [units[unit] for unit in record.unites if unit in units]
        if shares:
            known[code] = (
                record.titre,
                [*shares, *([SPENT] if VALUE in shares else [])],
                list(record.definitions),
                True,
            )
    for code, entry in rules.toml("entered.toml").items():
        unit = VALUE if entry["forme"] == "part" and entry["unite"] == "EUR" else entry["unite"]
        known[code] = (entry["titre"], [unit], ["saisi par l'acheteur"], entry["forme"] == "part")
    return known


def _year(entry: dict[str, Any], first_year: int | None) -> list[str]:
    year = entry.get("annee")
    if year is None:
        return []
    if not isinstance(year, int) or isinstance(year, bool) or not 1990 <= year <= LATEST:
        return [f"l'année « {year} » n'est pas une année"]
    return (
        [f"l'échéance {year} précède les premières données ({first_year})"] if first_year and year < first_year else []
    )


def _goal(raw: Any, part: bool, faults: list[str]) -> float | None:
    """The value of a target: « 30 % », 0.3, or a quantity."""
    if raw is None or raw == "":
        return None
    text = str(raw).replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".")
    percent = text.endswith("%")
    try:
        value = float(text.rstrip("%")) / (100 if percent else 1)
    except ValueError:
        value = float("nan")
    if isinstance(raw, bool) or not 0 <= value < 1e15:
        faults.append(f'la cible « {raw} » n\'est ni une part ("30 %" ou 0.3) ni un nombre positif')
        return None
    if part and value > 1:
        hint = f' ; pour {raw} %, écrivez cible = "{raw} %"' if not percent and value <= 100 else ""
        faults.append(f"la cible « {raw} » dépasse 100 %{hint}")
        return None
    if percent and not part:
        faults.append(f"la cible « {raw} » est une part, mais l'indicateur est une quantité")
        return None
    return value


def codes(targets: Iterable[Target]) -> list[str]:
    return sorted({target.indicateur for target in targets})
