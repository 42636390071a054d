"""Which duty weighs on which contract, and is what it expects declared: a readiness, never a verdict.

Each duty is data (``reference/law.toml``, table ``duties``), with its dates, its sources and how far they were checked. The
answer for a contract is the lowest of several ladders: its date, its amount, its field, its exclusions. The rest of the room:
``dates``, ``expected``, ``thresholds``, ``works``, ``buyer_kinds``, ``reservations`` (marchés réservés), ``buyer``.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser import rules
from spaser.obligations import dates, expected, thresholds
from spaser.obligations.buyer import buyer_duties
from spaser.obligations.buyer_kinds import kinds, kinds_counted, kinds_of
from spaser.obligations.declared import Declared
from spaser.obligations.ladders import (
    CERTAIN,
    LIKELY,
    NOT_SUBJECT,
    UNDECIDED,
    UNLIKELY,
    Rung,
    climb,
    lowest,
    reasons,
    rules_used,
    word,
)
from spaser.obligations.reservations import reserved
from spaser.obligations.works import perhaps
from spaser.vocabulary import APPLICABILITY, CENT, DUTIES, READINESS

__all__ = [
    "aimed",
    "buyer_duties",
    "catalogue",
    "duties",
    "kinds_counted",
    "kinds_of",
    "questions",
    "readiness",
    "reserved",
    "targets",
    "to_see",
    "undecided",
]

#: The contracts a duty aims at, the day of their launch aside; a day of notification is known, and counted.
AIMED = "vises"


def catalogue(level: str | None = None) -> dict[str, dict[str, Any]]:
    """The duties of ``law.toml`` by identifier: all of them, or those of a level (contract, buyer)."""
    known = rules.toml("law.toml")["duties"]
    return {key: duty for key, duty in known.items() if level in (None, duty["level"])}


def targets() -> dict[str, dict[str, Any]]:
    """The national targets of ``law.toml`` by identifier: dated references to offer, never to impose."""
    return rules.toml("law.toml")["targets"]


def duties(
    contracts: pl.LazyFrame,
    *,
    buyer_kind: str | pl.LazyFrame | None = None,
    launches: pl.LazyFrame | None = None,
    as_of: date,
    declared: Declared | None = None,
) -> pl.LazyFrame:
    """Table DUTIES: one row per contract and duty that speaks of its type; platform tests are left out.

    Parameters
    ----------
    contracts
        CONTRACTS with the declared considerations, and ``acheteur_categorie`` when known. Amounts in cents. Framework
        agreements are looked for among them: give all the contracts of the buyer, then choose.
    buyer_kind
        Kind of the buyer (``vocabulary.BUYER_KINDS``) for the European thresholds; or a table ``acheteur_siren,
        type_acheteur`` (see ``buyer_kinds.kinds_of``). Unknown: a local authority is « autre », others stay unknown.
    launches
        LAUNCHES: the day a consultation was launched, from a notice.
    as_of
        The day the data were closed.
    declared
        What the buyer says of itself; its kind wins, and a buyer the code does not bind has none of these duties.

    Raises
    ------
    Problem
        The kind of buyer is not known.
    """
    method = rules.method()["obligations"]
    said = declared or Declared()
    real = contracts.filter(~pl.col("test_plateforme").fill_null(False) & said.soumis_au_code)
    buyer_kind = said.kind or buyer_kind
    known = thresholds.needs(dates.launched(kinds(real, buyer_kind), launches)).with_columns(
        acheteur_local=_local(real)
    )
    asked = catalogue("contract")
    ladders = {
        f"{key}|{name}": ladder for key, duty in asked.items() for name, ladder in _ladders(duty, as_of, method).items()
    }
    rows = known.with_columns(**ladders).select(
        "uid",
        "acheteur_siren",
        "date_reference",
        "date_origine",
        "besoin",
        lignes=pl.concat_list(
            _answer(key, duty, [pl.col(name) for name in ladders if name.startswith(f"{key}|")])
            for key, duty in asked.items()
        ),
    )
    long = rows.explode("lignes", empty_as_null=True, keep_nulls=True).unnest("lignes").filter(pl.col("concerne"))
    return DUTIES.conform(long.with_columns(word(pl.col("champ")), word(pl.col("applicabilite"))))


def readiness(duties: pl.LazyFrame) -> pl.LazyFrame:
    """Table READINESS (« taux de préparation »): per duty, the contracts aimed at, then those of each state.

    ``part_ensemble`` is over all contracts of the group, ``part_repondus`` over those whose answer is known. Groups without
    a contract have no row; duties keep the order of ``law.toml``.
    """
    dated = pl.col("obligation").is_in(
        [key for key, duty in catalogue("contract").items() if duty["day"] == "notification"]
    )
    state = pl.when(dated).then("applicabilite").otherwise("champ")
    aimed = duties.filter(state.is_in(["probable", "certain"])).with_columns(groupe=pl.lit(AIMED))
    both = pl.concat([aimed, duties.with_columns(groupe=pl.col("applicabilite"))])
    counted = both.group_by("obligation", "groupe").agg(
        contrats=pl.len().cast(pl.Int64),
        remplies=pl.col("remplie").sum().cast(pl.Int64),
        non_constatees=(~pl.col("remplie")).sum().cast(pl.Int64),
        inconnues=pl.col("remplie").is_null().sum().cast(pl.Int64),
    )
    answered = pl.col("contrats") - pl.col("inconnues")
    measured = counted.with_columns(
        part_ensemble=pl.when(answered > 0).then(pl.col("remplies") / pl.col("contrats")),
        part_repondus=pl.when(answered > 0).then(pl.col("remplies") / answered),
        couverture=answered / pl.col("contrats"),
    )
    order = [_rank("obligation", list(catalogue())), _rank("groupe", [AIMED, *APPLICABILITY])]
    return READINESS.conform(measured.sort(order))


def aimed(duties: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of DUTIES that matter: the contract would be subject, or may be now."""
    rank = _rank("obligation", list(catalogue()))
    return duties.filter(
        pl.col("champ").is_in(["probable", "certain"]) | (pl.col("applicabilite") != "non_soumis")
    ).sort(rank, "uid")


