"""From an analysis of suppliers to what is handed over: page, workbook, tables to answer and reuse, words on the terminal."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import polars as pl

from spaser import french, linkage
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import MASK, Report, Source, masked
from spaser.guards import leftovers
from spaser.sections.findings import Findings
from spaser.sections.purchases.account import POSTS, printed_gap
from spaser.sections.purchases.paid import PURCHASES
from spaser.sections.purchases.sheets import annexes
from spaser.sources import filled
from spaser.sources.ledgers import write_mapping
from spaser.studies.suppliers import tables as purchases_tables
from spaser.studies.suppliers.compose import EQUAL, SupplierDiagnostic
from spaser.studies.suppliers.decisions import to_decide
from spaser.suppliers import spending
from spaser.vocabulary import SPEND, STATUS
from spaser.vocabulary.sentences import DEMO_SPEND_NOTE
from spaser.vocabulary.spoken import VALUES

BY_UNIT = (
    "le fichier ne donne que des SIREN : la réponse est celle de l'unité légale ; « inclusif » veut dire qu'un au moins de ses établissements l'est, "
    "pas que c'est lui qui a été payé"
)
_TOLD = ("fournisseurs_identifies", "fournisseurs_ess", "fournisseurs_esus", "fournisseurs_inclusifs")


def findings(result: SupplierDiagnostic) -> Findings:
    """The finished tables of the analysis, as the report reads them."""
    doubts = purchases_tables.to_check(result.lines, result.suppliers, result.validations, result.conflicts)
    suppliers = result.suppliers.rename({"nom_officiel": "nom"}, strict=False)
    extras = {
        "soldes": result.balance,
        "lectures": result.accounts,
        "fournisseurs": suppliers,
        "a_verifier": doubts,
        "non_identifies": purchases_tables.unidentified(suppliers),
        "listes": result.files,
        "decomptes": result.counts,
        "corrections": result.overrides,
        "conflits": result.conflicts,
        "regles": pl.DataFrame({"texte": rules_told(result)}),
        "a_decider": to_decide(result),
        "lecture_dite": pl.DataFrame({"texte": first_told(result)}, schema={"texte": pl.String}),
    }
    if result.origin == "depenses":
        extras["depenses_couverture"] = spending.covered(result.lines.lazy()).collect()
    sources = [Source(result.name, "fichier de dépenses" if result.origin == "depenses" else "titulaires des contrats")]
    sources += [Source(row["fichier"], row["libelle"], row.get("au")) for row in result.files.to_dicts()]
    return Findings(
        measures=result.measures,
        contracts=pl.DataFrame(),
        as_of=result.as_of,
        buyer=_title(result),
        rejects=result.rejects,
        sources=tuple(sources),
        population="fournisseurs",
        demo=result.demo,
        extras=extras,
        definition="achats" if result.origin == "depenses" else EQUAL,
    )


def _title(result: SupplierDiagnostic) -> str:
    return f"Fichier {result.name}" if result.origin == "depenses" else "Titulaires des contrats lus"


def first_told(result: SupplierDiagnostic) -> list[str]:
    """What to know before any figure: how columns were understood, sheets left, essentials empty, lists recognised with a doubt."""
    said = []
    for row in result.accounts.to_dicts() if result.accounts.height else ():
        if row["etat"] != "lue":
            said.append(f"feuille « {row['feuille']} » non lue : {row['etat'].partition(' : ')[2] or row['etat']}")
        elif row["lecture"]:
            said.append(
                f"feuille « {row['feuille']} » : {row['lecture']} (à corriger dans correspondance.toml si c'est faux)"
            )
    said += [gap] if (gap := printed_gap(result.accounts)) else []
    said += [BY_UNIT] if result.by_unit else []
    if (
        result.origin == "depenses"
        and not result.lines.select(pl.col("date", "exercice").count()).sum_horizontal().item()
    ):
        said.append(
            f"ni date ni exercice : chaque statut est celui du {french.long_date(result.as_of)} (un autre jour peut être demandé)"
        )
    said += filled.warnings(result.filled)
    rows = result.files.to_dicts() if "surete" in result.files.columns else ()
    return said + [f"{row['fichier']}, {row['message']}" for row in rows if row["surete"] == "probable"]


def rules_told(result: SupplierDiagnostic) -> list[str]:
    """The rules a reader must know to read the figures."""
    day = (
        "de la ligne, sinon le 31 décembre de l'exercice"
        if result.origin == "depenses"
        else "de notification du contrat"
    )
    spread = (
        BY_UNIT
        if result.by_unit
        else "le statut inclusif d'un établissement vaut pour toute l'unité légale (option demandée)"
        if result.spread
        else "le statut inclusif d'un établissement ne vaut que pour lui (SIRET), jamais pour toute l'unité légale"
    )
    told = [
        f"le statut est celui du jour {day}",
        spread,
        "ESS : décision à la main, puis agrément ESUS en vigueur, puis liste de l'ESS, puis indicateur SIRENE, puis forme juridique ; "
        "inclusif : réponse indépendante, d'après les listes",
        "« non » n'est dit que si une liste le permet ; sinon le statut est inconnu",
    ]
    taxes = (
        result.accounts.filter(pl.col("etat") == "lue")["taxe"].unique().sort().to_list()
        if result.accounts.height
        else []
    )
    if taxes:
        told.insert(0, f"montants : {french.listing('taxe inconnue' if tax == 'inconnue' else tax for tax in taxes)}")
    return told


def report(result: SupplierDiagnostic) -> Report:
    """The one report of the analysis: every form is written from it."""
    found = findings(result)
    sections = [section(found) for section in PURCHASES]
    return model.build(
        "Fournisseurs de l'ESS et inclusifs",
        buyer=_title(result),
        as_of=result.as_of,
        today=result.today,
        sections=sections,
        sources=found.sources,
        subtitle="analyse des achats, fournisseur par fournisseur",
        notes=(DEMO_SPEND_NOTE,) if result.demo else (),
        annexes=annexes(found),
    )


@files.together
def write(result: SupplierDiagnostic, folder: Path | str, *, validations: Path | str | None = None) -> list[Path]:
    """Write fournisseurs.html, fournisseurs.xlsx, lignes.csv, validations.csv and correspondance.toml, each whole or not at all.

    Parameters
    ----------
    validations
        The answers already given, kept in the new validations.csv.
    """
    target = Path(folder)
    whole = report(result)
    written = [
        *delivery.write(whole, target, "fournisseurs", "html", "xlsx"),
        files.deliver(target / "lignes.csv", files.officers_csv(_lines(result))),
    ]
    return written + write_answers(result, target, validations=validations)


def write_answers(result: SupplierDiagnostic, folder: Path, *, validations: Path | str | None = None) -> list[Path]:
    """What a person answers of a spend file and gives back: validations.csv and correspondance.toml."""
    written = []
    if result.origin == "depenses":
        written.append(_validations(result, folder / "validations.csv", validations))
    if (mapping := result.mapping) is not None:
        written.append(_whole(folder / "correspondance.toml", lambda path: write_mapping(mapping, path)))
    return written


def _lines(result: SupplierDiagnostic) -> pl.DataFrame:
    """The lines with their status, natural persons masked (their label too: it often says who)."""
    rows = result.lines.sort(
        [name for name in ("fichier", "feuille", "ligne", "uid", "rang") if name in result.lines.columns]
    )
    if "personne" in rows.columns:
        rows = rows.with_columns(personne_physique=pl.col("personne_physique").fill_null(False) | pl.col("personne"))
        hide = pl.col("personne_physique")
        rows = rows.with_columns(
            pl.when(hide).then(pl.lit(MASK)).otherwise(name).alias(name) for name in ("libelle", "identifiant_lu")
        )
    wanted = (
        SPEND.columns if result.origin == "depenses" else [n for n in rows.columns if n not in {w.name for w in STATUS}]
    )
    names = [*wanted, *(word.name for word in STATUS), "commune_fournisseur", "departement_fournisseur"]
    names = [name for name in dict.fromkeys(names) if name in rows.columns and name != "personne_physique"]
    return masked(rows).select(names)


def _validations(result: SupplierDiagnostic, path: Path, given: Path | str | None) -> Path:
    """The names to answer, with the answers already given (here or in the file handed in)."""

    known = Path(given) if given else path

    def fill(temporary: Path) -> None:
        if known.is_file():
            temporary.write_bytes(known.read_bytes())
        linkage.write_validations(result.validations.lazy(), temporary)

    merged = known == path  # what was written in it is read first, and is in the new one
    return _whole(path, fill, files.write_atomic if merged else files.deliver)


def _whole(path: Path, fill: Callable[[Path], object], write: Callable[[Path, bytes], Path] = files.deliver) -> Path:
    """A file another room writes in place, written aside first and moved whole."""
    with tempfile.TemporaryDirectory(prefix=leftovers.prefix()) as folder:
        aside = Path(folder) / path.name
        fill(aside)
        return write(path, aside.read_bytes())


def summary(result: SupplierDiagnostic) -> str:
    """What the terminal says: the account of the file, the shares, what is left to check."""
    lines = [f"{result.name}, arrêté au {french.long_date(result.as_of)}", ""]
    first = first_told(result)
    lines += [f"  {french.sentence(text)}" for text in first] + ([""] if first else [])
    for post, cents, n in (
        result.balance.group_by("poste", maintain_order=True)
        .agg(pl.col("montant").sum(), pl.col("lignes").sum())
        .rows()
    ):
        lines.append(
            f"  {POSTS[post]:<46} {french.euros(cents):>20}  {french.number(n):>7} {french.plural('ligne', n)}"
        )
    definition = "achats" if result.origin == "depenses" else EQUAL
    lines += ["", "Part en euros (sur tous les achats ; statut connu pour) :"]
    kept = result.measures.filter(
        pl.col("dimension") == "total", pl.col("unite") == "valeur", pl.col("definition") == definition
    )
    for code in _TOLD:
        row = kept.filter(pl.col("indicateur") == code).row(0, named=True)
        lines.append(f"  {row['titre']:<46} {french.share(row['valeur']):>10} ; {french.share(row['couverture'])}")
    if result.links.height:
        passes = (
            result.links.filter(pl.col("statut") == "accepte")["passe"]
            .value_counts()
            .sort("count", descending=True)
            .rows()
        )
        unclear = result.links.filter(pl.col("statut") == "ambigu").height
        said = french.listing(f"{VALUES['passe'].get(name, name)} {french.number(n)}" for name, n in passes) or "aucun"
        lines += ["", f"Fournisseurs rattachés : {said} ; à trancher dans validations.csv : {french.number(unclear)}"]
    if result.conflicts.height:
        lines.append(
            f"Listes en désaccord sur {french.count(result.conflicts['siren'].n_unique(), 'fournisseur')} : voir « à vérifier »"
        )
    return "\n".join(lines)
