"""Needs: what a buyer buys, family by place, annualised, with its lots and its recurrence.

A campaign is one presumed consultation in one family and one place; its lots are its contracts, a framework agreement with
several holders counting once. Campaigns of the same buyer, family and place whose subjects share the same words are one
need: the later replaces the earlier when it starts near its end, otherwise they run together and add up. What is already
reserved, or carried by a framework, is told apart from the rest: it is a need of its own, in its own state.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.potential.standing import standing
from spaser.text import fold_expr
from spaser.vocabulary import NEED_CONTRACTS, NEEDS

_CAMPAIGN = ["acheteur_siren", "consultation", "famille", "lieu"]
_NEED = ["acheteur_siren", "famille", "lieu", "_mots"]
#: The same, with what its current contracts already are: free, reserved, carried by a framework.
_PART = [*_NEED, "_sorte"]
FREE, RESERVED, CARRIED = "libre", "reserve", "subsequent"
#: Words of a subject that say how it is bought, not what.
_EMPTY = (
    "marche|marches|accord|accords|cadre|cadres|lot|lots|relance|renouvellement|avenant|prestation|prestations|travaux|pour|"
    "dans|avec|sans|chez|cedex|ville|commune|annee|annees|subsequent|bons|commande|commandes|besoins|divers|diverses|"
    "relatif|relative|relatifs|relatives|mise|oeuvre|concernant|ainsi|leurs|sein|cours|suite"
)

#: Declared, or written in the subject.
RESERVATION = ("marche_reserve", "marche_reserve_texte")
_NUMBERS = {
    word: str(number)
    for number, word in enumerate("deux trois quatre cinq six sept huit neuf dix onze douze".split(), 2)
}


def needs(contracts: pl.LazyFrame, *, as_of: date, day: date | None = None, method: dict | None = None) -> pl.LazyFrame:
    """NEEDS of the contracts: one row per buyer, family, place and recognised need.

    Parameters
    ----------
    contracts
        CONTRACTS with ``famille``, ``famille_libelle``, ``famille_origine``, ``famille_confiance``, ``acheteur_libelle``,
        ``titulaire_ess``, ``titulaire_inclusif`` (null when unknown) and ``lieu``, ``lieu_libelle`` (key of PLACES).
    as_of
        The day on which the data stop: it decides which needs are still active.
    day
        The reader's day, from which one prepares (``as_of`` by default): what ended before it is not to act on.
    """
    known = method or rules.method()
    settings, least = known["potential"], known["plan"]["preparation_minimale"]["value"]
    ready = pl.lit(day or as_of).dt.offset_by(f"{least}mo")
    return NEEDS.conform(
        standing(_named(_latest(_assigned(contracts, settings), as_of, settings, ready)), day or as_of)
    )


def members(contracts: pl.LazyFrame, *, method: dict | None = None) -> pl.LazyFrame:
    """NEED_CONTRACTS: which contract belongs to which need, in which campaign."""
    settings = (method or rules.method())["potential"]
    found = _assigned(contracts, settings)
    return NEED_CONTRACTS.conform(
        found.with_columns(campagne=pl.col("_debut").rank("dense").over(_NEED), derniere="_courante")
    ).sort("besoin_id", "campagne", "uid")


def _assigned(contracts: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """Each usable contract with its campaign's words and dates, and whether its campaign is the need's current one."""
    real = contracts.filter(~pl.col("test_plateforme").fill_null(False))
    # Read before those without an amount are left out: a sum without them is not that of the consultation.
    real = real.with_columns(
        _inconnu=(~rules.amount_known()).any().over("acheteur_siren", pl.coalesce("consultation", "uid"))
    )
    usable = real.filter(
        pl.col("dateNotification").is_not_null()
        & pl.col("famille").is_not_null()
        & ((pl.col("montant_retenu").is_not_null()) | pl.col("accord_multiple").is_not_null())
    ).with_columns(_ours=ours(contracts), consultation=pl.coalesce("consultation", "uid"))
    # The same amount under the same subject to the letter, for other holders: one maximum, even when no one declared it.
    twin = pl.coalesce(
        "accord_multiple", pl.col("uid").min().over("acheteur_siren", "consultation", "montant", "objet")
    )
    usable = usable.with_columns(_groupe=twin).with_columns(
        _porte=pl.col("uid") == pl.col("uid").filter(pl.col("montant_retenu").is_not_null()).min().over("_groupe")
    )
    # Lots of one consultation may be of several families and places: each need knows how many were read in all.
    together = pl.col("_groupe").n_unique().over("acheteur_siren", "consultation").cast(pl.Int32)
    usable = usable.with_columns(_lots_operation=together)
    # Without a duration, a year: a need must have an end to be known as past.
    end = pl.coalesce("fin_contrat", pl.col("dateNotification").dt.offset_by("12mo"))
    dated = usable.with_columns(_fin=end).with_columns(
        _debut=pl.col("dateNotification").min().over(_CAMPAIGN), _terme=pl.col("_fin").max().over(_CAMPAIGN)
    )
    named = dated.join(_words(dated, settings), on=_CAMPAIGN, how="left", nulls_equal=True, maintain_order="left")
    named = named.with_columns(_mots=pl.coalesce("_mots", "consultation"))
    # The last campaign, and those still far from their end when it starts, make the need of today.
    last = pl.col("_debut").max().over(_NEED)
    running = pl.col("_terme") - (pl.col("_terme") - pl.col("_debut")) * (1 - settings["succession"]["value"]) > last
    current = _parted(named.with_columns(_courante=(pl.col("_debut") == last) | running))
    # Named after a contract of its current campaign: the name does not depend on the order of rows.
    return current.with_columns(
        besoin_id=pl.format("B-{}", pl.col("uid").filter(pl.col("_courante")).min().over(_PART))
    )


def _parted(contracts: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``_sorte`` (what a current contract already is), ``_fois`` and ``_tout`` (campaigns and cents of the need in one piece).

    The amount that a threshold is read against adds all the lots (R2121-1): parting a need never lowers it. A marché subséquent
    that adds no amount stays under its framework; past campaigns are the history of what is free, when something is.
    """
    have = contracts.collect_schema().names()
    later = pl.col("marche_subsequent") if "marche_subsequent" in have else pl.lit(None, pl.Boolean)
    sort = (
        pl.when(~pl.col("_courante"))
        .then(None)
        .when(later.fill_null(False) & pl.col("montant_retenu").is_not_null())
        .then(pl.lit(CARRIED))
        .when(_yes(have, *RESERVATION))
        .then(pl.lit(RESERVED))
        .otherwise(pl.lit(FREE))
    )
    sorted_ = contracts.with_columns(_sorte=sort)
    past = (
        pl.when((pl.col("_sorte") == FREE).any().over(_NEED))
        .then(pl.lit(FREE))
        .otherwise(pl.col("_sorte").max().over(_NEED))
    )
    carried = pl.col("_courante") & pl.col("_porte")
    return sorted_.with_columns(
        _sorte=pl.coalesce("_sorte", past),
        _fois=pl.col("_debut").n_unique().over(_NEED).cast(pl.Int32),
        _tout=pl.when(carried).then("montant_retenu").sum().over(_NEED),
    )


