"""What an amendment publishes: a new total, a difference, or nothing. The notified value stays while nothing decides.

Rules, words and examples: ``reference/contract_facts.toml`` (``avenants``, ``montant``, ``duree``).
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import evidence

DIFFERENCE, TOTAL = 1, 2
_ADDED = (
    "montant_publie",
    "montant_ecarts",
    "montant_ecart_lu",
    "montant_ecart_bas",
    "avenants_dits",
    "avenants_douteux",
    "dureeMois_publiee",
    "duree_regle",
    "duree_preuve",
    "duree_basse",
    "duree_haute",
    "dernier_avenant",
)


def said(text: pl.Expr, amount: pl.Expr) -> pl.Expr:
    """What the wording of an amendment says of the sum it publishes: 1 more, -1 less, 2 a total, null nothing certain.

    Believed only where the text quotes that very sum: « plus-value : 1 680 € » beside 155 438,65 € speaks of something else.
    """
    words = rules.toml("contract_facts.toml")["avenants"]
    plain = text.str.replace_all(r"(\d)[\s\u202f\u00a0.](\d{3})\b", "${1}${2}").str.replace_all(
        r"(\d)[\s\u202f\u00a0.](\d{3})\b", "${1}${2}"
    )
    figures = plain.str.replace_all(r"(\d),(\d)", "${1}.${2}").str.extract_all(r"\d+(?:\.\d+)?")
    cents = figures.list.eval((pl.element().cast(pl.Float64, strict=False) * 100).round().cast(pl.Int64, strict=False))
    quoted = cents.list.contains(amount.abs()).fill_null(False)
    sign = (
        pl.when(text.str.contains(words["mots_total"]))
        .then(TOTAL)
        .when(text.str.contains(words["mots_moins"]))
        .then(-DIFFERENCE)
        .when(text.str.contains(words["mots_ecart"]))
        .then(DIFFERENCE)
    )
    return pl.when(quoted).then(sign).cast(pl.Int8)


def judge(contracts: pl.DataFrame) -> pl.DataFrame:
    """Replaces ``montant`` and ``dureeMois`` by their judged values, and adds what was published and why.

    Added: ``montant_publie``, ``avenant_regle``, ``avenant_preuve``, ``avenant_propose``, ``avenant_bas``,
    ``dureeMois_publiee``, ``duree_regle``, ``duree_preuve``, ``duree_basse``, ``duree_haute``, ``dernier_avenant``. Needs
    ``uid, montant, montant_notifie, dureeMois, duree_notifiee, dateNotification, changements, decision_duree``.
    """
    told = contracts.with_columns(montant_publie="montant", dureeMois_publiee="dureeMois")
    amended = told.filter(pl.col("changements").list.len() > 0).select(
        "uid", "acheteur_siren", "montant_notifie", "duree_notifiee", "dateNotification", "changements", "dureeMois"
    )
    states = amended.explode("changements").unnest("changements").sort("uid", "ordre")
    found = _amounts(states).join(_months(states), on="uid", how="left")
    joined = told.drop("changements").join(found, on="uid", how="left")
    judged = joined.with_columns(
        montant=pl.coalesce("_montant", "montant"),
        dureeMois=pl.coalesce("_duree", "dureeMois"),
    )
    decided = pl.col("decision_duree").str.strip_chars().cast(pl.Int32, strict=False)
    decided = (
        pl.when(pl.col("decision_duree") == "accepter")
        .then("duree_haute")
        .when(pl.col("decision_duree") == "refuser")
        .then("dureeMois")
        .otherwise(decided)
    )
    judged = judged.with_columns(_decidee=decided)
    known = pl.col("_decidee").is_not_null()
    judged = judged.with_columns(
        dureeMois=pl.coalesce("_decidee", "dureeMois"),
        duree_regle=pl.when(known).then(pl.lit("decision")).otherwise("duree_regle"),
        duree_preuve=pl.when(known).then(pl.format("Décidé : {} mois.", "_decidee")).otherwise("duree_preuve"),
        **{name: pl.coalesce("_decidee", name, "dureeMois") for name in ("duree_basse", "duree_haute")},
    )
    return judged.drop("_decidee").drop("_montant", "_duree", "montant_notifie", "duree_notifiee")


def _amounts(states: pl.DataFrame) -> pl.DataFrame:
    """Per amended contract: the judged amount, the rule, both readings, the evidence."""
    settings = rules.toml("contract_facts.toml")["avenants"]
    amount, notified = pl.col("_somme"), pl.col("montant_notifie")
    speaking = states.with_columns(_somme=pl.when(pl.col("montant") != 0).then("montant"))
    plain = amount > settings["part"] * notified
    # The amount in force before each amendment: the last one that is no small part of what was notified.
    speaking = speaking.with_columns(_vigueur=pl.when(plain | notified.is_null()).then(amount))
    speaking = speaking.with_columns(
        _vigueur=pl.coalesce(pl.col("_vigueur").forward_fill().shift(1).over("uid"), notified)
    )
    force = pl.col("_vigueur")
    total = (amount > settings["part"] * force) | (amount >= settings["retour"] * notified) | force.is_null()
    said_ = pl.col("dit").fill_null(0)
    kind = (
        pl.when(amount.is_null())
        .then(pl.lit("rien"))
        .when(said_ == TOTAL)
        .then(pl.lit("total"))
        .when(said_ != 0)
        .then(pl.lit("dit"))
        .when(amount < 0)
        .then(pl.lit("moins"))
        .when(total)
        .then(pl.lit("total"))
        .otherwise(pl.lit("doute"))
    )
    classed = speaking.with_columns(_lu=kind)
    # What comes before the last total is settled by it.
    rank = pl.int_range(pl.len()).over("uid")
    last_total = pl.when(pl.col("_lu") == "total").then(rank).max().over("uid").fill_null(-1)
    after = rank > last_total
    signed = amount.abs() * pl.when(said_ == -DIFFERENCE).then(-1).when(amount < 0).then(-1).otherwise(1)
    sure, unsure = after & pl.col("_lu").is_in(["dit", "moins"]), after & (pl.col("_lu") == "doute")
    grouped = (
        classed.with_columns(_sur=sure, _pas_sur=unsure, _signe=signed)
        .group_by("uid")
        .agg(
            _total=amount.filter(pl.col("_lu") == "total").last(),
            _notifie=notified.first(),
            acheteur_siren=pl.col("acheteur_siren").first(),
            _surs=pl.col("_signe").filter("_sur").sum(),
            _pas_surs=pl.col("_signe").filter("_pas_sur").sum(),
            _n_doute=pl.col("_pas_sur").sum(),
            _dit=(pl.col("_sur") & (pl.col("_lu") == "dit")).any(),
            _moins=pl.col("_sur").any(),
            _dernier=amount.filter("_pas_sur").last(),
            _zero=(pl.col("montant").drop_nulls().last() == 0),
            _liste=evidence.listed(pl.col("date_version"), amount).filter(amount.is_not_null()).str.join(", "),
            _petits=(pl.col("_lu") == "doute").sum(),
            _changes=amount.is_not_null().sum(),
        )
    )
    return _amount_facts(grouped)


def _amount_facts(grouped: pl.DataFrame) -> pl.DataFrame:
    """``uid, _montant, avenant_regle, avenant_preuve, avenant_propose, avenant_bas`` from the classes of each contract."""
    buyer = ["acheteur_siren"]
    grouped = grouped.with_columns(
        _montant=pl.coalesce("_total", "_notifie") + pl.col("_surs"),
        _autres=pl.col("_changes").sum().over(buyer) - pl.col("_changes"),
        _autres_petits=pl.col("_petits").sum().over(buyer) - pl.col("_petits"),
    )
    moved = pl.col("_montant") != pl.coalesce("_notifie", pl.lit(-1))
    rule = (
        pl.when((pl.col("_n_doute") > 0) & pl.col("_montant").is_not_null())
        .then(pl.lit("avenant_douteux"))
        .when("_dit")
        .then(pl.lit("avenant_dit_ecart"))
        .when("_moins")
        .then(pl.lit("avenant_en_moins"))
        .when(pl.col("_zero") & pl.col("_montant").is_not_null())
        .then(pl.lit("avenant_sans_montant"))
        .when(pl.col("_total").is_not_null() & pl.col("_notifie").is_not_null() & moved)
        .then(pl.lit("avenant_total"))
    )
    ruled = grouped.with_columns(avenant_regle=rule, _somme=pl.col("_montant") + pl.col("_pas_surs"))
    doubt = pl.col("avenant_regle") == "avenant_douteux"
    habit = pl.format(
        " Sur {} autres modifications de montant de cet acheteur, {} sont aussi petites.", "_autres", "_autres_petits"
    )
    sentences = rules.toml("contract_facts.toml")["montant"]
    euros = evidence.euros
    told = {
        "avenant_douteux": [
            euros(pl.coalesce("_notifie", "_montant")),
            "_liste",
            euros("_dernier"),
            euros("_somme"),
            pl.when(pl.col("_autres") > 0).then(habit).otherwise(pl.lit("")),
        ],
        "avenant_dit_ecart": [euros("_notifie"), "_liste", euros("_montant")],
        "avenant_en_moins": [euros("_notifie"), "_liste", euros("_montant")],
        "avenant_sans_montant": [euros("_montant")],
        "avenant_total": [euros("_notifie"), euros("_montant")],
    }
    proof = pl.lit(None, pl.String)
    for name, values in told.items():
        proof = (
            pl.when(pl.col("avenant_regle") == name)
            .then(pl.format(sentences[name]["preuve"], *values))
            .otherwise(proof)
        )
    return ruled.select(
        "uid",
        "_montant",
        "avenant_regle",
        avenant_preuve=proof,
        avenant_propose=pl.when(doubt).then("_somme"),
        avenant_bas=pl.when(doubt).then(pl.min_horizontal("_montant", "_dernier")),
    )


def _months(states: pl.DataFrame) -> pl.DataFrame:
    """Per amended contract: the judged duration, the rule, its bounds, the date of the last amendment."""
    grouped = _durations(_read_months(states))
    end = pl.col("_debut").dt.offset_by(pl.format("{}mo", "_duree"))
    late = (end < pl.col("dernier_avenant")).fill_null(False)
    rule = (
        pl.when((pl.col("_n_doute") > 0) & pl.col("_duree").is_not_null())
        .then(pl.lit("avenant_duree_douteuse"))
        .when(late)
        .then(pl.lit("avenant_apres_la_fin"))
        .when(pl.col("_total") != pl.col("_notifiee"))
        .then(pl.lit("avenant_duree_totale"))
    )
    doubt = pl.col("duree_regle") == "avenant_duree_douteuse"
    return grouped.with_columns(duree_regle=rule).select(
        "uid",
        "_duree",
        "duree_regle",
        "dernier_avenant",
        duree_preuve=_duration_proof(),
        duree_basse=pl.when(doubt).then(pl.min_horizontal("_duree", "_dernier")),
        duree_haute=pl.when(doubt).then("_somme"),
    )


def _read_months(states: pl.DataFrame) -> pl.DataFrame:
    """Each state with how its months are read (``_lu``): the whole duration, in doubt, or nothing said.

    A contract of 24 months whose amendment says « 36 » lasts 36 months, unless those were over when it was signed (they may be
    months to add); one whose amendment says « 12 » may last 12 months more, or have been shortened: both are in doubt.
    """
    months = pl.col("_mois")
    speaking = states.with_columns(_mois=pl.when(pl.col("dureeMois_avenant") > 0).then("dureeMois_avenant"))
    before = months.cum_max().shift(1).over("uid")
    speaking = speaking.with_columns(_vigueur=pl.max_horizontal("duree_notifiee", before))
    force = pl.col("_vigueur")
    reached = pl.col("dateNotification").dt.offset_by(pl.format("{}mo", months)) >= pl.col("date_version")
    total = force.is_null() | (months == force) | ((months > force) & reached.fill_null(True))
    kind = pl.when(months.is_null()).then(pl.lit("rien")).when(total).then(pl.lit("total")).otherwise(pl.lit("doute"))
    return speaking.with_columns(_lu=kind)


def _durations(classed: pl.DataFrame) -> pl.DataFrame:
    """Per contract: the last duration read as a whole, the months in doubt since, their sum."""
    months, rank = pl.col("_mois"), pl.int_range(pl.len()).over("uid")
    last_total = pl.when(pl.col("_lu") == "total").then(rank).max().over("uid").fill_null(-1)
    unsure = (rank > last_total) & (pl.col("_lu") == "doute")
    listed = evidence.months_listed(pl.col("date_version"), months).filter(months.is_not_null())
    grouped = (
        classed.with_columns(_pas_sur=unsure)
        .group_by("uid")
        .agg(
            _total=months.filter(pl.col("_lu") == "total").last(),
            _notifiee=pl.col("duree_notifiee").first(),
            _ajouts=months.filter("_pas_sur").sum(),
            _n_doute=pl.col("_pas_sur").sum(),
            _dernier=months.filter("_pas_sur").last(),
            dernier_avenant=pl.col("date_version").max(),
            _debut=pl.col("dateNotification").first(),
            _liste=listed.str.join(", "),
        )
    )
    judged = grouped.with_columns(_duree=pl.coalesce("_total", "_notifiee"))
    return judged.with_columns(_somme=pl.col("_duree") + pl.col("_ajouts"))


def _duration_proof() -> pl.Expr:
    """The sentence of the rule that judged a duration (``contract_facts.toml``), with its months and its dates."""
    sentences = rules.toml("contract_facts.toml")["duree"]
    told = {
        "avenant_duree_douteuse": [pl.coalesce("_notifiee", "_duree"), "_liste", "_dernier", "_somme"],
        "avenant_apres_la_fin": [pl.col("dernier_avenant").dt.strftime("%d/%m/%Y")],
        "avenant_duree_totale": ["_notifiee", "_duree"],
    }
    proof = pl.lit(None, pl.String)
    for name, values in told.items():
        written = pl.format(sentences[name]["preuve"], *values)
        proof = pl.when(pl.col("duree_regle") == name).then(written).otherwise(proof)
    return proof
