"""What purchases make people do: work bought, hours required, hours done, the part that stays near; each beside the others, never added."""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french
from spaser.deliverables.report import Answer, Block, Callout, Column, Paragraph, Section, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.registry import written

BOUNDS = ("bas", "milieu", "haut")
_TOTALS = (
    Column("type", "Structures (unité)"),
    Column("exercice", "Année", "texte"),
    Column("fournisseurs", "Fournisseurs", "entier"),
    Column("montant", "Achats (comme écrits)", "somme"),
    Column("part_mesuree", "Part mesurée", "part"),
    Column("porte", "Travail porté"),
    Column("finance", "Part financée par l'achat"),
    Column("heures", "Heures"),
    Column("note", "Qualité du facteur"),
    Column("motifs", "Non mesuré parce que"),
)
#: The columns of the page; the whole table is an annex.
_BRIEF = ("type", "exercice", "montant", "porte", "finance", "heures")
_REQUIRED = (
    Column("uid", "Marché", "identifiant"),
    Column("lot", "Lot"),
    Column("origine", "Heures"),
    Column("exigees", "Heures exigées"),
    Column("personnes", "Personnes (ordre de grandeur)"),
    Column("note", "Qualité"),
    Column("motif", "Non mesuré parce que"),
)
_DONE = (
    Column("uid", "Marché", "identifiant"),
    Column("exercice", "Année", "texte"),
    Column("heures_exigees", "Heures exigées", "valeur"),
    Column("heures_faites", "Heures faites", "valeur"),
    Column("part_faite", "Faites sur exigées", "part"),
    Column("personnes", "Personnes", "entier"),
    Column("source", "D'après"),
)
_PLACES = (
    Column("niveau", "Le fournisseur est établi dans"),
    Column("montant", "Achats", "somme"),
    Column("part", "Part", "part"),
    Column("part_connue", "Part des lieux connus", "part"),
)
_CAUTION = (
    "Ces chiffres sont bruts : une partie de ces heures aurait eu lieu sans cet achat ; elle n'est pas mesurée. Les heures achetées à une structure "
    "d'insertion et les heures d'une clause sont souvent les mêmes : elles ne s'ajoutent jamais, pas plus que les heures exigées et les heures faites, "
    "ni le travail porté et la part financée. L'achat ne paie pas seul l'emploi : la part financée est la mesure à publier."
)


_RECALLED = " « De mémoire » : aucune source lue ne donne ce facteur (emplois, ou heures d'un emploi à temps plein) ; chiffre de travail, à ne pas publier."


def interval(row: dict[str, Any], name: str, unit: str = "") -> str:
    """« 2,3 à 3,0 (milieu 2,6) » with two significant digits; nothing when it is not measured."""
    values = [value for bound in BOUNDS if (value := row.get(f"{name}_{bound}")) is not None]
    if len(values) < len(BOUNDS):
        return ""
    low, middle, high = (_two(value) for value in values)
    told = low if low == high else f"{low} à {high} (milieu {middle})"
    return french.typeset(f"{told} {unit}".strip())


def section_impact(tables: dict[str, pl.DataFrame]) -> Section | None:
    """The section, from ``impact_totaux``, ``impact_exigees``, ``impact_faites``, ``impact_lieux``, ``impact_oeth`` (those that are there)."""
    blocks: list[Block] = [
        *_bought(tables.get("impact_totaux")),
        *_required(tables.get("impact_exigees")),
        *_done(tables.get("impact_faites")),
    ]
    blocks += [*_places(tables.get("impact_lieux")), *_oeth(tables.get("impact_oeth"))]
    if not blocks:
        return None
    if not isinstance(blocks[0], Answer):
        blocks.insert(0, Answer(Sentence(french.sentence(_measured(0, 0, "")))))
    blocks.append(Callout("Ce que ces chiffres ne disent pas", french.typeset(_CAUTION), "attention"))
    blocks += (
        [Callout("Jamais mesuré ici", french.sentence(" ; ".join(tables["impact_refus"]["texte"])))]
        if "impact_refus" in tables
        else []
    )
    return Section(
        "impact",
        "L'impact des achats",
        "Que font travailler nos achats, et qu'est-ce qui reste à côté de nous ?",
        tuple(blocks),
    )


