"""The analysis of a buyer's suppliers (« analyse fournisseurs ESS »): who was identified, who is in the ESS, for how much.

Takes lines of spend or holders that already carry the columns of ``suppliers.status``.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from spaser.suppliers.statuses import status
from spaser.text import fold_expr
from spaser.vocabulary import HOLDER_UNKNOWN, INCLUSIVE_STATUSES, MEASURES, NONE_DECLARED
from spaser.vocabulary.lists import ESS_PART, INCLUSIVE_PART

#: Breakdown → the columns that may carry it, best first.
DIMENSIONS = {
    "famille": ("famille_acheteur", "famille"),
    "service": ("service",),
    "annee": ("exercice", "annee"),
    "departement": ("departement_fournisseur",),
    "commune": ("commune_fournisseur", "commune", "code_postal"),
    "taille": ("categorie_entreprise", "tranche_effectifs"),
}
UNITS = ("valeur", "lignes", "fournisseurs")
NO_FAMILY = "non précisée"
FAMILIES = ("association", "coopérative", "mutuelle", "fondation", "société commerciale")
#: Definition → perimeters of a ledger that count as purchases. A subsidy is never one.
PURCHASES = {
    "achats": ("achat", "centrale_achat", "banque_assurance"),
    "achats hors banques et assurances": ("achat", "centrale_achat"),
}


def questions() -> dict[str, tuple[str, pl.Expr]]:
    """Each share measured: code → French title and a nullable Boolean per line."""
    ess, inclusive = pl.col("titulaire_ess"), pl.col("titulaire_inclusif")
    asked = {
        "fournisseurs_identifies": ("Fournisseurs identifiés (SIREN connu)", pl.col("_siren").is_not_null()),
        "fournisseurs_ess": ("Fournisseurs de l'ESS", ess),
        "fournisseurs_esus": ("Fournisseurs agréés ESUS", pl.col("titulaire_esus")),
        "fournisseurs_inclusifs": ("Fournisseurs inclusifs", inclusive),
        "fournisseurs_ess_ou_inclusifs": ("Fournisseurs de l'ESS ou inclusifs", ess | inclusive),
        "fournisseurs_a_part": (
            "Fournisseurs à la limite de l'ESS (montrés à part)",
            _within(ess, pl.col("ess_borderline")) | pl.col("ess_borderline"),
        ),
    }
    told = pl.when(pl.col("ess_famille") != NO_FAMILY).then("ess_famille")
    for family in FAMILIES:
        asked[f"ess_{family.replace(' ', '_')}"] = (f"{ESS_PART}{family}", _within(ess, told == family))
    for kind in INCLUSIVE_STATUSES:
        held = pl.col("inclusif_types").str.split(", ").list.contains(kind)
        asked[f"inclusif_{kind}"] = (f"{INCLUSIVE_PART}{kind}", _within(inclusive, held))
    return asked


def _within(whole: pl.Expr, part: pl.Expr) -> pl.Expr:
    """A part of a status: « non » only where the status itself is « non », unknown where it is unknown."""
    return pl.when(whole).then(part).when(~whole).then(pl.lit(False))


def analyse(
    rows: pl.LazyFrame,
    *,
    amount: str = "montant",
    dimensions: Sequence[str] = tuple(DIMENSIONS),
    scope: str = "ensemble",
) -> pl.LazyFrame:
    """The measures of the supplier analysis, in euros, lines and suppliers, on the whole and on what is known.

    Parameters
    ----------
    rows
        SPEND or HOLDERS with the columns of ``suppliers.status``. A ledger's ``perimetre`` keeps subsidies out.
    amount
        The column of cents; for co-held contracts, measure ``montant_bas``, ``montant_egal`` and ``montant_haut`` in turn.
    dimensions
        Breakdowns among ``DIMENSIONS``; those whose column is absent are left out.

    Returns
    -------
    LazyFrame
        MEASURES: ``numerateur`` yes, ``repondus`` yes or no, ``denominateur`` all; ``bas`` counts every unknown as no,
        ``haut`` as yes.
    """
    have = rows.collect_schema().names()
    asked = questions()
    base = _base(rows, have, amount).with_columns(expr.alias(code) for code, (_, expr) in asked.items())
    splits = {"total": pl.lit("ensemble")} | {
        name: pl.col(next(c for c in DIMENSIONS[name] if c in have)).cast(pl.String)
        for name in dimensions
        if any(c in have for c in DIMENSIONS[name])
    }
    parts = [
        _split(base.filter(kept).with_columns(modalite=value.fill_null("(non renseigné)")), list(asked)).with_columns(
            dimension=pl.lit(name), definition=pl.lit(definition)
        )
        for definition, kept in _definitions(have).items()
        for name, value in splits.items()
    ]
    titles = pl.LazyFrame({"indicateur": list(asked), "titre": [title for title, _ in asked.values()]})
    found = pl.concat(parts).join(titles, on="indicateur", how="left", maintain_order="left").with_columns(_rates())
    said = {"perimetre": scope, "population": "fournisseurs", "regle": f"analyse fournisseurs ({amount})"}
    out = MEASURES.conform(found.with_columns(pl.lit(text).alias(name) for name, text in said.items()))
    return out.sort("definition", "dimension", "modalite", "indicateur", "unite")


def reserved_to_check(contracts: pl.LazyFrame, holders: pl.LazyFrame) -> pl.LazyFrame:
    """Reserved contracts none of whose holders is found in any list (« à vérifier »), one row per holder; one without name nor
    number where nothing says who holds it."""
    reserved = contracts.filter(pl.col("marche_reserve").fill_null(False)).select(
        "uid", "acheteur_nom", "objet", "montant"
    )
    known = (pl.col("titulaire_inclusif").fill_null(False) | pl.col("titulaire_ess").fill_null(False)).any().over("uid")
    found = holders.with_columns(_connu=known)
    rows = reserved.join(found, on="uid", how="left", maintain_order="left_right").filter(
        ~pl.col("_connu").fill_null(False)
    )
    unknown = pl.when(pl.col("_connu").is_null()).then(pl.lit(HOLDER_UNKNOWN)).otherwise("inclusif_raison")
    return rows.with_columns(inclusif_raison=unknown).drop("_connu")


def under_declared(contracts: pl.LazyFrame, holders: pl.LazyFrame) -> pl.LazyFrame:
    """Contracts won by an inclusive supplier and declared « pas de considération sociale », one row per such holder."""
    none = pl.col("considerationsSociales").str.contains(NONE_DECLARED["considerationsSociales"], literal=True)
    declared = contracts.filter(none.fill_null(False)).select(
        "uid", "acheteur_nom", "objet", "montant", "considerationsSociales"
    )
    return declared.join(
        holders.filter(pl.col("titulaire_inclusif").fill_null(False)),
        on="uid",
        how="inner",
        maintain_order="left_right",
    )


def subcontractors(
    subcontracts: pl.LazyFrame,
    register: pl.LazyFrame,
    establishments: pl.LazyFrame,
    *,
    spread_establishment: bool = False,
) -> pl.LazyFrame:
    """Declared sub-contractors with their status on the day of the act: access of the ESS through subcontracting."""
    words = {f"sousTraitant_{end}": f"titulaire_{end}" for end in ("id", "typeIdentifiant", "siren")}
    asked = subcontracts.rename(
        {old: new for old, new in words.items() if old in subcontracts.collect_schema().names()}
    )
    found = status(asked, register, establishments, spread_establishment=spread_establishment)
    return found.rename({new: old for old, new in words.items() if new in found.collect_schema().names()})


def name(holders: pl.LazyFrame, establishments: pl.LazyFrame) -> pl.LazyFrame:
    """Holders with ``titulaire_nom`` completed from the establishments when absent, else « nom inconnu »."""
    known = establishments.filter(pl.col("nom").is_not_null()).sort("au", "source", descending=True, nulls_last=True)
    by_siret = known.filter(pl.col("siret").is_not_null()).unique("siret", keep="first", maintain_order=True)
    by_siren = known.sort(pl.col("siret").is_not_null(), maintain_order=True).unique(
        "siren", keep="first", maintain_order=True
    )
    return (
        holders.join(
            by_siret.select("siret", _etab="nom"),
            left_on="titulaire_id",
            right_on="siret",
            how="left",
            maintain_order="left",
        )
        .join(
            by_siren.select("siren", _unite="nom"),
            left_on="titulaire_siren",
            right_on="siren",
            how="left",
            maintain_order="left",
        )
        .with_columns(titulaire_nom=pl.coalesce("titulaire_nom", "_unite", "_etab", pl.lit("nom inconnu")))
        .drop("_etab", "_unite")
    )


def counts(register: pl.LazyFrame) -> pl.LazyFrame:
    """How many suppliers each list gives each status: source, au, statut, fournisseurs."""
    return (
        register.group_by("source", "au", "statut")
        .agg(fournisseurs=pl.struct("siren", "siret").n_unique())
        .sort("source", "statut")
    )


def _base(rows: pl.LazyFrame, have: list[str], amount: str) -> pl.LazyFrame:
    siren = pl.col(next(c for c in ("titulaire_siren", "siren") if c in have))
    label = pl.coalesce(c for c in ("titulaire_nom", "fournisseur", "titulaire_id") if c in have)
    plain = fold_expr(label)
    who = pl.coalesce(siren, plain, pl.lit("(sans nom)"))
    return rows.with_columns(
        _siren=siren, _qui=who, _valeur=pl.col(amount).cast(pl.Int64), _un=pl.lit(1, dtype=pl.Int64)
    )


def _definitions(have: list[str]) -> dict[str, pl.Expr]:
    if "perimetre" not in have:
        return {"tous": pl.lit(True)}
    return {name: pl.col("perimetre").is_in(kept) for name, kept in PURCHASES.items()}


def _split(rows: pl.LazyFrame, codes: list[str]) -> pl.LazyFrame:
    """Yes, answered and all, per value of the breakdown, for each question and unit."""
    lines = rows.group_by("modalite").agg(
        *_three(codes, "valeur", pl.col("_valeur")), *_three(codes, "lignes", pl.col("_un"))
    )
    people = rows.group_by("modalite", "_qui").agg(
        pl.col("_un").first(), *(pl.col(code).any(ignore_nulls=False) for code in codes)
    )
    people = people.group_by("modalite").agg(_three(codes, "fournisseurs", pl.col("_un")))
    wide = lines.join(people, on="modalite", maintain_order="left_right")
    found = [
        pl.struct(
            pl.lit(code).alias("indicateur"),
            pl.lit(unit).alias("unite"),
            *(pl.col(f"{code}|{unit}|{what}").alias(what) for what in ("numerateur", "repondus", "denominateur")),
        )
        for code in codes
        for unit in UNITS
    ]
    return wide.select("modalite", pl.concat_list(found).alias("mesures")).explode("mesures").unnest("mesures")


def _three(codes: list[str], unit: str, weight: pl.Expr) -> list[pl.Expr]:
    out = []
    for code in codes:
        answer = pl.col(code)
        parts = {
            "numerateur": weight.filter(answer),
            "repondus": weight.filter(answer.is_not_null()),
            "denominateur": weight,
        }
        out += [kept.sum().alias(f"{code}|{unit}|{what}") for what, kept in parts.items()]
    return out


def _rates() -> list[pl.Expr]:
    yes, known, every = pl.col("numerateur"), pl.col("repondus"), pl.col("denominateur")
    return [
        # Nothing is known: the share is unknown, not zero.
        pl.when((every != 0) & (known != 0)).then(yes / every).alias("valeur"),
        pl.when(known != 0).then(yes / known).alias("valeur_repondus"),
        pl.when(every != 0).then(yes / every).alias("bas"),
        pl.when(every != 0).then((yes + every - known) / every).alias("haut"),
        pl.when(every != 0).then(known / every).alias("couverture"),
    ]
