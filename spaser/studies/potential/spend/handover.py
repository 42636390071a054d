"""From the potential of a ledger to what is handed over: page, workbook, mapping to correct, lines, words on the terminal."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser import french
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import MASK, Report, masked
from spaser.problems import Problem
from spaser.rules import table as reference
from spaser.sections.findings import Findings
from spaser.sections.potential import POTENTIAL, annexes
from spaser.sections.spend import ORIGINS, annexes_spend, section_spend
from spaser.sources.ledgers.nomenclatures import read_nomenclature
from spaser.studies.potential import handover as opportunities_handover
from spaser.studies.potential.spend.compose import SpendOpportunities
from spaser.studies.suppliers import handover as purchases_handover
from spaser.studies.suppliers.decisions import families_to_decide, to_decide
from spaser.vocabulary.sentences import DEMO_SPEND_NOTE

PROPOSED, COMPLETED = "nomenclature.csv", "nomenclature_completee.csv"
_LINES = (
    "fichier",
    "feuille",
    "ligne",
    "exercice",
    "fournisseur",
    "siren",
    "montant",
    "perimetre",
    "code_achat",
    "code_libelle",
    "compte",
    "libelle",
    "famille",
    "famille_libelle",
    "famille_origine",
    "famille_confiance",
    "titulaire_ess",
    "titulaire_inclusif",
)


def findings(result: SpendOpportunities) -> Findings:
    """The finished tables, as the sections read them; natural persons are masked here."""
    known = purchases_handover.findings(result.ledger)
    tables = {
        "depenses_comptes": result.account,
        "depenses_origines": origins(result.lines),
        "depenses_familles": families(result),
        "sans_famille": nameless(result.lines),
        "nomenclature": _spelled(result.nomenclature),
        "a_decider": pl.concat([to_decide(result.ledger), families_to_decide(result.nomenclature)]),
        "depenses_textes": pl.DataFrame({"texte": told(result)}),
    }
    extras = result.found.extras() | tables
    return Findings(
        measures=known.measures,
        contracts=pl.DataFrame(),
        as_of=result.found.as_of,
        today=result.found.today,
        buyer=result.found.scope,
        rejects=known.rejects,
        sources=known.sources,
        population="fournisseurs",
        demo=known.demo,
        extras=extras,
        definition="achats",
    )


def report(result: SpendOpportunities) -> Report:
    """The one report of the potential of a ledger."""
    found, ready = result.found, findings(result)
    reach = f"rayon choisi : {found.radius:g} km" if found.radius else "rayon usuel de chaque famille"
    subtitle = f"d'après le fichier {result.ledger.name} ; {reach}, dépendance d'un fournisseur limitée à {french.share(found.dependency, 0)}"
    return model.build(
        "Potentiel d'achat auprès de l'ESS",
        buyer=found.scope,
        as_of=found.as_of,
        today=result.ledger.today,
        subtitle=french.typeset(subtitle),
        sections=[section_spend(ready), *(write(ready) for write in POTENTIAL)],
        sources=ready.sources,
        notes=(DEMO_SPEND_NOTE,) if ready.demo else (),
        annexes=(*annexes(ready), *annexes_spend(ready)),
    )


@files.together
def write(result: SpendOpportunities, folder: Path | str, nomenclature: Path | str | None = None) -> list[Path]:
    """Write potentiel.html, potentiel.xlsx, besoins.csv, lignes.csv, and the mapping to correct.

    Parameters
    ----------
    nomenclature
        Where the mapping is asked for: written there when nothing was read. A mapping that was read is never written over;
        codes it lacked are added in a copy, nomenclature_completee.csv.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    whole = report(result)
    needs = masked(result.found.opportunities)
    written = [
        *delivery.write(whole, target, "potentiel", "html", "xlsx"),
        files.deliver(target / "besoins.csv", files.officers_csv(needs)),
        files.deliver(
            target / "lignes.csv",
            files.officers_csv(hidden(result.lines).select(name for name in _LINES if name in result.lines.columns)),
        ),
    ]
    if result.nomenclature.height and (not result.read or result.added):
        place = target / COMPLETED if result.read else Path(nomenclature) if nomenclature else target / PROPOSED
        place = target / COMPLETED if filled(place) else place
        written.append(files.deliver(place, files.officers_csv(_sheet(result.nomenclature))))
    return written


