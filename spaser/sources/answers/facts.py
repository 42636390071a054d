"""The officer's decisions on the facts of contracts (amount, duration, kind, date, family), written in « a-corriger.csv » and read back."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser import rules, settings, text
from spaser.problems import Problem
from spaser.settings import Column
from spaser.sources import dates
from spaser.sources.answers.constats import MARK
from spaser.vocabulary import CENT, CONTRACT_KINDS, DECISIONS

NAME = "a-corriger.csv"
#: The fact as a person reads it → the type of its decision and the column it is about. How it is read and shown: below, under the same key.
FACTS = {
    "montant": ("montant", "montant"),
    "durée": ("duree", "dureeMois"),
    "nature": ("nature", "nature_contrat"),
    "date de notification": ("date", "dateNotification"),
    "famille d'achat": ("famille", "famille"),
}
COLUMNS = ("contrat", "fait", "decision", "auteur", "date", "motif")
_FOR_WHO_ANSWERS = ("publie", "retenu", "propose", "bas", "haut", "regle", "preuve", "objet", "republication")
READ = {word: Column((word,), needed=word in COLUMNS[:3]) for word in (*COLUMNS, *_FOR_WHO_ANSWERS)}
#: What a person may answer besides a value, where it makes sense.
_WORDS = {
    "accepter": "accepter",
    "accepte": "accepter",
    "oui": "accepter",
    "refuser": "refuser",
    "refuse": "refuser",
    "non": "refuser",
}
#: Kinds a person may decide: several lots under one number, or « undecided », are judgements on the data, no decision.
DECIDED_KINDS = ("marche", "accord_cadre", "marche_subsequent")
GONE = "doute qui n'est plus fait : votre décision est gardée"


def is_facts(path: Path | str) -> bool:
    """Whether a file of decisions is about facts (it has a column « fait »), not about findings."""
    try:
        head = text.decode(Path(path).open("rb").read(4096))[0]
    except (OSError, ValueError):
        return False
    first = head.splitlines()[0] if head.splitlines() else ""
    return text.fold("fait") in {
        text.fold(cell.strip(' "')) for cell in first.replace("\t", ";").replace(",", ";").split(";")
    }


def read_facts(path: Path | str) -> pl.LazyFrame:
    """DECISIONS of the types of FACTS, lines without a decision left aside.

    An amount is in euros (« 38 800,50 »), a duration in months, a kind or a family by its name, a date as « 2025-03-01 » or « 01/03/2025 »;
    « accepter » takes what is proposed and « refuser » the value kept (amount, duration and family).

    Raises
    ------
    Problems
        A column lacks, a fact is unknown, or a decision cannot be understood: every line is told.
    """
    rows, faults = settings.rows(
        path, READ, "Le fichier de décisions", todo=f"Repartez du fichier {NAME} écrit à côté du diagnostic"
    )
    found = _decided(rows.select("ligne", *COLUMNS, "propose", "retenu"), faults)
    faults.complain(f"Décisions refusées dans {Path(path).name}")
    return DECISIONS.conform(found.lazy())


def _decided(rows: pl.DataFrame, faults: settings.Faults) -> pl.DataFrame:
    kept = rows.filter(pl.col("decision").fill_null("").str.strip_chars() != "")
    named = {text.fold(name): name for name in FACTS}
    fact = text.fold_expr(pl.col("fait").fill_null("")).replace_strict(named, default=None, return_dtype=pl.String)
    known = kept.with_columns(fait=fact, lu=pl.col("fait"))
    for line, seen in known.filter(pl.col("fait").is_null()).select("ligne", "lu").rows():
        faults.add_line(line, f"« {settings.short(seen or '')} » n'est pas un fait ({', '.join(FACTS)})")
    for line in known.filter(pl.col("contrat").is_null())["ligne"]:
        faults.add_line(line, "le contrat manque")
    read = known.drop_nulls("fait").with_columns(valeur=_value())
    for line, seen, what in read.filter(pl.col("valeur").is_null()).select("ligne", "decision", "fait").rows():
        faults.add_line(line, f"« {settings.short(seen)} » ne se comprend pas pour : {what} ({_HELP[what]})")
    read, _ = dates.day_first(read, ["date"])
    return read.with_columns(
        objet_type=pl.col("fait").replace_strict({name: kind for name, (kind, _) in FACTS.items()}),
        objet_id=pl.col("contrat").str.strip_prefix(MARK),
        champ=pl.col("fait").replace_strict({name: column for name, (_, column) in FACTS.items()}),
        date=dates.day(pl.col("date").cast(pl.String), pl.String()).alias("date"),
    ).unique(["objet_type", "objet_id", "champ"], keep="last", maintain_order=True)


_HELP = {
    "montant": "accepter, refuser, ou un montant en euros",
    "durée": "accepter, refuser, ou un nombre de mois",
    "nature": "marché, accord-cadre ou marché subséquent",
    "date de notification": "une date, 2025-03-01",
    "famille d'achat": "accepter, refuser, ou le nom d'une famille",
}


def _value() -> pl.Expr:
    """The decision as ``contracts.build`` reads it; null when it cannot be understood."""
    said = pl.col("decision").str.strip_chars()
    folded = text.fold_expr(said)
    word = folded.replace_strict(
        {text.fold(key): value for key, value in _WORDS.items()}, default=None, return_dtype=pl.String
    )
    number = said.str.replace_all(r"[\s\u00a0\u202f€]", "").str.replace(",", ".", literal=True)
    euros = number.cast(pl.Float64, strict=False)
    sum_ = pl.when(euros.is_finite() & (euros > 0) & (euros < 1e13)).then(number)
    months = number.str.strip_suffix("mois").cast(pl.Int32, strict=False)
    kinds = {text.fold(CONTRACT_KINDS[kind]): kind for kind in DECIDED_KINDS} | {
        text.fold(kind): kind for kind in DECIDED_KINDS
    }
    family = pl.when(word == "accepter").then("propose").when(word == "refuser").then("retenu").otherwise(said)
    read = {
        "montant": pl.coalesce(word, sum_),
        "durée": pl.coalesce(word, pl.when(months.is_between(1, 1200)).then(months).cast(pl.String)),
        "nature": folded.replace_strict(kinds, default=None, return_dtype=pl.String),
        "date de notification": dates.day(said, pl.String()).dt.strftime("%Y-%m-%d"),
        "famille d'achat": _family(family),
    }
    # A fact that nothing reads fails here: read as another, a number would be kept as a day.
    return pl.coalesce(pl.when(pl.col("fait") == fact).then(read[fact]) for fact in FACTS)


def _family(said: pl.Expr) -> pl.Expr:
    """The key of a family from its title or its key; null for anything else."""
    titles = rules.families().items()
    known = {text.fold(word): key for key, title in titles for word in (key, title)}
    return text.fold_expr(said).replace_strict(known, default=None, return_dtype=pl.String)


def facts_of(contracts: pl.DataFrame, fact: str) -> pl.DataFrame:
    """What is published, kept and proposed of one fact (a key of FACTS but the families, which have a grid of their own), for every contract, each value as a person writes it.

    ``uid, objet, enjeu, fait, doute`` (whether it waits for an answer), ``publie, retenu, propose, bas, haut, regle, preuve``.
    """
    return _OF_CONTRACTS[fact](contracts)


def understood(fact: str, said: str) -> str | None:
    """What a person wrote of a fact, as decisions keep it; None when it cannot be understood."""
    if not said.strip():
        return None
    # « accepter » and « refuser » speak of values that stand beside them in a file: here a value is asked.
    row = pl.DataFrame(
        {"fait": fact, "decision": said, "propose": None, "retenu": None},
        schema_overrides=dict.fromkeys(("propose", "retenu"), pl.String),
    )
    value = row.select(_value()).item()
    return None if value in _WORDS.values() else value


def refusal(fact: str, said: str) -> Problem:
    """What to say of an answer that is not understood."""
    return Problem(f"« {settings.short(said)} » ne se comprend pas pour : {fact}", todo=f"Écrivez {_HELP[fact]}")


def facts_table(
    contracts: pl.DataFrame,
    decisions: pl.DataFrame,
    told: pl.DataFrame | None = None,
    said: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The facts in doubt and those decided, one line each, as a person answers them: euros at stake first, answers kept.

    ``told`` has ``uid, republication``: what became of an accepted correction; ``said`` has ``objet, famille``: the family that the
    words of a subject say.
    """
    parts = [of_fact(contracts) for of_fact in _OF_CONTRACTS.values()]
    facts = pl.concat([*parts, *_families(contracts, said)])
    held = decisions.filter(pl.col("objet_type").is_in([kind for kind, _ in FACTS.values()]))
    names = {kind: name for name, (kind, _) in FACTS.items()}
    answers = held.select(
        uid="objet_id",
        fait=pl.col("objet_type").replace_strict(names, default=None),
        decision="valeur",
        auteur="auteur",
        date="date",
        motif="motif",
    ).unique(["uid", "fait"], keep="last", maintain_order=True)
    asked = facts.join(answers, on=["uid", "fait"], how="left", maintain_order="left")
    asked = asked.filter(pl.col("doute") | pl.col("decision").is_not_null())
    gone = answers.join(facts, on=["uid", "fait"], how="anti", maintain_order="left").with_columns(preuve=pl.lit(GONE))
    lines = pl.concat(
        [asked.sort("enjeu", "uid", "fait", descending=[True, False, False], nulls_last=True), gone],
        how="diagonal_relaxed",
    )
    republished = (
        lines.with_columns(republication=pl.lit(None, pl.String))
        if told is None
        else lines.join(told, on="uid", how="left", maintain_order="left")
    )
    return republished.select(pl.concat_str(pl.lit(MARK), "uid").alias("contrat"), *COLUMNS[1:], *_FOR_WHO_ANSWERS)