@written("impact")
def section_work(findings: Findings) -> tuple[Block, ...] | None:
    """The same section in the whole diagnostic, from its tables in ``extras``."""
    section = section_impact(dict(findings.extras))
    return section.blocks if section else None


def annexes(tables: dict[str, pl.DataFrame]) -> list[TableBlock | None]:
    """The full tables for the workbook."""
    rows, factors = tables.get("impact_lignes"), tables.get("impact_facteurs")
    by_family, totals = tables.get("impact_familles"), tables.get("impact_totaux")
    kept = [
        name for name in (rows.columns if rows is not None else []) if name not in ("base_heures", "personne_physique")
    ]
    return [
        table(
            "impact par fournisseur",
            "Travail acheté, par fournisseur et par famille",
            rows,
            [_column(name) for name in kept],
        )
        if rows is not None
        else None,
        table(
            "impact par type",
            "Travail acheté, par type de structure et par année",
            _told(totals, porte="etp", finance="finance", heures="heures"),
            _TOTALS,
        )
        if totals is not None
        else None,
        table(
            "impact par famille",
            "Travail acheté, par type de structure et par famille d'achat",
            _told(by_family, porte="etp", finance="finance", heures="heures"),
            (Column("famille", "Famille d'achat"), *(column for column in _TOTALS if column.name != "exercice")),
        )
        if by_family is not None
        else None,
        table(
            "facteurs",
            "Facteurs d'impact, leurs sources et leur qualité",
            factors,
            [Column(n, n.capitalize()) for n in factors.columns],
        )
        if factors is not None
        else None,
    ]


def _bought(rows: pl.DataFrame | None) -> list[Block]:
    if rows is None or not rows.height:
        return []
    shown = _told(rows, units=False, porte="etp", finance="finance", heures="heures").with_columns(
        type=pl.format("{} ({})", pl.col("type").fill_null("type inconnu"), pl.col("unite").fill_null("sans unité"))
    )
    whole = int((rows["montant"] - rows["montant_avoirs"]).sum())
    # What the answer says was measured is what it tells: what rests on a factor from memory is told apart.
    unsourced = _unsourced(rows)
    measured = int(rows["montant_mesure"].sum() - unsourced["montant_mesure"].sum())
    credit = -int(rows["montant_avoirs"].sum())
    note = "Deux chiffres significatifs. Les bornes s'ajoutent à l'intérieur d'un type ; les types ne s'ajoutent pas : leurs unités diffèrent."
    note += " Les factures d'une structure donnent ses heures : elles remplacent toujours le facteur. Part mesurée, qualité des facteurs et bornes : dans le classeur."
    seen = shown.filter(pl.col("montant_mesure") > 0)
    note += (
        _RECALLED
        if seen.filter(pl.any_horizontal(pl.col("porte", "finance", "heures").str.contains("mémoire"))).height
        else ""
    )
    columns = tuple(column for column in _TOTALS if column.name in _BRIEF)
    more = [
        Sentence(
            french.sentence(f"sans {french.euros_short(credit)} d'avoirs, qu'aucun achat de leur fournisseur ne couvre")
        )
    ]
    more = [*(more if credit else []), *_unmeasured(rows), *_from_memory(rows)]
    told = _measured(measured, whole, _years(rows), recalled=unsourced.height > 0)
    answer = " ; ".join(part for part in (financed(rows), told) if part)
    return [
        Answer(Sentence(french.sentence(answer))),
        *([Paragraph(tuple(more))] if more else []),
        *(
            [
                table(
                    "tab-impact-achete",
                    "Travail acheté à des structures inclusives",
                    seen,
                    columns,
                    french.typeset(note),
                )
            ]
            if seen.height
            else []
        ),
    ]


def financed(rows: pl.DataFrame) -> str:
    """The work that the purchases of the last year pay, kind by kind, as far as it may be published."""
    last = rows["exercice"].drop_nulls().max()
    told = [
        f"{french.typeset(paid)} {row['unite']} ({row['type']})"
        for row in rows.filter(pl.col("exercice") == last, pl.col("publiable").fill_null(False)).to_dicts()
        if (paid := interval(row, "finance"))
    ]
    return f"les achats de {last!s} financent {french.listing(told)}" if told else ""