def filled(path: Path) -> bool:
    """Someone has already chosen families in this file (or typed what cannot be read): it is never written over."""
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        return bool(read_nomenclature(path)["famille_retenue"].count())
    except Problem:
        return True


def told(result: SpendOpportunities) -> list[str]:
    """What must be said of the year, the families and the mapping, from the tables."""
    years = result.years
    listed = french.listing(str(year) for year in years["annee"]) if years.height else "aucun exercice lisible"
    partial = years.filter(~pl.col("entiere")).select("annee", "mois").rows()
    cut = f", {french.listing(f'{year} pour {months} mois' for year, months in partial)}" if partial else ""
    said = [
        f"exercices couverts : {listed}{cut} ; les montants par an sont ceux du fichier divisés par {french.number(result.length, 0 if result.length % 1 == 0 else 2)}, jamais multipliés"
    ]
    said.append(
        f"lieu des achats : {result.place}"
        if result.place
        else "aucun lieu connu pour les achats : seuls les fournisseurs de portée nationale sont comptés (le lieu de l'acheteur reste à dire)"
    )
    kind = (
        "les comptes du fichier, faute de nomenclature d'achat,"
        if result.by_account
        else "les codes de votre nomenclature"
    )
    n = result.nomenclature.height
    if n and not result.read:
        said.append(
            f"{kind} ({french.number(n)}) ont reçu une famille proposée, à corriger dans le tableau de la nomenclature : seul ce qui y sera retenu sera sûr"
        )
    if result.read:
        kept = result.nomenclature["famille_retenue"].count()
        said.append(
            f"la correspondance donnée retient une famille pour {french.count(kept, 'code')} sur {french.number(n)}"
        )
    if result.added:
        said.append(
            f"{french.count(result.added, 'code')} du fichier absents de la correspondance : ajoutés dans {COMPLETED}"
        )
    if result.unknown:
        shown = french.listing(f"« {code} »" for code in result.unknown[:5]) + (" …" if len(result.unknown) > 5 else "")
        said.append(f"codes de la correspondance absents des dépenses : {shown}")
    negative = [
        row["famille_libelle"]
        for row in result.account.filter((pl.col("poste") == "famille") & (pl.col("montant") <= 0)).to_dicts()
    ]
    if negative:
        said.append(f"les avoirs dépassent les achats, donc pas de besoin : {french.listing(negative)}")
    return said


def summary(result: SpendOpportunities) -> str:
    """What the terminal says: the account of the file, what must be known, then the potential as for contracts."""
    posts = result.account.group_by("poste_libelle", maintain_order=True).agg(pl.col("lignes", "montant").sum()).rows()
    total, lines = result.account["montant"].sum(), result.account["lignes"].sum()
    said = [f"{result.ledger.name}, arrêté au {french.long_date(result.found.as_of)}", ""]
    said += [
        f"  {name:<46} {french.euros(cents):>20}  {french.number(n):>7} {french.plural('ligne', n)}"
        for name, n, cents in [*posts, ("Total du fichier", lines, total)]
    ]
    said += ["", *(french.sentence(text) for text in told(result)), ""]
    return "\n".join([*said, opportunities_handover.summary(result.found)])


