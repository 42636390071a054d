"""Groups of suppliers for the needs that none can take alone: who could meet, in which roles, and which chairs stay empty.

The buyer proposes roles and skills and lets suppliers meet; nothing here names a team to be chosen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, potential, rules
from spaser.potential import groups as teams
from spaser.potential.points import unsaid_branch
from spaser.potential.together import together
from spaser.problems import Problem, closest
from spaser.sections.potential import ACTIONABLE
from spaser.studies.acting import sheets
from spaser.studies.potential.compose import Opportunities
from spaser.studies.potential.located import places
from spaser.text import fold

#: What joins a need and a skill in the key of a search: no identifier holds it.
_AND = "\x1f"
#: What is said when nobody within reach holds a chair.
_NOBODY = {
    "competence": "filière à structurer",
    "capacite": "les quatre plus grands n'y suffisent pas : lot à réduire, ou filière à structurer",
    "mandataire": "personne à portée : filière à structurer",
}
#: What the table of families says of a purchase that the ESS hardly sells: nobody is missing there.
_UNSOLD = ("faible", "indéterminée")
HARDLY = "peu ou pas d'offre connue de l'ESS"
_BOOK = {
    "besoin_id": ("identifiant du besoin",),
    "competences": ("competences a reunir", "competences"),
    "besoin": ("besoin", "objet"),
}


@dataclass(frozen=True, eq=False)
class Grouping:
    """``units`` the needs concerned, described; ``groups`` GROUPS, ``members`` GROUP_MEMBERS with ``role`` and ``raison``,
    ``gaps`` GROUP_GAPS with ``chaise`` and ``hors_metier``; ``looked`` needs looked at, ``unmeasured`` those without amount or
    purchase family. ``ensemble`` of a need: its group stands with the others', what each supplier can take being taken once."""

    scope: str
    as_of: date
    units: pl.DataFrame
    groups: pl.DataFrame
    members: pl.DataFrame
    gaps: pl.DataFrame
    looked: int
    unmeasured: int
    dependency: float
    demo: bool = False
    today: date | None = None


def groups_of(
    found: Opportunities,
    *,
    only: str | None = None,
    skills: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
    method: dict[str, Any] | None = None,
    demo: bool = False,
) -> Grouping:
    """The groups possible for the needs of a potential that no supplier can take alone.

    Parameters
    ----------
    only
        Words of the subject: the needs that contain them all.
    skills
        The purchase families that a need asks together, by ``besoin_id`` (``asked`` reads them from a workbook), or one list for
        all the needs kept; by default the family of the need. They are a person's to say: the words of a subject do not tell.

    Raises
    ------
    Problem
        No need contains these words, or a family is unknown.
    """
    active = found.opportunities.filter(ACTIONABLE)
    kept = _chosen(active, only)
    measured = kept.filter(pl.col("famille").is_not_null() & pl.col("annuel").is_not_null() & (pl.col("annuel") > 0))
    wanted = _wanted(measured, skills)
    offers = _offers(found, measured, wanted, method)
    units = teams.units(measured.lazy(), wanted.lazy(), offers.lazy(), share=found.dependency)
    made = teams.groups(units, wanted.lazy(), offers.lazy(), share=found.dependency, method=method)
    gaps = _seated(_unsold(made.gaps, measured), found)
    held = together(made.groups, made.members, measured.select("besoin_id", acheteur="acheteur_libelle"), method=method)
    described = _described(units.collect(), measured, wanted, made.groups, gaps).join(
        held, on="besoin_id", how="left", maintain_order="left"
    )
    words = {True: "oui", False: "non"}
    described = described.with_columns(
        tient=pl.col("ensemble").replace_strict(words, return_dtype=pl.String),
        compare=pl.col("prouve").replace_strict(words, return_dtype=pl.String),
    )
    return Grouping(
        scope=found.scope,
        as_of=found.as_of,
        units=described,
        groups=made.groups,
        members=_reasoned(made.members, found.dependency, described),
        gaps=gaps,
        looked=kept.height,
        unmeasured=kept.height - measured.height,
        dependency=found.dependency,
        demo=demo,
        today=found.reader,
    )


