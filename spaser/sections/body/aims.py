"""What the buyer owes and aims at, and how it works; then what was not given."""

from __future__ import annotations

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Answer, Block, Callout, Column, Figure, Section, Sentence, TableBlock, table
from spaser.sections import goals, maturity, obligations_buyer
from spaser.sections.actions import LACKING
from spaser.sections.findings import Findings
from spaser.sections.map import old_lists, old_months
from spaser.sections.registry import BODY, Told, written
from spaser.sections.summary import opening
from spaser.sections.summary.known import facts

_DUTIES = (
    Column("libelle", "Obligation"),
    Column("depuis", "En vigueur le", "date"),
    Column("contrats", "Contrats qu'elle viserait", "entier"),
    Column("remplies", "Attendu constaté", "entier"),
    Column("non_constatees", "Sans l'attendu", "entier"),
    Column("inconnues", "Inconnu", "entier"),
)
_GOALS = (
    Column("titre", "Objectif"),
    Column("cible", "Cible"),
    Column("annee", "Échéance"),
    Column("derniere", "Dernière année"),
    Column("manque", "Il manque"),
    Column("etat", "État"),
)
_LACKS = (
    Column("quoi", "Ce qui manque"),
    Column("apport", "Ce que cela ajouterait"),
)
_CURRENT = "des statuts à jour : ceux de listes plus anciennes ont pu finir"
_STEPS, _PICTURES = 6, 2
_BESIDE = french.typeset(
    "Une cible nationale n'est pas celle de l'acheteur ; sa source et son degré de vérification sont dans les annexes du rapport."
)
_WOULD = "Les contrats que la règle viserait s'ils étaient lancés sous elle (seuils du jour de leur notification) : une consultation lancée avant sa date n'y est pas soumise."


@written("obligations")
def section_duties(findings: Findings) -> Told:
    """The duties that apply or will, and how ready the contracts are."""
    ready = findings.extras.get("preparation")
    if findings.extras.get("prive") is not None:
        return obligations_buyer.private_section(findings).blocks
    if ready is None or not ready.height:
        return None
    aimed = obligations_buyer.labelled(ready.filter(pl.col("groupe") == "vises", pl.col("contrats") > 0))
    seen = aimed.filter(pl.col("remplies") + pl.col("non_constatees") > 0)
    unseen = aimed.height - seen.height
    more = (
        f" {french.capital(french.count(unseen, 'autre obligation', feminine=True))} ne se {'voit' if unseen < 2 else 'voient'} pas dans les données : voir les annexes du rapport."
        if unseen
        else ""
    )
    note = french.typeset(" ".join((_WOULD, *_reserves(seen["obligation"].to_list()))) + more)
    shown = TableBlock("tab-devoirs", "Ce que la loi attend, et ce que l'on constate", seen, _DUTIES, note)
    caution = Callout(
        "Une préparation, pas un verdict",
        french.typeset(
            "Les données publiées ne montrent pas tout. Les textes, leurs dates et leur degré de vérification sont dans les annexes du rapport."
        ),
    )
    more_said = () if (doubt := _undecided(findings)) is None else (doubt,)
    own = (obligations_buyer.spaser_standing(findings), _own(findings))
    return opening.section(findings, "obligations", (caution, shown if seen.height else None, *own), more_said)


def _reserves(duties: list[str]) -> list[str]:
    """What the law leaves open for these duties: a first day to settle, contracts left out by an exclusion that no text confirms."""
    known = rules.toml("law.toml")["duties"]
    asked = [known[duty] for duty in duties]
    days = sorted({rule["doubt"] for rule in asked if "doubt" in rule})
    excluded = dict.fromkeys(
        one["label"] for rule in asked for one in rule.get("exclusions", []) if one["confidence"] == "a_confirmer"
    )
    open_ = [f"Un avis envoyé le {french.short_date(day)} reste à trancher." for day in days]
    return open_ + [f"Non compté, exclusion à confirmer : {label}." for label in excluded]


def _undecided(findings: Findings) -> Sentence | None:
    """The social duty is measured on no contract, and may aim at some: how many, and what keeps from telling."""
    known = facts(findings)
    unknown, causes = known["indecis"], known["indecis_causes"]
    if not isinstance(unknown, int):
        return None
    told = f"l'obligation de clause sociale n'est pas mesurée pour {french.count(unknown, 'contrat')} ({causes})"
    kind = " ; il reste à dire si l'acheteur est État, collectivité ou entité de réseau (seuils européens)"
    return Sentence(french.sentence(told + (kind if "type d'acheteur" in str(causes) else "")))


def _own(findings: Findings) -> TableBlock | None:
    """The buyer's own duties in their last year, those that may bind it; the SPASER has its own lines."""
    rows = findings.extras.get("obligations_acheteur")
    if rows is None:
        return None
    last = (
        rows.filter(
            pl.col("applicabilite").is_in(obligations_buyer.BINDS),
            ~pl.col("obligation").is_in(obligations_buyer.SPASER),
        )
        .sort("annee")
        .unique("obligation", keep="last", maintain_order=True)
    )
    if not last.height:
        return None
    shown = obligations_buyer.labelled(last).with_columns(obligations_buyer.state())
    columns = (
        Column("libelle", "Obligation de l'acheteur"),
        Column("annee", "Année"),
        Column("applicabilite", "Soumis"),
        Column("remplie", "Remplie", "oui_non"),
        Column("motif", "Pourquoi"),
    )
    return table("tab-devoirs-acheteur", "Les obligations de l'acheteur lui-même", shown, columns)


