"""What an amendment publishes: a new total, a difference, or nothing. The notified value stays while nothing decides.

Rules, words and examples: ``reference/contract_facts.toml`` (``avenants``, ``montant``, ``duree``).
"""

from __future__ import annotations

import polars as pl

from spaser import rules
from spaser.contracts import durations, evidence, ruling, sequence
from spaser.contracts.wording import DIFFERENCE, TOTAL
from spaser.vocabulary import CENT

#: What cannot be decided, in the order in which it is said.
_DOUBTED = ("doute", "trop", "annule", "taux")
_GRAVITY = {kind: place for place, kind in enumerate(_DOUBTED)}


def judge(contracts: pl.DataFrame) -> pl.DataFrame:
    """Replaces ``montant`` and ``dureeMois`` by their judged values, and adds what was published and why.

    Added: ``montant_publie``, ``avenant_regle``, ``avenant_preuve``, ``avenant_propose``, ``avenant_bas``, ``avenant_haut``,
    ``dureeMois_publiee``, ``duree_regle``, ``duree_preuve``, ``duree_basse``, ``duree_haute``, ``dernier_avenant``. Needs
    ``uid, montant, montant_notifie, dureeMois, duree_notifiee, dateNotification, changements, decision_duree``.
    """
    told = contracts.with_columns(montant_publie="montant", dureeMois_publiee="dureeMois")
    changed = (pl.col("changements").list.len() > 0).fill_null(False)
    amended = told.select(
        "uid", "acheteur_siren", "montant_notifie", "duree_notifiee", "dateNotification", "changements", "dureeMois"
    ).filter(changed)
    states = amended.explode("changements").unnest("changements").sort("uid", "ordre")
    lasting = durations.judged(states, told.select(*durations.PLAIN, "changements").filter(~changed))
    joined = told.drop("changements").join(_amount_facts(_grouped(_classed(states))), on="uid", how="left")
    joined = joined.join(lasting, on="uid", how="left")
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


def _classed(states: pl.DataFrame) -> pl.DataFrame:
    """Adds to each amendment ``_lu``, what its sum is, ``_somme`` (null: no sum), ``_rien`` and ``_vigueur``, the amount in force."""
    settings = rules.toml("contract_facts.toml")["avenants"]
    amount, notified = pl.col("_somme"), pl.col("montant_notifie")
    # One euro is the least that the format takes: beside a true amount it is typed for « no change ».
    nothing = (pl.col("montant") == 0) | ((pl.col("montant") == CENT) & (notified >= settings["taux_rapport"] * CENT))
    speaking = states.with_columns(_somme=pl.when(~nothing.fill_null(False)).then("montant"), _rien=nothing)
    plain = amount > settings["part"] * notified
    # The amount in force before each amendment: the last one that is no small part of what was notified.
    plain = plain & ((amount <= settings["trop"] * notified) | (notified < settings["trop_des"] * CENT))
    speaking = speaking.with_columns(_vigueur=pl.when(plain | notified.is_null()).then(amount))
    speaking = speaking.with_columns(_vigueur=pl.coalesce(sequence.before(pl.col("_vigueur")), notified))
    force = pl.col("_vigueur")
    total = (amount > settings["part"] * force) | (amount >= settings["retour"] * notified) | force.is_null()
    rate = (amount.abs() <= settings["taux_maximum"] * CENT) & (amount.abs() * settings["taux_rapport"] <= force)
    huge = (amount > settings["trop"] * force) & (force >= settings["trop_des"] * CENT)
    # Two disproportionate changes of one size confirm each other, unless a hundredth of them is what was in force.
    sizes = pl.when(huge).then(amount)
    agreed = (sizes.count().over("uid") > 1) & (sizes.min().over("uid") * 2 >= sizes.max().over("uid"))
    huge = huge & ~(agreed.fill_null(False) & ~_hundredth(amount, force))
    said_ = pl.col("dit").fill_null(0)
    kind = (
        pl.when(amount.is_null())
        .then(pl.lit("rien"))
        .when(rate)
        .then(pl.lit("taux"))
        .when(said_ == TOTAL)
        .then(pl.lit("total"))
        .when(said_ != 0)
        .then(pl.lit("dit"))
        .when(huge)
        .then(pl.lit("trop"))
        .when((amount < 0) & (amount.abs() >= force))
        .then(pl.lit("annule"))
        .when(amount < 0)
        .then(pl.lit("moins"))
        .when(total)
        .then(pl.lit("total"))
        .otherwise(pl.lit("doute"))
    )
    return speaking.with_columns(_lu=kind)