def _shown(contracts: pl.DataFrame, fact: str, doubt: pl.Expr, **columns: pl.Expr) -> pl.DataFrame:
    """One line per contract for a fact, every value a text as a person writes it."""
    empty = dict.fromkeys(("publie", "retenu", "propose", "bas", "haut", "regle", "preuve"), pl.lit(None, pl.String))
    return contracts.select(
        "uid",
        "objet",
        "enjeu",
        fait=pl.lit(fact),
        doute=doubt.fill_null(False),
        **{name: value.cast(pl.String) for name, value in (empty | columns).items()},
    )


def _euros(name: str) -> pl.Expr:
    whole = (pl.col(name) % CENT == 0).fill_null(False)
    plain = (pl.col(name) // CENT).cast(pl.String)
    cents = (pl.col(name) / CENT).round(2).cast(pl.String).str.replace(".", ",", literal=True)
    return pl.when(whole).then(plain).otherwise(cents)


def _amounts(contracts: pl.DataFrame) -> pl.DataFrame:
    # The same doubts as « montant » in ``a_verifier``, and the amounts that no sum can keep.
    doubt = pl.col("montant_statut").is_in(["a_verifier", "impossible", "symbolique"])
    columns = {
        "publie": "montant_publie",
        "retenu": "montant",
        "propose": "montant_propose",
        "bas": "montant_bas",
        "haut": "montant_haut",
    }
    values = {name: _euros(column) for name, column in columns.items()}
    # Why it is unusual among others of the buyer, where nothing in the contract itself accuses it.
    proof = pl.concat_str("montant_preuve", "montant_anomalie_raisons", separator=" ", ignore_nulls=True)
    proved = pl.when(proof != "").then(proof)
    return _shown(contracts, "montant", doubt, **values, regle=pl.col("montant_regle"), preuve=proved)


def _durations(contracts: pl.DataFrame) -> pl.DataFrame:
    doubt = pl.col("a_verifier").str.contains("durée", literal=True)
    values = {
        "publie": "dureeMois_publiee",
        "retenu": "dureeMois",
        "propose": "duree_haute",
        "bas": "duree_basse",
        "haut": "duree_haute",
    }
    columns = {name: pl.col(column) for name, column in values.items()}
    return _shown(contracts, "durée", doubt, **columns, regle=pl.col("duree_regle"), preuve=pl.col("duree_preuve"))


def _kinds(contracts: pl.DataFrame) -> pl.DataFrame:
    doubt = pl.col("a_verifier").str.contains("nature", literal=True)
    kind = pl.col("nature_contrat").replace(CONTRACT_KINDS)
    return _shown(
        contracts,
        "nature",
        doubt,
        publie=pl.col("nature"),
        retenu=kind,
        regle=pl.col("nature_regle"),
        preuve=pl.col("nature_preuve"),
    )


def _days(contracts: pl.DataFrame) -> pl.DataFrame:
    doubt = pl.col("a_verifier").str.contains(r"(?:^|, )date(?:,|$)")
    columns = {
        name: pl.col(column).dt.strftime("%Y-%m-%d")
        for name, column in (("publie", "dateNotification_publiee"), ("retenu", "dateNotification"))
    }
    return _shown(
        contracts, "date de notification", doubt, **columns, regle=pl.col("date_regle"), preuve=pl.col("date_preuve")
    )


#: What is known of each fact of ``facts_of``, in the order of a list to answer.
_OF_CONTRACTS = {"montant": _amounts, "durée": _durations, "nature": _kinds, "date de notification": _days}


def _families(contracts: pl.DataFrame, said: pl.DataFrame | None) -> list[pl.DataFrame]:
    """The families that the CPV code and the words of the subject do not agree on, or that neither says."""
    if "famille_doute" not in contracts.columns:
        return []
    titles = rules.families()
    words = said if said is not None else pl.DataFrame(schema={"objet": pl.String, "famille": pl.String})
    read = words.select("objet", _dite=pl.col("famille").replace_strict(titles, default=None)).unique(
        "objet", keep="first", maintain_order=True
    )
    rows = contracts.join(read, on="objet", how="left", maintain_order="left")
    other = pl.when(pl.col("_dite") != pl.col("famille_libelle").fill_null("")).then("_dite")
    proof = pl.format("Code CPV {} ; l'objet ne le confirme pas.", pl.col("codeCPV").fill_null("absent"))
    shown = {"publie": pl.col("codeCPV"), "retenu": pl.col("famille_libelle"), "propose": other, "preuve": proof}
    return [_shown(rows, "famille d'achat", pl.col("famille_doute"), **shown)]