@written("objectifs")
def section_aims(findings: Findings) -> Told:
    """The targets voted and the national ones: where each stands; without any voted, the title says that they are the nation's."""
    rows = findings.extras["objectifs"]
    whole = goals.section_goals(findings)
    if whole is None:
        return None
    lacking = _lacking(findings)
    shown = goals.written_goals(rows, findings.day).with_columns(
        manque=pl.Series([lacking.get(rank, "") for rank in rows["rang"]], dtype=pl.String), nature=rows["nature"]
    )
    # What the law imposes stands among the duties.
    known = shown.filter(
        (pl.col("nature") == "voté") | ((pl.col("derniere") != "non renseigné") & (pl.col("nature") != goals.IMPOSED))
    )
    figures = [block for block in whole.blocks if isinstance(block, Figure)][:_PICTURES]
    more: list[Sentence] = [
        _reached(rows),
        *(goals.told(row, findings.day) for row in rows.filter(pl.col("nature") == "voté").to_dicts()),
    ]
    if (rows["nature"] == "voté").any():
        aims = TableBlock("tab-cibles", "Objectifs votés et cibles nationales", known, _GOALS, _BESIDE)
        return opening.section(findings, "objectifs", (*figures, aims if known.height else None), more)
    if not known.height:
        return None
    told = (Column("titre", "Cible nationale"), *(one for one in _GOALS if one.name not in ("titre", "manque")))
    marks = TableBlock("tab-cibles", "Les cibles nationales", known, told, _BESIDE)
    return Section(
        "objectifs",
        "Les cibles nationales",
        "Où est l'acheteur, à côté de ce que vise le pays ?",
        opening.section(findings, "objectifs", (marks,), more),
        BODY,
    )


def _reached(rows: pl.DataFrame) -> Sentence:
    """How many of the voted targets are reached in the last year measured."""
    voted = rows.filter(pl.col("nature") == "voté")
    if not voted.height:
        return Sentence(french.sentence("aucun objectif n'a été donné : les cibles nationales servent de repère"))
    met = voted.filter(pl.col("reponse") == "atteint").height
    each = french.count(voted.height, "objectif voté", none=False)
    if not met:
        return Sentence(
            french.sentence(
                f"aucun des {each} n'est encore atteint"
                if voted.height > 1
                else "l'objectif voté n'est pas encore atteint"
            )
        )
    return Sentence(
        french.sentence(f"{french.number(met)} sur {each} {'est atteint' if met == 1 else 'sont atteints'}")
    )


def _lacking(findings: Findings) -> dict[int, str]:
    rows = findings.extras.get("atteindre")
    return {
        row["objectif"]: (french.euros_short if row["unite"] == "valeur" else lambda n: french.count(n, "contrat"))(
            row["manque"]
        )
        for row in ([] if rows is None else rows.to_dicts())
        if row["manque"]
    }


@written("qualitatif")
def section_practices(findings: Findings) -> Told:
    """How the organisation works, and the first steps."""
    whole = maturity.section_maturity(findings)
    if whole is None:
        return None
    picture = next((block for block in whole.blocks if isinstance(block, Figure)), None)
    steps = next((block for block in whole.blocks if isinstance(block, TableBlock)), None)
    shown = (
        None if steps is None else TableBlock("tab-pas", "Les premiers pas", steps.frame.head(_STEPS), steps.columns)
    )
    more = [s for block in whole.blocks for s in getattr(block, "sentences", ())]
    said = findings.extras.get("entretiens_constats")
    quoted = None
    if said is not None and (told := said.filter(pl.col("citation").is_not_null())).height:
        quoted = TableBlock("tab-paroles", "Ce qui a été dit", told.head(_STEPS), maturity.SAID)
    return opening.section(findings, "qualitatif", (picture, shown, quoted), more)


@written("a-fournir")
def section_missing(findings: Findings) -> Told:
    """What was not given, and what it would bring."""
    given = findings.extras["manques"]["code"].to_list()
    lines = [(*LACKING[code][:2],) for code in given]
    if old_lists(findings)[0].height:
        lines.append((f"Des listes de fournisseurs de moins de {old_months()} mois", _CURRENT))
    if not lines:
        return None
    frame = pl.DataFrame([tuple(map(french.typeset, line)) for line in lines], schema=["quoi", "apport"], orient="row")
    missing = (
        "une chose n'a pas été fournie"
        if len(lines) == 1
        else f"{french.number(len(lines))} choses n'ont pas été fournies"
    )
    note = Answer(Sentence(french.sentence(f"{missing} : rien n'en est compté pour nul, ce qui en dépend est absent")))
    blocks: list[Block] = [note, table("tab-manques", "Ce qui manque", frame, _LACKS)]
    return tuple(blocks)