def origins(lines: pl.DataFrame) -> pl.DataFrame:
    """Purchases by what gave their family, in the order of trust: ``origine, lignes, montant, part, confiance``."""
    bought = lines.filter(pl.col("perimetre") == "achat").with_columns(pl.col("famille_origine").fill_null("aucune"))
    size = pl.col("montant").abs()
    rows = bought.group_by("famille_origine").agg(
        lignes=pl.len().cast(pl.Int64),
        montant=pl.col("montant").sum(),
        confiance=(
            size.filter(pl.col("famille_confiance").is_not_null()) * pl.col("famille_confiance").drop_nulls()
        ).sum()
        / size.sum().clip(1, None),
    )
    rank = pl.col("famille_origine").replace_strict(
        {name: rank for rank, name in enumerate(ORIGINS)}, return_dtype=pl.Int8
    )
    ordered = rows.sort(rank).with_columns(
        origine=pl.col("famille_origine").replace_strict(ORIGINS),
        part=pl.col("montant") / pl.col("montant").sum(),
        confiance=pl.when(pl.col("famille_origine") != "aucune").then("confiance"),
    )
    return ordered.drop("famille_origine")


def families(result: SpendOpportunities) -> pl.DataFrame:
    """Per family, the amount of the file parted by what is known of who was paid, and its year."""
    mine = pl.col("titulaire_ess") | pl.col("titulaire_inclusif")
    bought = result.lines.filter((pl.col("perimetre") == "achat") & pl.col("famille").is_not_null())
    size = pl.col("montant").abs()
    rows = bought.group_by("famille", "famille_libelle").agg(
        lignes=pl.len().cast(pl.Int64),
        montant=pl.col("montant").sum(),
        ess=pl.col("montant").filter(mine).sum(),
        autres=pl.col("montant").filter(~mine).sum(),
        inconnu=pl.col("montant").filter(mine.is_null()).sum(),
        confiance=(size * pl.col("famille_confiance")).sum() / size.sum().clip(1, None),
    )
    yearly = result.found.needs.select("famille", "annuel")
    return (
        rows.join(yearly, on="famille", how="left", maintain_order="left")
        .with_columns(pl.col("annuel").fill_null(0))
        .sort("montant", "famille", descending=[True, False])
    )


def nameless(lines: pl.DataFrame) -> pl.DataFrame:
    """Purchases without family, by supplier and code, natural persons masked: the largest first."""
    rows = hidden(lines.filter((pl.col("perimetre") == "achat") & pl.col("famille").is_null()))
    return (
        rows.group_by("fournisseur", "code_achat")
        .agg(
            pl.col("libelle").drop_nulls().sort().first(),
            lignes=pl.len().cast(pl.Int64),
            montant=pl.col("montant").sum(),
        )
        .sort("montant", "fournisseur", "code_achat", descending=[True, False, False], nulls_last=True)
    )


def hidden(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with natural persons masked, their label too: it often says who."""
    person = pl.col("personne_physique").fill_null(False) | pl.col("personne").fill_null(False)
    rows = lines.with_columns(personne_physique=person)
    return masked(rows.with_columns(libelle=pl.when(person).then(pl.lit(MASK)).otherwise("libelle")))


def _spelled(nomenclature: pl.DataFrame) -> pl.DataFrame:
    """The mapping with families by their names, and where each proposal comes from when no one commented."""
    names = reference("families.csv")
    where = {"libelle": "d'après le libellé", "lignes": "d'après les fournisseurs payés et les lignes"}
    spelled = [
        pl.col(name).replace_strict(names["famille"], names["libelle"], default=None)
        for name in ("famille_proposee", "famille_retenue")
    ]
    said = pl.coalesce("commentaire", pl.col("proposition").replace_strict(where, default=None, return_dtype=pl.String))
    return nomenclature.with_columns(*spelled, commentaire=said)


def _sheet(nomenclature: pl.DataFrame) -> pl.DataFrame:
    """The mapping as a person fills it in."""
    return _spelled(nomenclature).select(
        pl.col("code_achat").alias("code"),
        pl.col("code_libelle").alias("libellé"),
        pl.col("montant"),
        pl.col("famille_proposee").alias("famille proposée"),
        pl.col("famille_confiance").round(2).alias("confiance"),
        pl.col("famille_retenue").alias("famille retenue"),
        pl.col("commentaire"),
    )