def _grouped(classed: pl.DataFrame) -> pl.DataFrame:
    """One row per amended contract: the last total, the sums of what is sure and unsure after it, and what shows them."""
    amount, notified, force = pl.col("_somme"), pl.col("montant_notifie"), pl.col("_vigueur")
    said_ = pl.col("dit").fill_null(0)
    # What comes before the last total is settled by it.
    after = sequence.none_from(pl.col("_lu") == "total")
    signed = amount.abs() * pl.when(said_ == -DIFFERENCE).then(-1).when(amount < 0).then(-1).otherwise(1)
    added = (
        pl.when(pl.col("_lu") == "taux")
        .then(_rated(amount, force))
        .when(pl.col("_lu").is_in(["trop", "annule"]))
        .then(0)
        .otherwise(signed)
    )
    sure, unsure = after & pl.col("_lu").is_in(["dit", "moins"]), after & pl.col("_lu").is_in(_DOUBTED)
    marked = classed.with_columns(
        _sur=sure, _pas_sur=unsure, _signe=added, _gravite=pl.col("_lu").replace_strict(_GRAVITY, default=None)
    )
    small = pl.when(pl.col("_pas_sur") & (pl.col("_lu") == "doute")).then(amount)
    marked = marked.with_columns(_petit=small).with_columns(_avant=sequence.before(pl.col("_petit")))
    marked = marked.with_columns(_deja=pl.when(_again()).then("_avant"))
    when_sure, when_unsure = pl.when("_sur"), pl.when("_pas_sur")
    facts = marked.group_by("uid").agg(
        _total=pl.when(pl.col("_lu") == "total").then(amount).last(ignore_nulls=True),
        _notifie=notified.first(),
        acheteur_siren=pl.col("acheteur_siren").first(),
        _surs=when_sure.then("_signe").sum(),
        _pas_surs=when_unsure.then("_signe").sum(),
        _n_doute=pl.col("_pas_sur").sum(),
        _dit=(pl.col("_sur") & (pl.col("_lu") == "dit")).any(),
        _moins=pl.col("_sur").any(),
        _dernier=when_unsure.then(amount).last(ignore_nulls=True),
        _doute=when_unsure.then("_gravite").min(),
        _zero=pl.col("_rien").last(ignore_nulls=True),
        _petits=(pl.col("_lu") == "doute").sum(),
        _repetes=pl.col("_deja").count(),
        _en_trop=pl.col("_deja").sum(),
        _memes=(pl.col("_deja") == pl.col("_petit")).all(),
        _changes=amount.count(),
    )
    return facts.join(_listed(marked), on="uid", how="left").with_columns(
        pl.col("_liste", "_bruts").fill_null(""),
        _doute=pl.col("_doute").replace_strict(dict(enumerate(_DOUBTED)), default=None, return_dtype=pl.String),
    )


def _listed(marked: pl.DataFrame) -> pl.DataFrame:
    """``uid, _liste, _bruts`` of the contracts where something is sure or unsure: the sums in words, those in doubt as typed."""
    amount = pl.col("_somme")
    spoken = marked.filter(pl.col("_sur") | pl.col("_pas_sur")).select("uid").unique()
    told = marked.filter(amount.is_not_null()).join(spoken, on="uid", how="semi", maintain_order="left")
    raw = (amount / CENT).cast(pl.String).str.replace(r"\.0$", "").str.replace(".", ",", literal=True)
    written = told.select("uid", sum=evidence.listed(pl.col("date_version"), amount), raw=pl.when("_pas_sur").then(raw))
    return written.group_by("uid").agg(
        _liste=pl.col("sum").str.join(", "), _bruts=pl.col("raw").drop_nulls().str.join(", ")
    )


