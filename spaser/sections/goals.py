"""The sections that compare: with the targets voted, with similar buyers, with the edition before."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser import charts, french, rules
from spaser.deliverables.report import Block, Callout, Column, Figure, Paragraph, Section, Sentence, table
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.vocabulary import EDITION_CAUSES, POPULATIONS, TARGET_ANSWERS, TARGET_STATES

_MOST = 6
#: The nature of a target that a duty imposes: neither voted nor a plan of the nation.
IMPOSED = "obligation"
#: The shares that say how the fields are filled, not what is bought.
SILENCE = ("non_reponse_sociale", "non_reponse_environnementale")
#: Why a share moved since the edition before, in the order it is told.
_CAUSES = {
    "réalité": "Ce que la pratique a changé, d'après les contrats notifiés depuis",
    "période": "Ce que la période a changé : d'autres années, sur des contrats déjà connus",
    "listes": "Ce que les listes de fournisseurs ont changé, sans que la pratique change",
    "données": "Ce que les données ont changé, publiées tard ou corrigées, sans que la pratique change",
    "règle": "Ce que la règle de calcul a changé, sans que la pratique change",
    "effets qui se compensent": "Des effets contraires qui se compensent",
    "indéterminée": "Sans cause établie",
}

#: Two editions without a year in common: nothing can be shared out, and what would allow it is said.
_APART = Callout(
    "Deux éditions sans année commune",
    french.typeset(
        "Les contrats lus aujourd'hui ne contiennent plus ceux de l'édition précédente : ce qui vient des données et ce qui vient de la "
        "pratique ne peuvent pas être séparés. Donner aussi les contrats des années précédentes pour le savoir."
    ),
    "attention",
)


@written("objectifs-detail", "objectifs")
def section_goals(findings: Findings) -> Told:
    """The targets voted, the national references beside, what the law imposes apart, and the road to each."""
    rows = findings.extras.get("objectifs")
    if rows is None or not rows.height:
        return None
    voted, imposed = (rows.filter(pl.col("nature") == nature) for nature in ("voté", IMPOSED))
    national = rows.filter(~pl.col("nature").is_in(["voté", IMPOSED]))
    blocks: list = [Paragraph(tuple(told(row, findings.day) for row in voted.to_dicts()))] if voted.height else [_NONE]
    for frame, id, caption, note in (
        (voted, "tab-objectifs", "Les objectifs votés", _PROJECTION),
        (national, "tab-references", "Les cibles nationales, pour mémoire", _NATIONAL),
        (imposed, "tab-imposes", "Ce que la loi impose", _imposing(imposed)),
    ):
        if frame.height:
            blocks.append(table(id, caption, written_goals(frame, findings.day), _columns(frame), note))
    blocks += _roads(findings, voted)
    return tuple(blocks)


@written("pairs")
def section_peers(findings: Findings) -> Told:
    """The place of each buyer among similar ones; nothing under ten."""
    rows = findings.extras.get("pairs")
    if rows is None or not rows.height:
        return None
    several = pl.col("definition").n_unique().over("indicateur", "acheteur_siren") > 1
    kept = rows.filter(~several | (pl.col("definition") == findings.definition))
    shown = kept.filter(pl.col("percentile").is_not_null())
    if not shown.height:
        minimum = rules.toml("peers.toml")["minimum"]
        n = kept.select(pl.col("n_pairs").max()).item() or 0
        told = f"aucune comparaison : {french.count(n, 'acheteur')} {french.plural('comparable', n)} dans les fichiers lus, il en faut au moins {minimum}"
        return (Sentence(french.sentence(told)),)
    unit = {"nombre": "en nombre", "valeur": "en valeur"}
    frame = shown.with_columns(pl.col("unite").replace(unit))
    joint = [Column("acheteur_siren", "Acheteur", "identifiant")] if frame["acheteur_siren"].n_unique() > 1 else []
    columns = [
        *joint,
        Column("titre", "Indicateur"),
        Column("unite", "Unité"),
        Column("valeur", "Cet acheteur", "part"),
        Column("q1", "Premier quart", "part"),
        Column("mediane", "Médiane", "part"),
        Column("q3", "Dernier quart", "part"),
        Column("percentile", "Acheteurs au-dessous", "part"),
        Column("n_pairs", "n", "entier"),
    ]
    basis = frame["critere"].drop_nulls().unique().sort().to_list()
    note = f"Comparables : {' ; '.join(basis)}. Parts sur tous les contrats ; les acheteurs de moins de dix contrats renseignés ne comptent pas."
    return (table("tab-pairs", "La place parmi les acheteurs comparables", frame, columns, french.typeset(note)),)


def section_editions(findings: Findings) -> Section | None:
    """What moved since the edition before, and what it owes to the rule, the lists, the data, the period and reality."""
    rows = findings.extras.get("editions")
    if rows is None or not rows.height:
        return None
    several = pl.col("definition").n_unique().over("indicateur") > 1
    kept = rows.filter(
        pl.col("ecart").is_not_null(),
        pl.col("unite").is_in(["nombre", "valeur"]),
        ~several | (pl.col("definition") == findings.definition),
    )
    # What a reader cannot see at one decimal did not move: « 0,2 → 0,3, écart 0,0 » is never written.
    # Nor did what moved by less than a tenth of a point, whatever side of a rounding it fell.
    seen = ((pl.col("avant") * 1000).round() != (pl.col("apres") * 1000).round()) & (
        (pl.col("ecart").abs() * 1000).round(6) >= 1
    )
    moved = kept.filter(seen | (pl.col("cause") == "effets qui se compensent"), pl.col("apres") <= 1)
    title, question = "Depuis l'édition précédente", "Qu'est-ce qui a changé, et pourquoi ?"
    if not moved.height:
        return Section("editions", title, question, (Sentence("Aucune part n'a changé depuis l'édition précédente."),))
    shown = pl.col("apres").mul(1000).round() / 1000 - pl.col("avant").mul(1000).round() / 1000
    frame = _adding_up(moved.with_columns(ecart=shown)).with_columns(
        _points(name) for name in ("ecart", *EDITION_CAUSES)
    )
    columns = (
        Column("titre", "Indicateur"),
        Column("unite", "Unité"),
        Column("avant", "Avant", "part"),
        Column("apres", "Après", "part"),
        Column("ecart", "Écart"),
        *(Column(name, f"dont {word}", extra=True) for name, word in EDITION_CAUSES.items()),
        Column("cause", "Cause principale"),
    )
    apart = [_APART] if moved["du_a_la_realite"].null_count() == moved.height else []
    whole = table("tab-editions", "Les écarts et leurs causes", frame, columns, _EDITIONS)
    return Section("editions", title, question, (*_moves(moved, frame), *apart, whole))


def _adding_up(rows: pl.DataFrame) -> pl.DataFrame:
    """The parts at the decimal that is written, the largest taking what rounding leaves: they add up to the gap that is written."""
    parts = tuple(reversed(EDITION_CAUSES))
    exact = rows.with_columns(plus_grand=pl.max_horizontal(pl.col(name).abs() for name in parts))
    rounded = exact.with_columns(
        *(pl.col(name).round(3) for name in parts),
        porteur=pl.coalesce(pl.when(pl.col(name).abs() == pl.col("plus_grand")).then(pl.lit(name)) for name in parts),
    )
    left = (pl.col("ecart") - sum(pl.col(name) for name in parts)).fill_null(0)
    return rounded.with_columns(
        pl.when(pl.col("porteur") == name).then(pl.col(name) + left).otherwise(name).alias(name) for name in parts
    )


def _answered_more(moved: pl.DataFrame, written: pl.DataFrame) -> list[Sentence]:
    """How many contracts say nothing is how the fields are filled, not what is bought: told apart, with the doubt that it throws."""
    rows = written.filter(moved["indicateur"].is_in(SILENCE) & (moved["unite"] == "nombre")).to_dicts()
    if not rows:
        return []
    said = " ; ".join(
        f"{french.low(row['titre'])} {french.share(row['avant'])} → {french.share(row['apres'])}" for row in rows
    )
    return [
        Sentence(
            french.sentence(
                f"Ce que la saisie a changé : {said} ; une part peut monter ou baisser parce que la case est mieux ou moins bien remplie"
            )
        )
    ]


def _moves(moved: pl.DataFrame, written: pl.DataFrame) -> tuple[Block, ...]:
    """What moved, in messages: the largest gaps by cause, reality first."""
    told = _answered_more(moved, written)
    bought = ~moved["indicateur"].is_in(SILENCE)
    moved, written = moved.filter(bought), written.filter(bought)
    for cause, words in _CAUSES.items():
        rows = written.filter(moved["cause"] == cause)
        largest = moved.filter(pl.col("cause") == cause)["ecart"].abs().arg_sort(descending=True).head(_MOST)
        if not rows.height:
            continue
        said = [
            f"{row['titre'] if rank == 0 else french.low(row['titre'])} ({'contrats' if row['unite'] == 'nombre' else 'montants'}) {french.share(row['avant'])} → {french.share(row['apres'])}"
            for rank, row in enumerate(rows[largest.to_list()].to_dicts())
        ]
        left = rows.height - len(said)
        more = f", et {french.count(left, 'autre')}" if left else ""
        told.append(Sentence(french.sentence(f"{words} : {' ; '.join(said)}{more}")))
    return (Paragraph(tuple(told)),) if told else ()


def answered(row: dict[str, Any]) -> str:
    """Where a target stands, in the words that every page uses: « non atteint en 2025, il manque 4 contrats (8 sur 30 contrats
    de cette année, 26,7 %) »: a year has not the contracts of the whole file."""
    if row["reponse"] == "inconnu":
        return TARGET_ANSWERS["inconnu"]
    # The roads of ``atteindre`` have no nature: they are those of voted targets.
    if row.get("nature", "voté") != "voté" and row["reponse"] == "manque" and row["annee_derniere"] < row["annee"]:
        return _early(row)
    told = f"{TARGET_ANSWERS[row['reponse']]} en {row['annee_derniere']}"
    if row["manque"]:
        amount = counted(row["manque"], row)
        told += f", {amount} de trop" if row["baisse"] else f", il manque {amount}"
    if row["denominateur"]:
        of = counted(row["denominateur"], row)
        told += f" ({plain(row['numerateur'], row)} sur {of} de cette année, {written_value(row['derniere'], row)})"
    elif row["derniere"] is not None:
        told += f" ({written_value(row['derniere'], row)})"
    return told


def _early(row: dict[str, Any]) -> str:
    """A national target before its year is not missed: what was measured, and that its year was not."""
    of = f" ({plain(row['numerateur'], row)} sur {counted(row['denominateur'], row)} de cette année)"
    told = f"{written_value(row['derniere'], row)} en {row['annee_derniere']}"
    return f"{told}{of if row['denominateur'] else ''} ; {row['annee']} non mesuré"


def among(row: dict[str, Any]) -> str:
    """What a target is counted among: « marchés dont le besoin atteint le seuil de publication »; empty when no contract is counted."""
    return POPULATIONS.get(row["population"] or "", "")


def counted(number: int, row: dict[str, Any]) -> str:
    """Contracts, or an amount, by the unit of the target."""
    return french.count(number, "contrat") if row["unite"] == "nombre" else french.euros_short(number)


def plain(number: int, row: dict[str, Any]) -> str:
    return french.number(number) if row["unite"] == "nombre" else french.euros_short(number)


def _pace(row: dict[str, Any], day: date) -> str:
    """How the road of a target looks to who reads on ``day``: no pace leads to a year that has ended, measured or not."""
    over = row["annee_derniere"] is not None and row["annee_derniere"] < row["annee"] < day.year
    return "clos" if over and row["etat"] not in ("atteint", "non_renseigne") else row["etat"]


def told(row: dict[str, Any], day: date) -> Sentence:
    """« Clause sociale, 30 % en 2027 : … »."""
    goal = written_value(row["cible"], row)
    told = f"« {row['titre']} », objectif {goal} en {row['annee']} : {answered(row)}{_missing(row)}"
    if row["etat"] not in ("atteint", "non_renseigne"):
        told += f" ; {TARGET_STATES[_pace(row, day)]}"
    if row["projete"] is not None and row["etat"] != "atteint":
        told += f" ; projection pour {row['annee']} : {written_value(row['projete'], row)}"
    return Sentence(french.sentence(told))


def _imposing(imposed: pl.DataFrame) -> str:
    """Whom the duties behind these rates bind, and by which text: they are no choice of the buyer."""
    duties = rules.toml("law.toml")["duties"]
    named = imposed["devoir"].unique(maintain_order=True).to_list() if imposed.height else []
    told = " ; ".join(f"{duties[name]['legal']}, pour : {duties[name]['who']}" for name in named)
    return french.typeset(f"Des obligations, pas des cibles au choix : {told}.")


def _missing(row: dict[str, Any]) -> str:
    """What the lack weighs in euros, or in contracts."""
    if not row["manque"]:
        return ""
    if row["unite"] == "nombre":
        return (
            f", soit environ {french.euros_short(row['euros'])} au montant médian des contrats sans"
            if row["euros"]
            else ""
        )
    return f", portés par au moins {french.count(row['contrats'], 'contrat')}" if row["contrats"] else ""


def written_value(number: float, row: dict[str, Any]) -> str:
    """A target or a value of its indicator, as a person reads it."""
    if row["part"]:
        return french.share(number, 0 if round(number * 100, 6).is_integer() else 1)
    return (
        f"{french.number(number, 0 if float(number).is_integer() or number >= 100 else 1)}{french.NBSP}{row['unite']}"
    )


def written_goals(frame: pl.DataFrame, day: date) -> pl.DataFrame:
    rows = [
        {
            "titre": row["titre"],
            "mesure": _measured(row),
            "cible": written_value(row["cible"], row),
            "annee": str(row["annee"]),
            "derniere": "non renseigné"
            if row["derniere"] is None
            else f"{written_value(row['derniere'], row)} ({row['annee_derniere']})",
            "projete": "" if row["projete"] is None else written_value(row["projete"], row),
            "reponse": french.capital(answered(row)),
            "etat": TARGET_STATES[_pace(row, day)],
            "source": row["source"]
            + (f" ({rules.CONFIDENCES[row['confidence']]})" if row["confidence"] in rules.CONFIDENCES else ""),
        }
        for row in frame.to_dicts()
    ]
    return pl.DataFrame(rows)


def _measured(row: dict[str, Any]) -> str:
    return f"{row['unite']}, {row['definition']}" if row["definition"] else row["unite"]


def _columns(frame: pl.DataFrame) -> list[Column]:
    columns = [
        Column("titre", "Objectif"),
        Column("mesure", "Mesuré en", extra=True),
        Column("cible", "Cible"),
        Column("annee", "Échéance"),
        Column("derniere", "Dernière année"),
        Column("projete", "Projection", extra=True),
        Column("reponse", "Réponse"),
        Column("etat", "Au rythme des années connues", extra=True),
        Column("source", "Source"),
    ]
    return [column for column in columns if column.name != "projete" or frame["projete"].is_not_null().any()]


def _roads(findings: Findings, voted: pl.DataFrame) -> list[Figure]:
    points = findings.extras.get("chemins")
    figures = []
    for row in voted.head(_MOST).to_dicts():
        road = points.filter(pl.col("objectif") == row["rang"]) if points is not None else None
        if road is None or not road.height or not row["part"]:
            continue
        title = f"{row['titre']} ({row['unite']})"
        picture = charts.trajectory(road.drop("objectif"), row["cible"], title)
        columns = [Column(name, label, unit) for name, label, unit in picture.columns]
        twin = table(f"fig-objectif-{row['rang']}-donnees", f"Les données : {title}", road, columns)
        figures.append(Figure(f"fig-objectif-{row['rang']}", f"Vers l'objectif : {title}", picture, twin))
    return figures


def _points(name: str) -> pl.Expr:
    """A difference in points, signed: « +3,2 points »; « inconnu » when it could not be told."""
    rounded = (pl.col(name) * 100).round(1)
    plain = rounded.abs().cast(pl.String).str.replace(".", ",", literal=True)
    sign = pl.when(rounded > 0).then(pl.lit("+")).when(rounded < 0).then(pl.lit(french.MINUS)).otherwise(pl.lit(""))
    return (
        pl.when(rounded.is_null())
        .then(pl.lit(french.UNKNOWN_MARK))
        .otherwise(pl.format("{}{}\u00a0pt", sign, plain))
        .alias(name)
    )


_NONE = Sentence(french.typeset("Aucun objectif n'a été donné : les cibles nationales servent de repère."))
_PROJECTION = french.typeset(
    "La réponse se lit sur une seule année, la dernière dont la publication est finie, et sur la population retenue pour tout le rapport. La projection prolonge en ligne droite les années complètes, pondérées par leur nombre de contrats, avec une fourchette à 80 % qui tient compte du "
    "hasard des petits nombres et des contrats muets. Elle lit le passé, elle ne promet rien."
)
_NATIONAL = french.typeset(
    "Ces cibles nationales ne sont pas celles de l'acheteur : elles sont rappelées avec leur source et son degré de vérification."
)
_EDITIONS = french.typeset(
    "Règle : la même édition remesurée avec la nouvelle règle. Données : la même période relue dans les données d'aujourd'hui (contrats publiés tard ou "
    "corrigés). Listes : les mêmes contrats, le statut de leurs titulaires lu dans d'autres listes de fournisseurs. Période : d'autres années, choisies sur "
    "des contrats déjà connus à l'édition précédente. Réalité : les contrats notifiés depuis."
)