def asked(book: Path | str) -> dict[str, list[str]]:
    """The skills written in the sheet « besoins » of a workbook of groups: ``besoin_id`` → families, every fault said at once.

    Raises
    ------
    Problem
        The workbook cannot be read, or a family is unknown.
    """
    rows = sheets.filled(book, "besoins", _BOOK, anchor="Compétences à réunir", written_by="spaser groupements")
    faults: list[str] = []
    read: dict[str, list[str]] = {}
    for row in rows:
        if not row["besoin_id"] or not row["competences"]:
            continue
        names = [part.strip() for part in row["competences"].replace("\n", ";").split(";") if part.strip()]
        read[row["besoin_id"]] = [code for name in names if (code := _family(name, f"ligne {row['ligne']}", faults))]
    if faults:
        raise Problem(
            f"La feuille « besoins » est à corriger dans {Path(book).name}",
            why=" ; ".join(faults[:12]),
            todo="Séparez les compétences par un point-virgule",
        )
    return read


def _chosen(active: pl.DataFrame, only: str | None) -> pl.DataFrame:
    if not only:
        return active
    words = fold(only).split()
    kept = active.filter(
        pl.Series([all(word in fold(text or "") for word in words) for text in active["objet"]], dtype=pl.Boolean)
    )
    if not kept.height:
        raise Problem(
            f"Aucun besoin actionnable ne contient « {only} »",
            why=f"{french.count(active.height, 'besoin')} regardés",
            todo="Donnez d'autres mots de l'objet",
        )
    return kept


def _wanted(needs: pl.DataFrame, skills: Mapping[str, Sequence[str]] | Sequence[str] | None) -> pl.DataFrame:
    """``besoin_id, famille``: the skills said by the person, else the family of the need."""
    faults: list[str] = []
    own = needs.select("besoin_id", "famille")
    if not skills:
        return own
    if not isinstance(skills, Mapping):
        codes = [code for name in skills if (code := _family(name, "compétence", faults))]
        said = own.select("besoin_id").join(
            pl.DataFrame({"famille": codes}, schema={"famille": pl.String}),
            how="cross",
            maintain_order="left_right",
        )
    else:
        rows = [
            (need, code) for need, names in skills.items() for name in names if (code := _family(name, need, faults))
        ]
        said = pl.DataFrame(rows, schema={"besoin_id": pl.String, "famille": pl.String}, orient="row")
    if faults:
        raise Problem("Compétence inconnue", why=" ; ".join(faults[:8]), todo="Une compétence est une famille d'achat")
    kept = said.join(own.select("besoin_id"), on="besoin_id", how="semi")
    return pl.concat([kept, own.join(kept, on="besoin_id", how="anti")]).unique(maintain_order=True)


def _family(name: str, where: str, faults: list[str]) -> str | None:
    """The code of a family said by its code or its label."""
    known = rules.families()
    for code, label in known.items():
        if fold(name) in (fold(code), fold(label)):
            return str(code)
    faults.append(
        f"{where} : « {name[:40]} » n'est pas une famille d'achat. {closest(name, list(known.values()))}".rstrip()
    )
    return None


def _offers(
    found: Opportunities, needs: pl.DataFrame, wanted: pl.DataFrame, method: dict[str, Any] | None
) -> pl.DataFrame:
    """Who within reach serves each skill of each need, its trade being sure: the rows that ``groups`` reads."""
    key = pl.concat_str("besoin_id", "famille", separator=_AND)
    asked_ = wanted.join(needs.drop("famille"), on="besoin_id", how="left", maintain_order="left").with_columns(
        besoin_id=key
    )
    spots = places(asked_.lazy()).collect(engine="in-memory")
    matched = potential.candidates(
        asked_.lazy(),
        spots.lazy(),
        found.supply.lazy(),
        radius=found.radius,
        dependency=found.dependency,
        method=method,
    )
    sure = matched.filter(pl.col("preste").fill_null(False) & pl.col("metier_connu").fill_null(False))
    parts = pl.col("besoin_id").str.split_exact(_AND, 1)
    return sure.with_columns(besoin_id=parts.struct.field("field_0"), famille=parts.struct.field("field_1")).collect(
        engine="in-memory"
    )