def _again() -> pl.Expr:
    """The small sum is nearly that of the amendment before it: one sum published again, or as much once more."""
    settings = rules.toml("contract_facts.toml")["avenants"]
    gap, larger = (pl.col("_petit") - pl.col("_avant")).abs(), pl.max_horizontal("_petit", "_avant")
    return gap <= settings["proches"] * larger


def _hundredth(amount: pl.Expr, force: pl.Expr) -> pl.Expr:
    """A lost decimal comma explains the amount: its hundredth looks like what was in force."""
    settings = rules.toml("contract_facts.toml")["avenants"]
    return (amount // 100).is_between(settings["part"] * force, settings["trop"] * force)


def _rated(amount: pl.Expr, force: pl.Expr) -> pl.Expr:
    """What a rate typed instead of a sum adds: 0,15 and 15 are 15 %, 1,15 is a coefficient."""
    rate = amount / CENT
    share = (
        pl.when(rate.abs() < 1)
        .then(rate)
        .when(rate.is_between(1, 2, closed="none"))
        .then(rate - 1)
        .otherwise(rate / 100)
    )
    return (share * force).round(0).cast(pl.Int64)


def _amount_facts(grouped: pl.DataFrame) -> pl.DataFrame:
    """``uid, _montant, avenant_regle, avenant_preuve, avenant_propose, avenant_bas`` from the classes of each contract."""
    buyer = ["acheteur_siren"]
    grouped = grouped.with_columns(
        _montant=pl.coalesce("_total", "_notifie") + pl.col("_surs"),
        _autres=pl.col("_changes").sum().over(buyer) - pl.col("_changes"),
        _autres_petits=pl.col("_petits").sum().over(buyer) - pl.col("_petits"),
    )
    grouped = grouped.with_columns(_somme=pl.col("_montant") + pl.col("_pas_surs"))
    ruled = ruling.decided(grouped, "montant", _seen(), _shown())
    values = _values()
    rule = pl.col("_regle")
    return ruled.select(
        "uid",
        "_montant",
        avenant_regle=rule,
        avenant_preuve="_preuve",
        **{f"avenant_{key}": ruling.valued("montant", key, rule, values) for key in ("propose", "bas", "haut")},
    )


def _seen() -> dict[str, pl.Expr]:
    """What the rules of amendments may see, from the columns of ``_grouped``."""
    amount = pl.col("_montant")
    return {
        # Without an amount in force nothing is in doubt: the amendment's is all there is.
        "doute": pl.when(amount.is_not_null()).then("_doute"),
        "proches": pl.col("_repetes") > 0,
        "dit": pl.col("_dit"),
        "moins": pl.col("_moins"),
        "zero": pl.col("_zero"),
        "total": pl.col("_total"),
        "notifie": pl.col("_notifie"),
        "montant": amount,
    }


def _values() -> dict[str, pl.Expr]:
    """What the rules may propose, or take as a bound, in cents."""
    amount, last = pl.col("_montant"), pl.col("_dernier")
    # Twice about the same may be twice as much; the same to the cent, or three times, is one sum published again.
    again = pl.col("_memes") | (pl.col("_repetes") > 1)
    return {
        "une_fois": pl.when(again).then(_once()),
        "montant": amount,
        "somme": pl.col("_somme"),
        "dernier": last,
        "plus_petit": pl.min_horizontal(amount, last),
        "centieme": pl.when(_hundredth(last, amount)).then(last // 100),
        "rien": pl.lit(0, pl.Int64),
    }


def _once() -> pl.Expr:
    """The amount with each sum that comes back counted once."""
    return pl.col("_somme") - pl.col("_en_trop")


def _shown() -> dict[str, pl.Expr]:
    """What the rules may show, in words."""
    habit = pl.format(
        " Sur {} autres modifications de montant de cet acheteur, {} sont aussi petites.", "_autres", "_autres_petits"
    )
    euros = evidence.euros
    return {
        "notifie": euros(pl.coalesce("_notifie", "_montant")),
        "montant": euros("_montant"),
        "dernier": euros("_dernier"),
        "somme": euros("_somme"),
        "une_fois": euros(_once()),
        "liste": pl.col("_liste"),
        "bruts": pl.col("_bruts"),
        "habitude": pl.when(pl.col("_autres") > 0).then(habit).otherwise(pl.lit("")),
    }