def _years(rows: pl.DataFrame) -> str:
    """The years that the ledger adds up: the work is told of the last one alone, what is measured of all."""
    years = [str(year) for year in rows["exercice"].drop_nulls().unique().sort()]
    return f" en {french.listing(years)}" if years else ""


def _measured(measured: int, whole: int, years: str, *, recalled: bool = False) -> str:
    """How much of what is bought from inclusive structures tells work, in the years added up."""
    if whole <= 0:
        return f"rien n'est acheté à des structures inclusives{years}, d'après les listes données"
    bought = f"{french.euros_short(whole)} achetés à des structures inclusives{years}"
    if not measured and recalled:
        return f"rien de publiable n'est mesuré des {bought}"
    if not measured:
        return f"le travail acheté n'est pas mesuré : rien ne dit les heures ni les emplois des {bought}"
    return f"{french.euros_short(measured)} mesurés sur {bought}, soit {french.share(measured / whole)}"


def _unmeasured(rows: pl.DataFrame) -> tuple[Sentence, ...]:
    """What is bought and not measured at all, by type of structure, with the reason."""
    silent = rows.filter((pl.col("montant_mesure") == 0) & (pl.col("montant") > 0))
    by_reason = (
        silent.group_by("motifs")
        .agg(
            pl.col("type")
            .drop_nulls()
            .unique()
            .sort()
            .str.replace_all(", ", " ou ", literal=True)
            .str.join(" ; ")
            .alias("types"),
            pl.col("montant").sum(),
        )
        .sort("montant", "motifs", descending=[True, False])
    )
    return tuple(
        Sentence(
            french.sentence(f"{french.euros_short(amount)} ({types or 'type inconnu'}) ne sont pas mesurés ; {why}")
        )
        for why, types, amount in by_reason.rows()
    )


