"""The plan: at most ten actions, chosen among actionable needs, merged by family and lever, in the order in which they begin.

The lots of one consultation are one operation, so one line: that of its heaviest lot (its family, its lever); what another lot calls
for is said in it. A line begins when the first of its needs must.
Ten lines are ten different things to do: each family has its best action before any has a second. Every actionable need that no
line holds is counted with the reason (``set_aside``), so that the plan and what it leaves add up to the actionable needs.
Each action carries what the buyer needs to decide it; names of suppliers are never in it (equal treatment of candidates): they
stay in the working documents.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import polars as pl

from spaser import french, potential
from spaser.potential.standing import next_end
from spaser.text import shortened
from spaser.vocabulary import CENT, PLAN_FILLED, PLAN_UNTOUCHED
from spaser.vocabulary.sentences import BEYOND_TEN

#: Levers that prepare nothing to put in a plan.
_IDLE = ("rien", "sans_objet")
#: The rung that is an obligation, not advice.
DUTY = str(potential.duty()["code"])
LATE, SMALL = "trop tard pour préparer (à vérifier)", "sous le plancher"
LATER, BEYOND = "à préparer plus tard", BEYOND_TEN
NOBODY, UNDATED = "sans fournisseur repéré ni gain mesuré", "sans date connue"
#: Letters of a subject and of a lot in a line, and how many operations and lots it names; the workbook has every need.
_SUBJECT, _LOT, _NAMED = 90, 50, 4
#: « - Lot : », at the end of what the subjects of several lots share.
_BEFORE = re.compile(r"[\s:;,.(–-]*(?:\blots?)?[\s:;,.(–-]*$", re.IGNORECASE)


def plan(
    upcoming: pl.DataFrame, *, day: date, method: dict[str, Any], decisions: pl.DataFrame | None = None
) -> pl.DataFrame:
    """``plan_actions``: one row per action (``nature`` « action », or « devoir » for the duty, on one line), those to begin first at the top;
    ``priorite``: the order in which they were chosen, the duty before all.

    Parameters
    ----------
    upcoming
        OPPORTUNITIES whose sourcing comes, with ``sourcing`` (see ``renewals.upcoming``); only actionable needs with a lever and
        at least one credible supplier, or a structure that carries a clause, are kept.
    day
        The reader's day: what should have begun before it is « dès maintenant ».
    decisions
        DECISIONS of type ``action``: who answers for each, its state, its date, a note; read back, never overwritten.
    """
    settings = method["plan"]
    kept = _ready(upcoming, day, settings)
    due = _due(kept)
    scored = _worth(_lines(kept), settings).with_columns(_points=_score(settings, day))
    # The next date, then the best action of each family, then the second ones, and so on: no family fills the plan.
    turn = pl.col("_points").rank("ordinal", descending=True).over("acheteur_siren", "famille")
    chosen = (
        scored.sort("_points", "famille", "levier", descending=[True, False, False])
        .with_columns(_tour=turn, _proche=_nearest(day))
        .sort("_proche", "_tour", "_points", "famille", descending=[True, False, True, False])
        .head(settings["nombre"]["value"] - due.height)
        .drop("_points", "_tour", "_proche")
        .with_columns(priorite=pl.int_range(1, pl.len() + 1, dtype=pl.Int32))
    )
    first = due.with_columns(priorite=pl.lit(0, pl.Int32))
    told = (
        pl.concat([chosen, first.select(chosen.columns)])
        .with_columns(
            action_id=pl.format("{}-{}-{}", pl.col("acheteur_siren").fill_null("acheteur"), "famille", "levier"),
            difficulte=pl.when(pl.col("nature") == "action").then(_difficulty()).otherwise(pl.lit("")),
            retard=pl.col("sourcing") <= day,
            dus_retard=pl.col("_debuts").list.eval(pl.element() <= day).list.sum().cast(pl.Int32),
        )
        .drop("_debuts")
        .sort("sourcing", "potentiel", "action_id", descending=[False, True, False])
    )
    return _owned(told, decisions).with_row_index("rang", offset=1).with_columns(pl.col("rang").cast(pl.Int32))


def set_aside(
    acting: pl.DataFrame, upcoming: pl.DataFrame, actions: pl.DataFrame, *, day: date, method: dict[str, Any]
) -> pl.DataFrame:
    """``plan_ecartes``: what the plan leaves out and why, one row per reason and family: ``motif, famille_libelle, besoins`` (``dus``: those
    for which the clause is due anyway), ``potentiel, sous_clause, sourcing, consultation, objets``; no euro is no amount.

    Parameters
    ----------
    acting
        OPPORTUNITIES to act on, all of them.
    upcoming
        Those whose sourcing comes (see ``plan``), and ``actions`` the plan made of them.

    Every need of ``acting`` is in a line of the plan, or in one row here.
    """
    settings = method["plan"]
    held = actions.select(besoin_id="besoin_ids").explode("besoin_id")
    left = acting.join(held, on="besoin_id", how="anti", maintain_order="left").join(
        upcoming.select("besoin_id", "sourcing"), on="besoin_id", how="left", maintain_order="left"
    )
    ready = _ready(upcoming, day, settings)
    small = _lines(ready).join(_worth(_lines(ready), settings), on="besoin_ids", how="anti", maintain_order="left")
    tiny = small.select(besoin_id="besoin_ids").explode("besoin_id")["besoin_id"]
    reason = (
        pl.when(~(_answered() | _is_duty()))
        .then(pl.lit(NOBODY))
        .when(pl.col("echeance").is_null())
        .then(pl.lit(UNDATED))
        .when(~startable(day, settings))
        .then(pl.lit(LATE))
        .when(~pl.col("besoin_id").is_in(upcoming["besoin_id"].implode()))
        .then(pl.lit(LATER))
        .when(pl.col("besoin_id").is_in(tiny.implode()))
        .then(pl.lit(SMALL))
        .otherwise(pl.lit(BEYOND))
    )
    return (
        left.with_columns(motif=reason)
        .sort("potentiel", "besoin_id", descending=[True, False])
        .group_by("motif", "famille_libelle", maintain_order=True)
        .agg(
            besoins=pl.len().cast(pl.Int32),
            dus=(pl.col("levier_du").fill_null("") != "").sum().cast(pl.Int32),
            **{name: pl.when(pl.col(name).sum() > 0).then(pl.col(name).sum()) for name in ("potentiel", "sous_clause")},
            sourcing=pl.col("sourcing").min(),
            consultation=next_end().min(),
            objets=pl.col("objet").head(3).str.join(" ; "),
        )
        .sort("motif", "consultation", "famille_libelle", nulls_last=True)
    )


def _lines(kept: pl.DataFrame) -> pl.DataFrame:
    """The lines that the plan could have: one per family and lever of an operation, the duty apart."""
    return _merged(_operations(kept).filter(pl.col("ligne_levier") != DUTY)).with_columns(nature=pl.lit("action"))


def _operations(kept: pl.DataFrame) -> pl.DataFrame:
    """Each need with its ``operation`` (its consultation, itself when none is known) and the line of that operation, that of the need
    which weighs most in it: ``ligne_famille, ligne_levier``; a duty gives its line to nobody else's lots."""
    first = pl.struct("famille", "levier").first().over("acheteur_siren", "operation")
    return (
        _consulted(kept)
        .with_columns(_devoir=pl.col("levier") == DUTY)
        .sort(
            "_devoir",
            "potentiel",
            "sous_clause",
            "annuel",
            "besoin_id",
            descending=[False, True, True, True, False],
            nulls_last=True,
        )
        .with_columns(_ligne=first)
        .with_columns(
            ligne_famille=pl.col("_ligne").struct.field("famille"), ligne_levier=pl.col("_ligne").struct.field("levier")
        )
        .drop("_devoir", "_ligne")
    )


