"""Counts of rows that the report shows and no measure holds: refusals by rule, steps to the denominator, bands of score."""

from __future__ import annotations

from datetime import date

import polars as pl

from spaser import rules
from spaser.vocabulary import LABELS


def _ruled(fact: str) -> list[tuple[tuple[str, ...], pl.Expr, str, int]]:
    """A reason for each sentence that rules of a fact say (``contract_facts.toml``, ``corriger``)."""
    column, said = f"{fact}_regle", rules.to_correct(fact)
    named = {one: [name for name, other in said.items() if other == one] for one in dict.fromkeys(said.values())}
    return [((column,), pl.col(column).is_in(names), why, weight) for (why, weight), names in named.items()]


#: Why a contract deserves a look: columns needed, test, what to do, weight (gravest first in the list handed over).
REASONS = (
    (("montant_statut",), pl.col("montant_statut") == "impossible", "montant impossible : à corriger à la source", 5),
    (("test_plateforme",), pl.col("test_plateforme"), "contrat d'essai d'une plateforme : à retirer", 4),
    (
        ("montant_regle",),
        pl.col("montant_regle").is_in(rules.to_look("montant")),
        "modification dont le montant est un ajout, un total, un taux ou une erreur : à trancher",
        6,
    ),
    (
        ("montant_propose", "montant_regle"),
        pl.col("montant_propose").is_not_null() & ~pl.col("montant_regle").is_in(rules.to_look("montant")),
        "erreur d'unité probable : voir la réparation proposée",
        4,
    ),
    (
        ("montant_regle",),
        pl.col("montant_regle") == "plusieurs_lots_sous_un_numero",
        "plusieurs montants sous un même numéro : publier chaque lot sous le sien",
        4,
    ),
    (
        ("montant_regle",),
        pl.col("montant_regle") == "etats_successifs",
        "contrat republié sous le même numéro : publier chaque modification comme telle",
        3,
    ),
    (
        ("montant_anomalie", "montant_regle", "montant_propose"),
        # A proposed repair says why already.
        (pl.col("montant_anomalie") | (pl.col("montant_regle") == "outlier").fill_null(False))
        & pl.col("montant_propose").is_null(),
        "montant inhabituel pour cet acheteur ou pour ceux de sa taille : à confirmer",
        1,
    ),
    *_ruled("date"),
    *_ruled("duree"),
    (
        ("nature_contrat",),
        pl.col("nature_contrat") == "indecis",
        "nature indécise : accord-cadre, marché subséquent ou marché ?",
        2,
    ),
    (
        ("montant_statut",),
        pl.col("montant_statut") == "symbolique",
        "montant symbolique : publier le maximum ou l'estimation",
        3,
    ),
    (("montant_statut",), pl.col("montant_statut") == "inconnu", "montant absent ou illisible", 3),
    (
        ("doublon_regle",),
        pl.col("doublon_regle") == "maxima_eloignes",
        "maxima très différents d'un même lot : un seul besoin ?",
        3,
    ),
    (
        ("doublon_possible", "doublon_regle"),
        pl.col("doublon_possible").is_not_null() & (pl.col("doublon_regle") != "maxima_eloignes"),
        "doublon possible d'un autre contrat",
        3,
    ),
    (("dateNotification",), pl.col("dateNotification").is_null(), "date de notification absente ou illisible", 3),
)
_SOCIAL = ("clause_sociale", "critere_social", "marche_reserve")
_GREEN = ("clause_environnementale", "critere_environnemental")
_SILENCES = (
    (_SOCIAL + _GREEN, "considérations sociales et environnementales non renseignées", 2),
    (_SOCIAL, "considérations sociales non renseignées", 1),
    (_GREEN, "considérations environnementales non renseignées", 1),
)
#: The format of 2019 had no field for considerations: its silence is no fault of the contract.
_OLD_FORMAT = "2019"
AXES = {"score_social": "Social", "score_environnement": "Environnement", "score_acces_ess": "Accès de l'ESS"}
AXIS_NAMES = {column.removeprefix("score_"): label for column, label in AXES.items()}
_BANDS = ((0, 0, "0"), (1, 25, "1 à 25"), (26, 50, "26 à 50"), (51, 75, "51 à 75"), (76, 100, "76 à 100"))