def _unsourced(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows whose factor no source read gives."""
    return rows.filter((pl.col("montant_mesure") > 0) & ~pl.col("publiable").fill_null(False))


def _from_memory(rows: pl.DataFrame) -> tuple[Sentence, ...]:
    """What rests on a factor that no source read gives: a working figure, never one to publish."""
    told = _unsourced(rows)
    types = told["type"].drop_nulls().unique().sort().to_list()
    if not types:
        return ()
    amount = french.euros_short(int(told["montant_mesure"].sum()))
    text = f"{amount} de plus ({french.listing(types)}) : le facteur est de mémoire, rien n'en est à publier"
    return (Sentence(french.sentence(text)),)


def _told(rows: pl.DataFrame, *, units: bool = True, **names: str) -> pl.DataFrame:
    """The intervals as they are read, with the unit of each row (``units``), and what rests on a factor from memory marked."""
    written = []
    for row in rows.to_dicts():
        own = {"porte": row.get("unite") or "", "finance": row.get("unite") or "", "heures": "h", "exigees": "h"}
        told = {new: interval(row, old, own.get(new, "") if units else "") for new, old in names.items()}
        written.append({new: text and text + recalled(row, hours=new == "heures") for new, text in told.items()})
    frame = pl.DataFrame(written, schema=dict.fromkeys(names, pl.String))
    return pl.concat([rows.drop(list(names), strict=False), frame], how="horizontal")


def recalled(row: dict[str, Any], *, hours: bool = False) -> str:
    """« , de mémoire » where no source read gives the factor of an interval, its hours or its work; nothing elsewhere."""
    notes = [row.get("note"), row.get("note_heures") if hours else None]
    return ", de mémoire" if any("mémoire" in (note or "") for note in notes) else ""


def _required(rows: pl.DataFrame | None) -> list[Block]:
    if rows is None or not rows.height:
        return []
    shown = _told(rows, exigees="heures", personnes="personnes")
    written = rows.filter(pl.col("origine") == "écrites")
    theory, silent = rows.filter(pl.col("origine") == "théoriques"), rows.filter(pl.col("motif").is_not_null())
    parts = (
        [
            f"{french.number(written['heures_milieu'].sum())} heures écrites dans {french.count(written.height, 'marché')}"
        ]
        if written.height
        else []
    )
    if theory.height:
        low, high = (_two(float(theory[f"heures_{bound}"].sum())) for bound in ("bas", "haut"))
        parts.append(
            f"de {low} à {high} heures théoriques (calculées, non écrites) dans {french.count(theory.height, 'marché')}, à ne pas y ajouter"
        )
    if silent.height:
        parts.append(f"{french.count(silent.height, 'clause')} dont les heures ne sont pas mesurées")
    return [
        Paragraph((Sentence(french.sentence(" ; ".join(parts))),)),
        table("tab-impact-exigees", "Heures exigées par les clauses", shown, _REQUIRED),
    ]


def _done(rows: pl.DataFrame | None) -> list[Block]:
    if rows is None or not rows["heures_faites"].count():
        return []
    known = rows.filter(pl.col("part_faite").is_not_null())
    told = (
        f"{french.count(int(rows['heures_faites'].sum()), 'heure faite', none=False)}, d'après ceux qui les ont suivies"
    )
    if known.height:
        part = float(known["heures_faites"].sum()) / float(known["heures_exigees"].sum())
        told += f" ; là où les deux sont connues, {french.share(part)} des heures exigées"
    return [Paragraph((Sentence(french.sentence(told)),)), table("tab-impact-faites", "Heures faites", rows, _DONE)]


def _places(rows: pl.DataFrame | None) -> list[Block]:
    if rows is None or not rows.height:
        return []
    note = "Lieu de l'établissement payé, non du travail ni de l'emploi. Chaque euro est compté une fois, au niveau le plus proche."
    return [table("tab-impact-lieux", "Où sont établis les fournisseurs payés", rows, _PLACES, french.typeset(note))]


def _oeth(rows: pl.DataFrame | None) -> list[Block]:
    if rows is None or not rows.height:
        return []
    row = rows.row(0, named=True)
    told = (
        f"Contribution pour l'emploi de personnes handicapées : {french.euros(row['deduit'], 0)} déduits"
        if row["deduit"] is not None
        else "Déduction OETH : non mesurée"
    )
    why = (
        f" (30 % de {french.euros(row['main_oeuvre'], 0)} de main-d'œuvre attestée, plafond {french.euros(row['plafond'], 0)})"
        if row["deduit"] is not None
        else ""
    )
    return [
        Callout(
            "Une économie, pas un impact",
            french.typeset(
                f"{told}{why}. D'après les attestations annuelles des fournisseurs, jamais d'après les factures ; "
                "pour un employeur public, à confirmer."
            ),
        )
    ]


def _two(value: float) -> str:
    """Two significant digits in French: « 4 100 », « 2,6 », « 0,35 »."""
    rounded = french.significant(value)
    digits = 0 if abs(rounded) >= 10 or rounded == 0 else 1 if abs(rounded) >= 1 else 2
    return french.number(rounded, digits)


def _column(name: str) -> Column:
    labels = {
        "siren": "SIREN",
        "siret": "SIRET",
        "type": "Type",
        "inclusif_regle": "Connu par",
        "exercice": "Année",
        "famille": "Famille d'achat",
        "fournisseur": "Fournisseur",
        "montant": "Achats (comme écrits)",
        "unite": "Unité",
        "note": "Qualité (travail)",
        "note_heures": "Qualité (heures)",
        "publiable": "Publiable",
        "motif": "Non mesuré parce que",
    }
    what = {"montant": "Achats HT (euros)", "etp": "Travail porté", "heures": "Heures", "finance": "Part financée"}
    unit = (
        "somme"
        if name == "montant"
        else "oui_non"
        if name == "publiable"
        else "identifiant"
        if name in ("siren", "siret")
        else "texte"
    )
    for stem, label in what.items():
        if name.startswith(f"{stem}_"):
            return Column(name, f"{label}, {name.removeprefix(f'{stem}_')}", "valeur")
    return Column(name, labels.get(name, name), unit)