def _consulted(needs: pl.DataFrame) -> pl.DataFrame:
    """Adds ``operation``: one name for the needs that share a consultation, near or through another need (one is spread over several)."""
    own = pl.coalesce("consultations", "consultation", "besoin_id").str.split("|")
    links = needs.select("acheteur_siren", "besoin_id", _cle=own).explode("_cle").with_columns(operation="_cle")
    before: pl.Series | None = None
    while before is None or not links["operation"].equals(before):
        before = links["operation"]
        links = links.with_columns(pl.col("operation").min().over("acheteur_siren", "_cle")).with_columns(
            pl.col("operation").min().over("besoin_id")
        )
    named = links.unique("besoin_id", keep="first", maintain_order=True).select("besoin_id", "operation")
    return needs.join(named, on="besoin_id", how="left", maintain_order="left")


def _worth(lines: pl.DataFrame, settings: dict[str, Any]) -> pl.DataFrame:
    """Those that reach the floor, by what goes to the ESS or by what a clause holds; a lever that moves no euro by itself is held to none."""
    free = pl.col("levier").is_in(potential.without_euros())
    return lines.filter(free | (_weight() >= settings["plancher"]["value"] * CENT))


def _weight() -> pl.Expr:
    """What a line weighs: euros to the ESS, or those that a clause would hold where it is what is advised; never their sum."""
    return pl.max_horizontal("potentiel", "sous_clause").fill_null(0)


def _is_duty() -> pl.Expr:
    return (pl.col("levier") == DUTY).fill_null(False)


