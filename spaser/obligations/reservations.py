"""Reserved contracts: which legal bases are possible for each, and what contradicts them.

The published data say « réservé », never on which article nor to whom. Who holds the contract, what is bought, how long, and
what the same holder won before leave some bases possible and rule out others (``law.toml``, table ``reservations``).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import rules
from spaser.obligations.buyer_kinds import kinds
from spaser.vocabulary import HOLDER_UNKNOWN, RESERVED

#: The base of the ESS, whose conditions bear on the contract and not only on its holder.
OF_ESS = "L2113-15"


def bases() -> dict[str, dict[str, Any]]:
    """The legal bases of ``law.toml`` by article."""
    return rules.toml("law.toml")["reservations"]


def reserved(
    contracts: pl.LazyFrame, holders: pl.LazyFrame, buyer_kind: str | pl.LazyFrame | None = None
) -> pl.LazyFrame:
    """Table RESERVED: one row per contract declared reserved and legal base; ``possible`` is yes, no or unknown.

    Parameters
    ----------
    contracts
        CONTRACTS with ``marche_reserve`` and, when known, ``famille``, ``acheteur_categorie``. Earlier reserved contracts
        are looked for among them: give all the contracts read.
    holders
        HOLDERS, with the columns of ``suppliers.status`` on the day of notification when a register is known; without
        them the kind of the holder stays unknown.
    buyer_kind
        As for ``weighing.duties``: the base of the ESS is open to pouvoirs adjudicateurs alone.
    """
    kept = contracts.filter(pl.col("marche_reserve") & ~pl.col("test_plateforme").fill_null(False))
    lacking = {"famille": pl.String, "defense": pl.Boolean, "acheteur_categorie": pl.String}
    known = kinds(kept.with_columns(_listed(), **_missing(kept, lacking)), buyer_kind)
    told = known.join(_holding(holders), on="uid", how="left", maintain_order="left").join(
        _earlier(known, holders), on="uid", how="left", maintain_order="left"
    )
    rows = told.select("uid", "type_contrat", lignes=pl.concat_list(_base(key, rule) for key, rule in bases().items()))
    long = rows.explode("lignes", empty_as_null=True, keep_nulls=True).unnest("lignes")
    return RESERVED.conform(long.filter(pl.col("fondement").is_not_null()).sort("uid", "fondement"))


def _missing(frame: pl.LazyFrame, wanted: dict[str, type[pl.DataType]]) -> dict[str, pl.Expr]:
    have = frame.collect_schema().names()
    return {name: pl.lit(None, dtype) for name, dtype in wanted.items() if name not in have}


def _holding(holders: pl.LazyFrame) -> pl.LazyFrame:
    """Per contract: the kinds of its holders, whether one is inclusive or of the ESS (Kleene any)."""
    typed = holders.with_columns(
        **_missing(
            holders, {"inclusif_types": pl.String, "titulaire_inclusif": pl.Boolean, "titulaire_ess": pl.Boolean}
        )
    )
    return typed.group_by("uid").agg(
        _tenu=pl.lit(True),
        types=pl.col("inclusif_types")
        .drop_nulls()
        .str.extract_all(r"[A-Z]+")
        .explode(empty_as_null=True, keep_nulls=True)
        .drop_nulls()
        .unique(),
        titulaire_inclusif=pl.col("titulaire_inclusif").any(ignore_nulls=False),
        titulaire_ess=pl.col("titulaire_ess").any(ignore_nulls=False),
    )


def _listed() -> pl.Expr:
    """The CPV code in the list of the ESS base: listee, sous_code, or null when it is not there."""
    table = rules.table(bases()[OF_ESS]["cpv_file"])
    return (
        pl.col("codeCPV")
        .replace_strict(table["codeCPV"], table["sorte"], default=None, return_dtype=pl.String)
        .alias("_liste")
    )


def _earlier(known: pl.LazyFrame, holders: pl.LazyFrame) -> pl.LazyFrame:
    """Per contract: an earlier one reserved to the same holder, in the years a new award must wait.

    L2113-16 names neither a buyer nor a service: those of the same buyer and services come first, others count too.
    """
    months = bases()[OF_ESS]["wait_months"]
    services = pl.coalesce("famille", pl.col("codeCPV").str.head(3))
    eligible = known.filter(pl.col("_liste").is_not_null())
    each = eligible.select("uid", "acheteur_siren", "dateNotification", services=services).join(
        holders.select("uid", "titulaire_siren"),
        on="uid",
        maintain_order="left_right",
    )
    pairs = each.join(each, on="titulaire_siren", suffix="_avant", maintain_order="left_right")
    day, before = pl.col("dateNotification"), pl.col("dateNotification_avant")
    waited = (before < day) & (before.dt.offset_by(f"{months}mo") > day)
    same = (pl.col("acheteur_siren") == pl.col("acheteur_siren_avant")) & (
        pl.col("services") == pl.col("services_avant")
    )
    earlier = pairs.filter(waited & (pl.col("uid") != pl.col("uid_avant"))).with_columns(_meme=same.fill_null(False))
    first = earlier.sort("_meme", "uid_avant", descending=[True, False]).group_by("uid", maintain_order=True)
    return first.agg(avant=pl.col("uid_avant").first(), avant_meme=pl.col("_meme").first())


def _base(key: str, rule: dict[str, Any]) -> pl.Expr:
    """What one legal base says of each contract; concessions have their own article, or none."""
    granted = pl.col("type_contrat") == "concession"
    article = pl.when(~granted).then(pl.lit(key)).otherwise(pl.lit(rule.get("mirror"), pl.String))
    possible, why = _of_ess(rule) if key == OF_ESS else _of_kind(rule)
    barred = pl.col("defense").fill_null(False) & ~granted & (not rule["defence"])
    return pl.struct(
        fondement=article,
        possible=pl.when(barred).then(False).otherwise(possible),
        motif=pl.when(barred)
        .then(pl.lit("marché de défense ou de sécurité : seul L2113-12 s'y applique (L2313-6)"))
        .otherwise(why),
    )


def _of_kind(rule: dict[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    """A base reserved to kinds of structures."""
    has = pl.col("types").list.eval(pl.element().is_in(rule["kinds"])).list.any().fill_null(False)
    near = pl.col("types").list.eval(pl.element().is_in(rule["equivalent"])).list.any().fill_null(False)
    listed = pl.col("types").list.join(", ")
    none = pl.col("titulaire_inclusif").fill_null(True)
    other = pl.col("types").list.len().fill_null(0) > 0
    possible = pl.when(has).then(True).when(near).then(None).when(other | ~none).then(False)
    why = (
        pl.when(has)
        .then(pl.format("titulaire {}", listed))
        .when(near)
        .then(pl.format("titulaire {}, structure équivalente à démontrer", listed))
        .when(other)
        .then(pl.format("titulaire {}, ce qui ne correspond pas (sauf structure équivalente)", listed))
        .when(~none)
        .then(pl.lit("titulaire connu, sans agrément dans les listes fournies (sauf structure équivalente)"))
        .when(pl.col("_tenu").is_null())
        .then(pl.lit(f"{HOLDER_UNKNOWN} : le lire au dossier, et demander la preuve de son statut"))
        .otherwise(
            pl.lit(
                "titulaire absent des listes fournies, ou listes non fournies : demander la preuve de son statut, ou la lire au dossier"
            )
        )
    )
    return possible, why


def _of_ess(rule: dict[str, Any]) -> tuple[pl.Expr, pl.Expr]:
    """The base of the ESS: buyer, holder, listed services, duration, no earlier award on the same base."""
    most = rule["max_months"]
    months = pl.coalesce("dureeMois_initiale", "dureeMois")
    # An operator of networks may be no pouvoir adjudicateur; a buyer of unknown kind most often is one, and it is said.
    doubtful = (pl.col("type_acheteur") == "entite").fill_null(False) & pl.col("acheteur_categorie").is_null()
    unsaid = pl.col("type_acheteur").is_null() & pl.col("acheteur_categorie").is_null()
    same = "même titulaire, mêmes services réservés dans les trois ans ({}) : à confirmer"
    other = "même titulaire, marché réservé à l'ESS dans les trois ans, d'un autre acheteur ou d'autres services ({}) : L2113-16 ne les distingue pas, à confirmer"
    before = pl.col("avant").fill_null("")
    tests = (
        (
            pl.when(~doubtful).then(True),
            "",
            "entité adjudicatrice : cette réservation n'est ouverte qu'aux pouvoirs adjudicateurs, à confirmer",
        ),
        (
            pl.col("titulaire_ess"),
            "titulaire hors de l'ESS",
            "statut ESS du titulaire inconnu : chercher son agrément ESUS ou sa forme juridique",
        ),
        (
            pl.when(pl.col("codeCPV").is_null() | (pl.col("_liste") == "sous_code"))
            .then(None)
            .otherwise(pl.col("_liste").is_not_null()),
            "services hors de la liste",
            "sous-code de la liste ou code CPV absent : à trancher d'après l'objet",
        ),
        (months <= most, f"durée au-delà de {most} mois", "durée inconnue : la lire au contrat"),
        (
            pl.when(pl.col("avant").is_null()).then(True),
            "",
            pl.when(pl.col("avant_meme")).then(pl.format(same, before)).otherwise(pl.format(other, before)),
        ),
    )
    possible = pl.all_horizontal(answer for answer, _, _ in tests)
    # What rules the base out is said alone: what is not known is a reason to check, never to contradict.
    against = [pl.when(~answer).then(pl.lit(no)) for answer, no, _ in tests]
    asked = [
        pl.when(answer.is_null()).then(unknown if isinstance(unknown, pl.Expr) else pl.lit(unknown))
        for answer, _, unknown in tests
    ]
    ruled, open_ = (pl.concat_str(texts, separator=" ; ", ignore_nulls=True) for texts in (against, asked))
    why = pl.when(ruled != "").then(ruled).otherwise(open_)
    allowed = "titulaire de l'ESS, services de la liste, durée permise"
    said = (
        pl.when(unsaid).then(pl.lit(f"{allowed}, si l'acheteur est un pouvoir adjudicateur")).otherwise(pl.lit(allowed))
    )
    return possible, pl.when(why == "").then(said).otherwise(why)