def last_notified(contracts: pl.DataFrame, as_of: date) -> date | None:
    """The last notification, when it is so long before the day that stops the data that this day is a republication's; else None."""
    if "dateNotification" not in contracts.columns:
        return None
    last = contracts.filter(pl.col("dateNotification") <= as_of)["dateNotification"].max()
    most = rules.toml("contract_facts.toml")["dates"]["silence_jours"]
    return last if isinstance(last, date) and (as_of - last).days > most else None


def read_in_files(accounts: pl.DataFrame) -> int:
    """The contracts and concessions that the files hold, whoever bought."""
    return int(accounts["contrats"].sum()) + int(accounts["concessions"].sum())


def checked_accounts(accounts: pl.DataFrame) -> pl.DataFrame:
    """ACCOUNTS with ``ecart``: what was found less what is accounted for (0 when the account is right)."""
    parts = pl.sum_horizontal("contrats", "versions_titulaires", "doublons", "concessions", "rejetes")
    return accounts.with_columns(ecart=pl.col("lus") - parts)


def refusals(rejects: pl.DataFrame) -> pl.DataFrame:
    """How many records each rule spoke of: ``niveau, regle, champ, n, exemple``, refusals first, most frequent first.

    A contract and its amendments stand in one record, and repeat what they say: it is counted once.
    """
    rank = pl.col("niveau").replace_strict({"rejet": 0, "doute": 1, "info": 2}, default=3)
    placed = pl.col("position").is_not_null()
    once = pl.struct("source", "position").filter(placed).n_unique() + (~placed).sum()
    grouped = rejects.group_by("niveau", "regle", "champ").agg(
        n=once.cast(pl.Int64), exemple=pl.col("message").sort().first()
    )
    return grouped.sort(rank, "n", "regle", "champ", descending=[False, True, False, False])


def steps(contracts: pl.DataFrame, population: str) -> pl.DataFrame:
    """From every contract to the population: ``etape, n, genre``; what is taken away adds up exactly."""
    left, rows = contracts, [("Contrats et concessions lus", contracts.height, "départ")]
    cuts = [
        ("Concessions", "type_contrat", pl.col("type_contrat") == "concession"),
        ("Défense ou sécurité", "defense", pl.col("defense")),
        ("Essais de plateforme", "test_plateforme", pl.col("test_plateforme")),
        ("Autres exclusions", "publies", ~pl.col("publies")),
        ("Sous le seuil de publication", population, ~pl.col(population)),
    ]
    for label, column, away in cuts:
        if column not in contracts.columns or (column == population == "publies"):
            continue
        # A contract of the population is never taken away for another reason: the population rules.
        kept = left.filter(~away.fill_null(False) | pl.col(population).fill_null(False))
        if kept.height < left.height:
            rows.append((label, left.height - kept.height, "retrait"))
        left = kept
    rows.append(("Contrats mesurés", left.height, "total"))
    return pl.DataFrame(rows, schema=["etape", "n", "genre"], orient="row")


def score_bands(contracts: pl.DataFrame) -> pl.DataFrame:
    """How many contracts in each band of each axis: ``axe, bande, ordre, n``, unknown last."""
    parts = [_bands(contracts, column, label) for column, label in AXES.items() if column in contracts.columns]
    return (
        pl.concat(parts)
        if parts
        else pl.DataFrame(schema={"axe": pl.String, "bande": pl.String, "ordre": pl.Int32, "n": pl.Int64})
    )