def _open(upcoming: pl.DataFrame, day: date) -> pl.DataFrame:
    """Actionable needs with a lever, a gain and somebody to answer, or a duty, which waits for nobody; not ended on the day."""
    return upcoming.filter((pl.col("etat_action") == "agir") & (_answered() | _is_duty())).filter(
        pl.col("echeance") >= day
    )


def answerable(needs: pl.DataFrame) -> pl.DataFrame:
    """OPPORTUNITIES that are actionable, with a lever, a gain and somebody to answer: what any plan may count on."""
    return needs.filter((pl.col("etat_action") == "agir") & _answered())


def _answered() -> pl.Expr:
    """A lever, somebody to answer, and a gain: euros, or a lever that moves none by itself (a duty, a criterion)."""
    gain = (_weight() > 0) | pl.col("levier").is_in(potential.without_euros())
    somebody = (pl.col("credibles") > 0) | (pl.col("clause_candidats") > 0)
    return (~pl.col("levier").is_in(_IDLE) & gain & somebody).fill_null(False)


def _ready(upcoming: pl.DataFrame, day: date, settings: dict[str, Any]) -> pl.DataFrame:
    return _open(upcoming, day).filter(startable(day, settings))


def startable(day: date, settings: dict[str, Any]) -> pl.Expr:
    """Enough time is left from the reader's day for the shortest preparation."""
    return pl.col("echeance").dt.offset_by(f"-{settings['preparation_minimale']['value']}mo") >= pl.lit(day)


def _merged(needs: pl.DataFrame) -> pl.DataFrame:
    """The needs of a line added up (``ligne_famille, ligne_levier``): told by the one that weighs most of those of the line's own lever
    and family, begun and dated by the first to begin."""
    names = (
        "famille",
        "famille_libelle",
        "levier",
        "levier_libelle",
        "levier_article",
        "levier_raison",
        "levier_verifier",
        "leviers",
        "levier_refus",
        "levier_population",
    )
    own = (pl.col("levier") == pl.col("ligne_levier")).fill_null(False)
    same = own & (pl.col("famille") == pl.col("ligne_famille")).fill_null(False)
    weighed = needs.with_columns(_propre=own, _soi=same).sort(
        "_soi",
        "potentiel",
        "sous_clause",
        "annuel",
        "besoin_id",
        descending=[True, True, True, True, False],
        nulls_last=True,
    )
    earliest = next_end().sort_by("sourcing", next_end(), nulls_last=True).first()
    merged = weighed.group_by("acheteur_siren", "ligne_famille", "ligne_levier", maintain_order=True).agg(
        pl.col(names).first(),
        besoins=pl.len().cast(pl.Int32),
        operations=pl.col("operation").n_unique().cast(pl.Int32),
        besoin_ids=pl.col("besoin_id").sort(),
        dus=(pl.col("levier_du").fill_null("") != "").sum().cast(pl.Int32),
        _debuts=pl.col("sourcing").filter(pl.col("levier_du").fill_null("") != ""),
        contrats=pl.col("contrats").sum().cast(pl.Int32),
        autres_leviers=pl.col("levier_libelle").filter(~pl.col("_propre")).unique().sort().str.join(" ; "),
        levier_fournisseurs=pl.col("levier_fournisseurs").filter("_propre").max(),
        credibles=pl.col("credibles").max(),
        annuel=pl.col("annuel").sum(),
        potentiel=pl.col("potentiel").sum(),
        potentiel_haut=pl.col("potentiel_haut").sum(),
        sous_clause=pl.col("sous_clause").sum(),
        ressemblance=pl.col("ressemblance").max(),
        sourcing=pl.col("sourcing").min(),
        premier=pl.col("objet").sort_by("sourcing", "besoin_id", nulls_last=True).first(),
        suite=pl.col("sourcing").sort(nulls_last=True).slice(1, 1).first(),
        consultation=earliest,
        _objets=pl.struct("operation", pl.col("objet").fill_null("sans objet")),
    )
    said = pl.Series("objets", [named(rows) for rows in merged["_objets"].to_list()], dtype=pl.String)
    return merged.with_columns(said).drop("_objets", "ligne_famille", "ligne_levier")


def named(needs: list[dict[str, Any]], most: int = _NAMED) -> str:
    """What a line is about, the heaviest first: each operation once, with its lots."""
    groups: dict[str, list[str]] = {}
    for need in needs:
        groups.setdefault(need["operation"], []).append(" ".join(need["objet"].split()))
    told = [_operation(subjects) for subjects in groups.values()]
    left = len(told) - most
    return " ; ".join(told[:most]) + (f" ; et {french.count(left, 'autre')}" if left > 0 else "")