def _yes(have: list[str], *names: str) -> pl.Expr:
    """One of the facts says so; a silent declaration is no « yes »."""
    known = [pl.col(name) for name in names if name in have]
    return pl.any_horizontal(known).fill_null(False) if known else pl.lit(False)


def _words(contracts: pl.LazyFrame, settings: dict) -> pl.LazyFrame:
    """Per campaign, the sorted words that all its contracts share: the name by which a need is known again."""
    spread = contracts.select(*_CAMPAIGN, "uid", _mot=tokens("objet")).explode("_mot").drop_nulls("_mot")
    sizes = contracts.group_by(_CAMPAIGN).agg(_n=pl.len())
    shared = (
        spread.group_by(*_CAMPAIGN, "_mot")
        .agg(_fois=pl.len())
        .join(sizes, on=_CAMPAIGN, how="left", nulls_equal=True, maintain_order="left")
    )
    kept = shared.filter(pl.col("_fois") == pl.col("_n")).group_by(_CAMPAIGN).agg(_mots=pl.col("_mot").sort())
    return kept.filter(pl.col("_mots").list.len() >= settings["mots_minimum"]["value"]).with_columns(
        pl.col("_mots").list.join(" ")
    )


def tokens(column: str) -> pl.Expr:
    """The distinct words of a subject that say what is bought, accents folded: four letters or more."""
    words = fold_expr(pl.col(column)).str.extract_all(r"[a-z]{4,}").list.unique()
    return words.list.eval(pl.element().filter(~pl.element().str.contains(rf"^(?:{_EMPTY})$")))