def _described(
    units: pl.DataFrame, needs: pl.DataFrame, wanted: pl.DataFrame, groups: pl.DataFrame, gaps: pl.DataFrame
) -> pl.DataFrame:
    """The needs concerned, those with a whole team first, then the nearest to one, those that the ESS hardly sells last."""
    labels = rules.families()
    named = wanted.with_columns(_libelle=pl.col("famille").replace_strict(labels, default=pl.col("famille")))
    skills = named.group_by("besoin_id", maintain_order=True).agg(competences=pl.col("_libelle").str.join(" ; "))
    counted = groups.group_by("besoin_id").agg(
        complets=pl.col("complet").sum().cast(pl.Int32),
        prenable=pl.col("prenable").max(),
        prouve=pl.col("prouve").sort_by("groupe").first(),
    )
    lacking = gaps.group_by("besoin_id", maintain_order=True).agg(
        manque=pl.col("chaise").str.join(" ; "),
        a_structurer=(pl.col("a_structurer") & (pl.col("manque") != "capacite")).any(),
        trop_grand=(pl.col("a_structurer") & (pl.col("manque") == "capacite")).any(),
        hors_metier=pl.col("hors_metier").any(),
    )
    kept = needs.select(
        "besoin_id",
        "acheteur_libelle",
        "objet",
        "famille_libelle",
        "lieu_libelle",
        "lots",
        "annuel",
        "lot_annuel",
        "credibles",
    )
    whole = (
        units.join(kept, on="besoin_id", how="left", maintain_order="left")
        .join(skills, on="besoin_id", how="left", maintain_order="left")
        .join(counted, on="besoin_id", how="left", maintain_order="left")
        .join(lacking, on="besoin_id", how="left", maintain_order="left")
        .with_columns(
            pl.col("complets").fill_null(0), pl.col("a_structurer", "trop_grand", "hors_metier").fill_null(False)
        )
        .sort(
            ~pl.col("hors_metier"),
            pl.col("complets") > 0,
            (pl.col("prenable") / pl.col("a_couvrir")).fill_null(0.0).clip(0.0, 1.0),
            "a_couvrir",
            "besoin_id",
            descending=[True, True, True, True, False],
        )
    )
    return whole.with_row_index("numero", offset=1).with_columns(
        unite_libelle=pl.col("unite").replace_strict({"lot": "le lot médian", "besoin": "le besoin entier"}),
        etat=pl.when(pl.col("complets") > 0)
        .then(pl.lit("groupement possible"))
        .when("hors_metier")
        .then(pl.lit(HARDLY))
        .when(pl.col("a_structurer"))
        .then(pl.lit("filière à structurer"))
        .when(pl.col("trop_grand"))
        .then(pl.lit("lot trop grand pour quatre"))
        .otherwise(pl.lit("rien de complet trouvé")),
    )


def _reasoned(members: pl.DataFrame, share: float, units: pl.DataFrame) -> pl.DataFrame:
    """The members with their role, why each is there, and the other needs where the same supplier is thought of."""
    labels = rules.families()
    numbers = dict(units.select("besoin_id", "numero").rows())
    seats = members.group_by("siren").agg(pl.col("besoin_id").unique())
    where = {siren: sorted(numbers[need] for need in needs) for siren, needs in seats.iter_rows()}
    told, roles = [], []
    for row in members.iter_rows(named=True):
        others = [n for n in where[row["siren"]] if n != numbers[row["besoin_id"]]]
        told.append(french.typeset(" ; ".join([_told(row, labels, share), *_elsewhere(others)])))
        roles.append(_role(row))
    hidden = pl.col("personne_physique").fill_null(False)
    return members.with_columns(
        pl.Series("role", roles, dtype=pl.String), pl.Series("raison", told, dtype=pl.String)
    ).with_columns(commune=pl.when(~hidden).then("commune"))