def _operation(subjects: list[str]) -> str:
    """« Entretien des parcs (3 lots : nord / sud / serres) »: what its subjects share, then what is each lot's own."""
    once = list(dict.fromkeys(subjects))
    if len(once) == 1:
        return shortened(once[0], _SUBJECT)
    shared = _shared(once)
    lots = [shortened(text[len(shared) :].strip(" -–:;,.") or text, _LOT) for text in once[:_NAMED]]
    more = f" / et {french.count(len(once) - _NAMED, 'autre')}" if len(once) > _NAMED else ""
    head = shortened(_BEFORE.sub("", shared), _SUBJECT) if shared else "Une consultation"
    return f"{head} ({french.count(len(once), 'lot')} : {' / '.join(lots)}{more})"


def _shared(texts: list[str]) -> str:
    """The words by which all the texts begin, when they are several; a parenthesis that they leave open is each one's own."""
    words = [text.split(" ") for text in texts]
    common = 0
    while all(len(one) > common and one[common] == words[0][common] for one in words):
        common += 1
    while "(" in "".join(words[0][:common]).rpartition(")")[2]:
        common -= 1
    return "".join(f"{word} " for word in words[0][:common]) if common > 1 else ""


def _due(kept: pl.DataFrame) -> pl.DataFrame:
    """The clause that the law asks for, once: a duty is no advice, so it is neither ranked nor held to a floor; all its operations are
    listed, but those whose another lot is in an action: that action says them."""
    due = _operations(kept).filter(pl.col("ligne_levier") == DUTY)
    several = due["acheteur_siren"].n_unique() > 1
    whole = due.with_columns(
        ligne_famille=pl.lit("devoir_clause"),
        acheteur_siren=pl.lit(None, pl.String) if several else pl.col("acheteur_siren"),
    )
    dated = due.sort("echeance", "besoin_id").select("operation", pl.col("objet").fill_null("sans objet"))
    listed = named(dated.to_dicts(), due.height) if due.height else ""
    return _merged(whole).with_columns(
        nature=pl.lit("devoir"),
        famille=pl.lit("devoir_clause"),
        famille_libelle=pl.lit("Toutes les familles concernées"),
        objets=pl.lit(listed, pl.String),
        leviers=pl.lit(""),
        levier_fournisseurs=pl.lit(None, kept.schema["levier_fournisseurs"]),
        levier_population=pl.lit(None, pl.String),
    )


def _nearest(day: date) -> pl.Expr:
    """The first line to begin after the reader's day: a plan that drops it lets its date pass."""
    coming = pl.when(pl.col("sourcing") > day).then("sourcing")
    return (coming.rank("ordinal") == 1).fill_null(False)


def _score(settings: dict[str, Any], day: date) -> pl.Expr:
    """Gain, ease and urgency, each from 0 to 1, weighed; the weights are the user's to move."""
    most = _weight().max()
    gain = pl.when(most > 0).then(_weight() / most).otherwise(0.0)
    ease = pl.col("ressemblance").rank() / pl.len()
    months = (pl.col("sourcing") - pl.lit(day)).dt.total_days() / 30
    urgent = 1 - months.clip(0, 12) / 12
    return (
        settings["poids"]["gain"] * gain + settings["poids"]["facilite"] * ease + settings["poids"]["urgence"] * urgent
    )


def _difficulty() -> pl.Expr:
    """Easy when three suppliers or more may answer the lever, hard when one alone; where it is addressed to all, of the credible ones."""
    able = pl.coalesce("levier_fournisseurs", "credibles")
    return (
        pl.when(able >= 3).then(pl.lit("facile")).when(able == 2).then(pl.lit("moyenne")).otherwise(pl.lit("difficile"))
    )


def _owned(actions: pl.DataFrame, decisions: pl.DataFrame | None) -> pl.DataFrame:
    """What a person wrote of each action, blank when nobody did, but the state of what nobody touched."""
    written = (
        pl.DataFrame(schema={"objet_id": pl.String, "champ": pl.String, "valeur": pl.String})
        if decisions is None
        else decisions.filter(pl.col("objet_type") == "action").select("objet_id", "champ", "valeur")
    )
    for name in PLAN_FILLED:
        mine = (
            written.filter(pl.col("champ") == name)
            .unique("objet_id", keep="last", maintain_order=True)
            .select(action_id="objet_id", **{name: "valeur"})
        )
        # What was written of a family when it had one line is that of its first line.
        before = pl.format("{}-{}", pl.col("acheteur_siren").fill_null("acheteur"), "famille")
        family = pl.when(pl.int_range(pl.len()).over(before) == 0).then(before)
        actions = (
            actions.join(mine, on="action_id", how="left", maintain_order="left")
            .with_columns(_avant=family)
            .join(mine.rename({"action_id": "_avant", name: "_dit"}), on="_avant", how="left", maintain_order="left")
            .with_columns(pl.coalesce(name, "_dit").alias(name))
            .drop("_avant", "_dit")
        )
    return actions.with_columns(pl.col("etat").fill_null(PLAN_UNTOUCHED))