def corrections(contracts: pl.DataFrame) -> pl.DataFrame:
    """The contracts worth correcting, with ``a_corriger`` (why) and ``nb_motifs``: doubtful amendments, then euros at stake."""
    have = set(contracts.columns)
    known = [(test.fill_null(False), why, weight) for columns, test, why, weight in REASONS if have.issuperset(columns)]
    known += _silences(contracts)
    whys = pl.concat_list(pl.when(test).then(pl.lit(why)) for test, why, _ in known).list.drop_nulls()
    weights = pl.sum_horizontal(pl.when(test).then(weight).otherwise(0) for test, _, weight in known)
    listed = contracts.with_columns(motifs=whys, poids=weights).filter(pl.col("motifs").list.len() > 0)
    counted = listed.with_columns(nb_motifs=pl.col("motifs").list.len(), a_corriger=pl.col("motifs").list.join(" ; "))
    amended = pl.col("montant_regle").is_in(rules.to_look("montant")) if "montant_regle" in have else pl.lit(False)
    stake = pl.col("enjeu") if "enjeu" in have else pl.lit(None, pl.Int64)
    size = "montant_retenu" if "montant_retenu" in have else "nb_motifs"
    order = counted.with_columns(_avenant=amended.fill_null(False), _enjeu=stake.fill_null(0))
    ranked = order.sort(
        "_avenant", "_enjeu", "poids", size, "uid", descending=[True, True, True, True, False], nulls_last=True
    )
    return ranked.drop("_avenant", "_enjeu")


def correction_counts(found: pl.DataFrame) -> pl.DataFrame:
    """How many contracts for each reason: ``motif, n``."""
    return (
        found.select(motif=pl.col("motifs").explode())
        .group_by("motif")
        .agg(n=pl.len().cast(pl.Int64))
        .sort("n", "motif", descending=[True, False])
    )


def _silences(contracts: pl.DataFrame) -> list[tuple[pl.Expr, str, int]]:
    """Silence on both dimensions is one reason, on one of them another."""
    asked = pl.lit(True)
    if "dialecte" in contracts.columns:
        asked = ~pl.col("dialecte").str.contains(_OLD_FORMAT, literal=True).fill_null(False)
    found, told = [], pl.lit(False)
    for columns, why, weight in _SILENCES:
        if set(columns) <= set(contracts.columns):
            silent = pl.all_horizontal(pl.col(column).is_null() for column in columns)
            found.append((asked & silent & ~told, why, weight))
            told = told | silent
    return found


def contributions_text(contributions: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    """What brings each contract its points, axis by axis: ``uid, contributions`` (« Social : clause sociale +60. … »)."""
    said = pl.format("{} +{}", pl.col("consideration").replace(LABELS | names), "points")
    won = contributions.filter(pl.col("points") > 0).sort(
        "uid", "points", "consideration", descending=[False, True, False]
    )
    by_axis = won.group_by("uid", "axe", maintain_order=True).agg(texte=said.str.join(", "))
    ordered = by_axis.join(
        pl.DataFrame({"axe": list(AXIS_NAMES), "rang": range(len(AXIS_NAMES))}),
        on="axe",
        how="left",
        maintain_order="left",
    ).sort("uid", "rang", "axe")
    line = pl.format("{}\u00a0: {}", pl.col("axe").replace(AXIS_NAMES), "texte")
    return ordered.group_by("uid", maintain_order=True).agg(contributions=line.str.join(" ; "))


def _bands(contracts: pl.DataFrame, column: str, label: str) -> pl.DataFrame:
    score = pl.col(column)
    tests = [(text, score.is_between(low, high)) for low, high, text in _BANDS] + [("inconnu", score.is_null())]
    counts = contracts.select(test.sum().cast(pl.Int64).alias(text) for text, test in tests).row(0)
    return pl.DataFrame(
        {"axe": [label] * len(tests), "bande": [text for text, _ in tests], "ordre": range(len(tests)), "n": counts},
        schema={"axe": pl.String, "bande": pl.String, "ordre": pl.Int32, "n": pl.Int64},
    )