def _elsewhere(others: list[int]) -> list[str]:
    if not others:
        return []
    listed = french.listing([french.number(n) for n in others])
    return [
        f"proposé aussi {'au besoin' if len(others) == 1 else 'aux besoins'} {listed} : sa taille ne compte qu'une fois"
    ]


def _role(row: dict[str, Any]) -> str:
    lead = {True: "peut être mandataire", None: "mandataire possible, expérience à vérifier", False: "cotraitant"}
    return lead[row["peut_mandater"]]


def _told(row: dict[str, Any], labels: dict[str, str], share: float) -> str:
    alone = set((row["familles_seul"] or "").split(", "))
    brings = [
        labels.get(code, code) + (" (seul à l'apporter)" if code in alone else "")
        for code in (row["familles"] or "").split(", ")
        if code
    ]
    parts = [f"apporte {french.listing(brings)}" if brings else "n'apporte que sa taille"]
    if row["part_du_lot"] is not None:
        parts.append(
            f"peut en prendre {french.share(min(row['part_du_lot'], 1.0), 0)} sans passer {french.share(share, 0)} de son activité"
        )
    if row["distance_km"] is not None:
        parts.append(f"à {french.number(row['distance_km'])} km")
    won = [row["gagnes"], row["gagnes_ailleurs"]]
    if None not in won:
        parts.append(
            f"{french.count(sum(won), 'contrat public lu', none=True)}, {french.number(row['gagnes'])} de la famille"
            if sum(won)
            else "aucun contrat public lu"
        )
    if row["publics"]:
        parts.append("public ou statut : " + row["publics"].replace("ess", "ESS"))
    return " ; ".join(parts)


def _unsold(gaps: pl.DataFrame, needs: pl.DataFrame) -> pl.DataFrame:
    """The gaps with ``hors_metier``: nobody within reach has a skill that the ESS hardly sells (its family, or the need's own branch)."""
    families = rules.table("families.csv").filter(pl.col("offre_ess").is_in(_UNSOLD))["famille"].to_list()
    apart = needs.select("besoin_id", _famille="famille", _branche=unsaid_branch())
    own = (pl.col("_branche") & (pl.col("famille") == pl.col("_famille"))).fill_null(False)
    return (
        gaps.join(apart, on="besoin_id", how="left", maintain_order="left")
        .with_columns(
            hors_metier=pl.col("a_structurer")
            & (pl.col("manque") == "competence")
            & (pl.col("famille").is_in(families) | own),
            de_branche=own & ~pl.col("famille").is_in(families),
        )
        .drop("_famille", "_branche")
    )


def _seated(gaps: pl.DataFrame, found: Opportunities) -> pl.DataFrame:
    """The gaps with ``chaise``, what the empty chair is for, in words; for a skill, how many structures of the lists have it further away."""
    labels = rules.families()
    further = dict(found.supply.filter("metier").group_by("famille").agg(pl.col("siren").n_unique()).rows())
    told = []
    for row in gaps.iter_rows(named=True):
        what = {
            "competence": lambda r: f"compétence : {labels.get(r['famille'], r['famille'])}",
            "capacite": lambda r: f"taille : {french.euros_short(r['montant'])} par an de plus",
            "mandataire": lambda r: "mandataire : taille et expérience",
        }[row["manque"]](row)
        said = _NOBODY[row["manque"]]
        if row["hors_metier"]:
            own = "métier particulier de cette famille, que les listes ne disent pas"
            said = own if row["de_branche"] else "l'ESS y a peu ou pas d'offre"
        if row["manque"] == "competence":
            far = further.get(row["famille"], 0)
            known = f"{french.count(far, 'structure')} plus loin dans vos listes" if far else "personne dans vos listes"
            said = f"personne à portée, {known} : {said}" if far else f"{known} : {said}"
        told.append(french.typeset(what + (f" ({said})" if row["a_structurer"] else "")))
    return gaps.with_columns(pl.Series("chaise", told, dtype=pl.String))