def _latest(assigned: pl.LazyFrame, as_of: date, settings: dict, ready: pl.Expr) -> pl.LazyFrame:
    """One row per need: its current campaign summed, the number of campaigns, what the ESS already has; ``ready``: the first end that can still be prepared."""
    half = settings["execution_accord_cadre"]["value"]
    months = pl.col("dureeMois").clip(12, None)
    high = (pl.col("montant_retenu") * 12 / months.fill_null(12)).round().cast(pl.Int64)
    framework = pl.col("accord_cadre").fill_null(False)
    unknown = pl.col("dureeMois").is_null()
    # A framework with several holders counts for the part of its holders that are of the ESS.
    share = pl.col("_ours").cast(pl.Float64).mean().over("_groupe")
    lots = assigned.with_columns(
        _haut=high,
        _bas=pl.when(framework | unknown).then(0).otherwise(high),
        _milieu=pl.when(framework).then((high * half).round().cast(pl.Int64)).otherwise(high),
        _part=share,
    )
    now = pl.col("_courante")
    counted = now & pl.col("_haut").is_not_null() & pl.col("_porte")
    told = counted & pl.col("_part").is_not_null()
    gathered = (
        lots.sort("_haut", "uid", descending=[True, False], nulls_last=True)
        .group_by(_PART)
        .agg(
            pl.col("acheteur_libelle", "famille_libelle", "famille_origine", "lieu_libelle").first(),
            pl.col("famille_confiance").filter(now).min(),
            pl.col("objet", "codeCPV", "procedure", "consultation").filter(now).first(),
            besoin_id=pl.col("besoin_id").first(),
            contrats=now.sum().cast(pl.Int32),
            lots=pl.col("_groupe").filter(counted).n_unique().cast(pl.Int32),
            occurrences=pl.col("_fois").first(),
            accord_cadre=pl.col("accord_cadre").filter(now).any(),
            **_facts(lots, now),
            dateNotification=pl.col("_debut").filter(now).max(),
            dureeMois=pl.col("dureeMois").filter(now).max(),
            consultations=pl.col("consultation").filter(now).unique().sort().str.join("|"),
            echeance=pl.col("_terme").filter(now & ~unknown).max(),
            premiere_fin=pl.col("_fin").filter(now & ~unknown & (pl.col("_fin") >= ready)).min(),
            montant_total=pl.col("montant_retenu").filter(counted).sum(),
            annuel_bas=pl.col("_bas").filter(counted).sum(),
            annuel=pl.col("_milieu").filter(counted).sum(),
            annuel_haut=pl.col("_haut").filter(counted).sum(),
            lot_annuel=pl.col("_milieu").filter(counted).median().round().cast(pl.Int64),
            acquis=pl.when(told.any()).then(
                (pl.col("_milieu") * pl.col("_part")).filter(told).sum().round().cast(pl.Int64)
            ),
            acquis_su=pl.when(told.any()).then(pl.col("_milieu").filter(told).sum()),
            _terme=pl.col("_terme").filter(now).max(),
        )
    )
    grace = pl.lit(as_of).dt.offset_by(f"-{settings['actif_apres_terme']['value']}mo")
    return gathered.filter(pl.col("annuel_haut") > 0).with_columns(
        actif=pl.col("_terme") >= grace, acquis_part=_ratio(pl.col("acquis"), pl.col("annuel"))
    )