def undecided(duties: pl.LazyFrame) -> pl.LazyFrame:
    """Why nothing tells whether a duty aims at a contract: ``obligation, cause, contrats``, each contract once, the commonest first.

    ``cause`` is the head of its first reason (« type d'acheteur inconnu : … »): that which stands before the colon.
    """
    cause = pl.col("motif_champ").str.split(" ; ").list.first().str.split(" : ").list.first()
    return (
        duties.filter(pl.col("champ") == "indetermine")
        .group_by("obligation", cause=cause)
        .agg(contrats=pl.len().cast(pl.Int64))
        .sort(_rank("obligation", list(catalogue())), "contrats", "cause", descending=[False, True, False])
    )


def to_see(duties: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of DUTIES an officer should open: subject or of undecided date, without what is expected seen, the surest first.

    Considerations first, the date of publication last. A contract whose amount or field leaves a doubt is not listed.
    """
    aimed_at = pl.col("champ").is_in(["certain", "probable"])
    subject = aimed_at & pl.col("applicabilite").is_in(["certain", "probable", "indetermine"])
    expected = pl.col("obligation").is_in([key for key, duty in catalogue("contract").items() if "met" in duty])
    missing = ~pl.col("remplie").fill_null(False)
    published = pl.col("obligation").is_in(
        [key for key, duty in catalogue("contract").items() if duty["day"] == "notification"]
    )
    rank = [published, _rank("applicabilite", list(reversed(APPLICABILITY))), _rank("obligation", list(catalogue()))]
    return duties.filter(subject & missing & expected).sort([*rank, pl.col("uid")])


def questions(duties: pl.LazyFrame, contracts: pl.LazyFrame | None = None) -> pl.LazyFrame:
    """What only the buyer can answer: ``obligation`` (null when it is none of them), ``question``, ``contrats`` it bears on,
    of which ``vises`` (the duty aims at them) and ``peut_etre_vises`` (its field is undecided); both null when the question is of
    no duty.

    The exceptions of the duties, where a contract aimed at has no declared answer (for a duty that no field shows, only the
    contracts of its time); the notices whose day would settle a date; the contracts that a yearly list may publish; and,
    when CONTRACTS are given, the contracts without competition above the threshold of exemption.
    """
    fields = [key for key, duty in catalogue("contract").items() if "met" in duty and "text" not in duty["met"]]
    shown = pl.col("obligation").is_in(fields)
    timely = shown | (pl.col("applicabilite") != "non_soumis")
    open_ = pl.col("champ").is_in(["indetermine", "probable", "certain"]) & ~pl.col("remplie").fill_null(False) & timely
    unsure = pl.col("champ") == "indetermine"
    counted = (
        duties.filter(open_)
        .group_by("obligation")
        .agg(
            contrats=pl.len().cast(pl.Int64),
            vises=(~unsure).sum().cast(pl.Int64),
            peut_etre_vises=unsure.sum().cast(pl.Int64),
        )
    )
    asked = [(key, text) for key, duty in catalogue("contract").items() for text in duty["exceptions"]]
    rows = pl.LazyFrame(asked, schema={"obligation": pl.String, "question": pl.String}, orient="row").with_row_index(
        "rang"
    )
    exceptions = rows.join(counted, on="obligation", maintain_order="left_right").sort("rang").drop("rang")
    others = [_notices(duties), thresholds.listed_yearly(duties)]
    others += [] if contracts is None else [thresholds.without_competition(contracts)]
    none = [pl.lit(None, pl.Int64).alias(name) for name in ("vises", "peut_etre_vises")]
    counts = [pl.lit(None, pl.String).alias("obligation"), "question", "contrats", *none]
    return pl.concat([exceptions, *(frame.filter(pl.col("contrats") > 0).select(counts) for frame in others)])


def _notices(duties: pl.LazyFrame) -> pl.LazyFrame:
    """How many contracts of undecided date had to be advertised: their notice gives the day."""
    floor = rules.in_force("advertising_threshold", pl.col("date_reference")) * CENT
    dated = pl.col("obligation").is_in(
        [key for key, duty in catalogue("contract").items() if duty["day"] == "launch" and "met" in duty]
    )
    undecided = pl.col("applicabilite").is_in(["peu_probable", "indetermine", "probable"]) & (
        pl.col("date_origine") == "notification"
    )
    text = "Quel jour leur avis a-t-il été envoyé ? Ces contrats dépassent le seuil de publicité : leur avis trancherait la date de lancement."
    return duties.filter(dated & undecided & (pl.col("besoin") >= floor)).select(
        question=pl.lit(text), contrats=pl.col("uid").n_unique().cast(pl.Int64)
    )


def _ladders(duty: dict[str, Any], as_of: date, method: dict[str, Any]) -> dict[str, pl.Expr]:
    """The ladders of one duty, the date first."""
    doubt = (duty["doubt"], duty["doubt_note"]) if "doubt" in duty else None
    by_launch = duty["day"] == "launch"
    when = (
        dates.by_launch(duty["since"], as_of, method, doubt)
        if by_launch
        else dates.by_notification(duty["since"], as_of)
    )
    amount = {
        "eu": [thresholds.european(method), thresholds.read_threshold()],
        "publication": [thresholds.publishing(method)],
    }
    field = [
        _text(duty),
        *_exclusions(duty),
        *_options(duty),
        *_buyers(duty),
        *_field(duty),
        *amount.get(duty.get("threshold", ""), []),
    ]
    return {"date": when} | {f"champ_{rank}": ladder for rank, ladder in enumerate(field)}


def _text(duty: dict[str, Any]) -> pl.Expr:
    """Was the text of the duty read: one that was not never makes it certain."""
    if duty["confidence"] in rules.READ:
        return climb((Rung("texte_lu", pl.lit(True), CERTAIN),))
    return climb(
        (
            Rung(
                "texte_non_lu",
                pl.lit(True),
                LIKELY,
                f"texte officiel non relu ({rules.CONFIDENCES[duty['confidence']]})",
            ),
        )
    )


def _local(contracts: pl.LazyFrame) -> pl.Expr:
    """Is the buyer a local authority of the geographic code."""
    known = "acheteur_categorie" in contracts.collect_schema().names()
    return pl.col("acheteur_categorie").is_not_null() if known else pl.lit(False)


def _answer(key: str, duty: dict[str, Any], ladders: list[pl.Expr]) -> pl.Expr:
    """What one duty says of each contract, as a struct."""
    _, *field = ladders
    bounds = {"eu": ("ue_bas", "ue_haut"), "publication": ("publication", "publication")}.get(duty.get("threshold", ""))
    low, high = (pl.col(name) if bounds else pl.lit(None, pl.Int64) for name in bounds or ("", ""))
    return pl.struct(
        concerne=pl.col("type_contrat").is_in(duty["contracts"]),
        obligation=pl.lit(key),
        champ=lowest(field),
        applicabilite=lowest(ladders),
        remplie=expected.met(duty),
        motif=reasons(ladders),
        motif_champ=reasons(field),
        regle_etat=rules_used(ladders),
        seuil_bas=low,
        seuil_haut=high,
    )


def _exclusions(duty: dict[str, Any]) -> list[pl.Expr]:
    """The exclusions the data show; one that was not read in a source only makes the duty unlikely."""
    if not duty.get("exclusions"):
        return []
    seen = {
        "defense": pl.col("defense"),
        "sans_concurrence": pl.col("procedure") == thresholds.WITHOUT_COMPETITION,
    }
    rungs = []
    for rule in duty["exclusions"]:
        unread = rule["confidence"] == "a_confirmer"
        motif = f"{rule['label']} (exclusion à confirmer)" if unread else rule["label"]
        state = list(APPLICABILITY).index(rule["state"]) if "state" in rule else UNLIKELY if unread else NOT_SUBJECT
        rungs.append(Rung(f"exclusion_{rule['when']}", seen[rule["when"]], state, motif))
    return [climb((*rungs, Rung("sans_exclusion", pl.lit(True), CERTAIN)))]


def _options(duty: dict[str, Any]) -> list[pl.Expr]:
    """What lets the buyer decide otherwise, with reasons to keep: undecided where it is open, never certain where it may be."""
    ladders = []
    for rule in duty.get("options", []):
        months = pl.coalesce("dureeMois_initiale", "dureeMois")
        short = perhaps() & (months < rule["max_months"])
        ladders.append(
            climb(
                (
                    Rung(f"option_{rule['when']}", short, UNDECIDED, rule["label"]),
                    Rung(f"option_{rule['when']}_inconnue", short.is_null(), LIKELY, rule["unknown"]),
                    Rung("sans_option", pl.lit(True), CERTAIN),
                )
            )
        )
    return ladders


def _buyers(duty: dict[str, Any]) -> list[pl.Expr]:
    """The buyers a duty aims at, when it does not aim at all of them."""
    if duty.get("buyers") != "public":
        return []
    public = pl.col("acheteur_local") | (pl.col("type_acheteur") == "central")
    return [
        climb(
            (
                Rung("acheteur_vise", public, CERTAIN),
                Rung(
                    "acheteur_peut_etre_vise",
                    pl.lit(True),
                    UNDECIDED,
                    f"rien ne dit si cet acheteur est visé ({duty['who']})",
                ),
            )
        )
    ]


def _field(duty: dict[str, Any]) -> list[pl.Expr]:
    """The purchases a duty speaks of, by CPV prefixes that are the kit's approximation: never certain."""
    if not duty.get("cpv_prefixes"):
        return []
    code = pl.col("codeCPV")
    match = pl.any_horizontal(code.str.starts_with(prefix) for prefix in duty["cpv_prefixes"])
    return [
        climb(
            (
                Rung("cpv_inconnu", code.is_null(), UNDECIDED, "code CPV absent : objet de l'achat inconnu"),
                Rung("cpv_concerne", match, LIKELY, "code CPV concerné (approximation du kit)"),
                Rung(
                    "cpv_hors_champ", pl.lit(True), NOT_SUBJECT, "hors des codes CPV concernés (approximation du kit)"
                ),
            )
        )
    ]


def _rank(name: str, order: list[str]) -> pl.Expr:
    return pl.col(name).replace_strict(order, list(range(len(order))), return_dtype=pl.Int32, default=len(order))
