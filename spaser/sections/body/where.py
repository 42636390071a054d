"""Where the buyer stands: what contracts declare, year by year, family by family, and what their texts say."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.deliverables.report import Block, Column, Figure, Paragraph, Sentence, TableBlock
from spaser.sections import declared, goals, texts
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.summary import opening
from spaser.sections.summary.known import SUBJECTS, aimed_at, always

_RATES = (
    Column("nom", "Considération"),
    Column("numerateur", "Oui", "entier"),
    Column("denominateur", "Sur", "entier"),
    Column("valeur", "Part", "part"),
    Column("bornes", "Part réelle possible"),
    Column("couverture", "Taux de réponse", "part"),
)
#: What makes a « considération » of each subject, with and without the criterion.
_KINDS = {
    ("consideration_sociale", True): "une clause, un critère ou une réservation",
    ("consideration_sociale", False): "une clause ou une réservation",
    ("consideration_environnementale", True): "une clause ou un critère",
    ("consideration_environnementale", False): "une clause",
}
#: What the share beside each gap is a share of.
_CHANCE = (
    "Probabilité que l'écart soit réel : justesse des mots trouvés, mesurée sur des textes étiquetés, réduite par choix du kit quand la preuve "
    "n'est que l'objet ou le titulaire."
)
_NAMES = {"social": "clause sociale", "environnement": "clause environnementale", "reserve": "marché réservé"}
_GAPS, _UNKNOWN = 8, "non connue"
#: Contracts under which the share of a year says nothing.
FEWEST = 10


@written("considerations")
def section_where(findings: Findings) -> Told:
    """What the contracts declare: the five considerations, with what is silent."""
    rows = findings.rows(*declared.CODES)
    if not rows.height:
        return None
    whole = declared.section_considerations(findings)
    picture = next((block for block in (whole.blocks if whole else ()) if isinstance(block, Figure)), None)
    nothing = not rows["numerateur"].sum()
    if nothing:
        picture = None
    # Answers that are all the same give no range, be they few or many: nothing tells a practice from a default of the software.
    same = (pl.col("numerateur") == 0) | (pl.col("numerateur") == pl.col("repondus"))
    bounds = [
        _UNKNOWN if alike or dict(always(findings, code)) else french.share_range(low, high)
        for code, low, high, alike in rows.select("indicateur", "bas", "haut", same.fill_null(True)).rows()
    ]
    shown = declared.named(rows).with_columns(bornes=pl.Series(bounds, dtype=pl.String))
    measures = tuple(m for code in declared.CODES if (m := findings.one(code)))
    basis = f"aucune des cinq considérations n'est déclarée{_answering(rows)} ; " if nothing else ""
    basis += f"mesuré sur {french.count(findings.counted.height, 'contrat')} : {findings.population_label}"
    shown_table = TableBlock("tab-situation", "Ce que déclarent les contrats", shown, _RATES)
    return opening.section(
        findings,
        "considerations",
        (declared.never_changing(findings), picture, None if nothing else shown_table),
        (Sentence(french.sentence(basis), measures), *([] if nothing else bases(findings))),
    )


def bases(findings: Findings) -> list[Sentence]:
    """What each share held against a target counts, beside the table that counts another year or other contracts: two shares that
    are near are never left without saying why they differ."""
    told = []
    for subject, (code, goals_of) in SUBJECTS.items():
        row, whole = aimed_at(findings, goals_of), findings.one(code)
        if row is None or whole is None or whole.valeur is None or not row["denominateur"]:
            continue
        if row["unite"] == "nombre" and (row["numerateur"], row["denominateur"]) == (
            whole.numerateur,
            whole.denominateur,
        ):
            continue
        kind = _KINDS.get((row["indicateur"], "non compté" not in (row["definition"] or "")))
        what = f" avec {kind}" if kind else ""
        mine = f"{goals.written_value(row['derniere'], row)} : {goals.plain(row['numerateur'], row)}{what} sur {goals.counted(row['denominateur'], row)}"
        table = f"{french.number(whole.numerateur or 0)} sur {french.number(whole.denominateur or 0)}, toutes années"
        told.append(
            Sentence(
                french.sentence(
                    f"{mine} de {row['annee_derniere']} ; {french.share(whole.valeur)} dans le tableau : {_NAMES[subject]}, {table}"
                )
            )
        )
    return told


def _answering(rows: pl.DataFrame) -> str:
    """How far the five answer, where a table of zeros would say it five times."""
    low, *_, high = sorted(rows["repondus"].to_list())
    told = french.number(low) if low == high else f"de {french.number(low)} à {french.number(high)}"
    return f" ({told} réponses sur {french.number(rows['denominateur'][0])} contrats)"


@written("annees")
def section_progress(findings: Findings) -> Told:
    """Year by year; nothing to say when fewer than two complete years have enough contracts."""
    whole = declared.section_years(findings)
    rows = findings.rows("clause_sociale", dimension="annee").filter(pl.col("modalite").str.contains(r"^\d{4}$"))
    closed = declared.complete_years(findings, set(rows["modalite"]))
    enough = rows.filter(pl.col("denominateur") >= FEWEST, pl.col("modalite").is_in(sorted(closed)))
    if whole is None or enough.height < 2:
        return None
    return _answered(findings, "annees", whole.blocks, "Trop peu d'années complètes pour dire si la part progresse")


@written("familles")
def section_by_family(findings: Findings) -> Told:
    """Where clauses are, and where they lack."""
    whole = declared.section_families(findings)
    families = findings.rows("clause_sociale", dimension="famille")
    if whole is None or not families.filter(pl.col("denominateur") >= FEWEST).height:
        return None
    every = findings.rows("clause_sociale", "clause_environnementale", dimension="famille")
    shown = whole.blocks if every["numerateur"].sum() else _without_pictures(whole.blocks)
    return _answered(findings, "familles", shown, "Trop peu de contrats par famille pour dire où les clauses manquent")


def _without_pictures(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """A picture of zeros shows nothing."""
    return tuple(block for block in blocks if not isinstance(block, Figure))


@written("ecrit")
def section_written(findings: Findings) -> Told:
    """What texts say beside what is declared."""
    whole = texts.section_texts(findings)
    if whole is None:
        return None
    tables = [block for block in whole.blocks if isinstance(block, TableBlock) and block.id == "tab-sous-declaration"]
    return opening.section(findings, "ecrit", [_short(block) for block in tables])


def _answered(findings: Findings, key: str, blocks: tuple[Block, ...], default: str) -> tuple[Block, ...]:
    """The first sentence as the answer, then the picture and the others."""
    said = [s for block in blocks if isinstance(block, Paragraph) for s in block.sentences]
    rest = [block for block in blocks if not isinstance(block, Paragraph)]
    return opening.section(findings, key, rest, said or (Sentence(french.sentence(default)),))


def _short(block: TableBlock) -> TableBlock:
    """The surest lines, one for each passage found, without identifiers: the annex has the whole."""
    kept = tuple(column for column in block.columns if column.unit != "identifiant")
    rows = block.frame.unique(["consideration", "preuve"], keep="first", maintain_order=True).head(_GAPS)
    more = block.frame.height > rows.height
    note = "Les plus sûrs, un exemple par passage trouvé ; tous sont dans les annexes du rapport. " if more else ""
    note = french.typeset(note + _CHANCE)
    return TableBlock("tab-ecrit", block.caption, rows, kept, note)