def _facts(lots: pl.LazyFrame, now: pl.Expr) -> dict[str, pl.Expr]:
    """What the state of a need reads of its current contracts: considerations declared or written, competition, kind.

    A silent declaration is unknown: a share of « yes » counts those that say so over all.
    """
    have = lots.collect_schema().names()
    one = pl.col("marche_subsequent") if "marche_subsequent" in have else pl.lit(None, pl.Boolean)
    form = pl.col("type_contrat") if "type_contrat" in have else pl.lit(None, pl.String)
    bare = pl.col("procedure").str.contains("(?i)sans publicit").fill_null(False)
    return {
        "famille_doute": (pl.col("famille_doute") if "famille_doute" in have else pl.lit(False)).filter(now).all(),
        "subsequent": pl.when(one.filter(now).is_not_null().any()).then(one.fill_null(False).filter(now).all()),
        "sans_concurrence": bare.filter(now).all(),
        "part_reserve": _yes(have, *RESERVATION).filter(now).mean(),
        "part_reserve_dite": _yes(have, RESERVATION[0]).filter(now).mean(),
        "part_clause": _yes(have, "clause_sociale", "clause_sociale_texte").filter(now).mean(),
        "part_critere": _yes(have, "critere_social", "critere_social_texte").filter(now).mean(),
        "besoin_montant": pl.col("_tout").first(),
        "besoin_incomplet": pl.col("_inconnu").filter(now).any(),
        "alloti": _divided().filter(now).any(),
        "lots_dits": _announced().filter(now).max(),
        "lots_operation": pl.col("_lots_operation").filter(now).max(),
        "concession": (form == "concession").fill_null(False).filter(now).all(),
        "type_marche": kind(pl.col("codeCPV").filter(now).first()),
    }


def _divided() -> pl.Expr:
    """The subject says that the need is divided into lots (« en 9 lots », « lot 3 »), whatever the lots that were read."""
    text = fold_expr(pl.col("objet").fill_null(""))
    return text.str.contains(r"\blots?\b") & ~text.str.contains(r"\blot unique\b")


def _announced() -> pl.Expr:
    """How many lots the subject announces: « en 9 lots », « en trois lots »; null when it does not say."""
    text = fold_expr(pl.col("objet").fill_null(""))
    said = text.str.extract(rf"\b(\d{{1,2}}|{'|'.join(_NUMBERS)}) lots\b")
    return said.replace(_NUMBERS).cast(pl.Int32, strict=False)


def kind(cpv: pl.Expr) -> pl.Expr:
    """Works are the division 45; the divisions under 50 but 45 are goods; the others are services."""
    number = cpv.str.slice(0, 2).cast(pl.Int32, strict=False)
    return (
        pl.when(number == 45)
        .then(pl.lit("travaux"))
        .when(number < 50)
        .then(pl.lit("fournitures"))
        .when(number >= 50)
        .then(pl.lit("services"))
    )


def _named(rows: pl.LazyFrame) -> pl.LazyFrame:
    """The key of each need, and whether it comes back: seen to, presumed by family, one-off, unknown."""
    habits = rules.table("families_reach.csv").lazy().select("famille", _habitude="recurrence")
    seen = (
        pl.when(pl.col("occurrences") > 1)
        .then(pl.lit("constatee"))
        .when(pl.col("_habitude") == "recurrent")
        .then(pl.lit("presumee"))
        .when(pl.col("_habitude") == "ponctuel")
        .then(pl.lit("ponctuel"))
        .otherwise(pl.lit("inconnue"))
    )
    joined = rows.join(habits, on="famille", how="left", maintain_order="left")
    return joined.with_columns(origine=pl.lit("contrats"), recurrence=seen).sort("besoin_id")


def ours(frame: pl.LazyFrame) -> pl.Expr:
    """Held by the ESS or an inclusive structure: yes, no, unknown (null when no register was read)."""
    have = frame.collect_schema().names()
    either = [
        pl.col(name) if name in have else pl.lit(None, pl.Boolean) for name in ("titulaire_ess", "titulaire_inclusif")
    ]
    return either[0] | either[1]


def _ratio(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    return pl.when(whole > 0).then(part / whole)
