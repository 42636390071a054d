"""The outline of a SPASER: what the law asks, where the buyer starts, axis by axis, with what its team still has to write.

Nothing here decides for the buyer: a target is proposed with the landmark it comes from, and the column of the vote is blank.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Callout, Column, Paragraph, Section, Sentence, table
from spaser.sections.findings import Findings
from spaser.sections.publication.retained import items

#: What a person fills in.
BLANK = "………"
_DECP, _TYPED = "données essentielles des contrats (DECP)", "chiffre saisi par l'acheteur"
_DUTIES = ("spaser-adoption", "spaser-indicateurs")
_TARGETS = (
    Column("indicateur_dit", "Indicateur"),
    Column("depart", "Départ"),
    Column("reperes", "Repères"),
    Column("propose_dit", "Proposé, à débattre"),
    Column("motif", "D'après"),
    Column("vote_dit", "Voté (année)"),
)
_FORMULAS = (
    Column("titre", "Indicateur"),
    Column("formule", "Ce qui est compté"),
    Column("source", "Où le lire"),
    Column("frequence", "Fréquence"),
)


def sections(findings: Findings) -> tuple[Section, ...]:
    """The outline, from the first page to the follow-up; it reads ``extras["cibles_a_debattre"]``."""
    told = findings.extras["cibles_a_debattre"]
    axes = rules.toml("spaser_axes.toml")
    return (
        _first(findings),
        _law(),
        _start(findings, told),
        *(_axis(findings, key, axis, told) for key, axis in axes.items()),
        _follow(findings),
        _counted(findings),
    )


def _first(findings: Findings) -> Section:
    years = (
        findings.contracts["annee"].drop_nulls()
        if "annee" in findings.contracts.columns
        else pl.Series([], dtype=pl.Int64)
    )
    first, last = pl.select(first=years.min(), last=years.max()).row(0)
    span = f"{first} à {last}" if first != last else str(first or "")
    told = [
        f"période du schéma : {BLANK}",
        f"adopté par {BLANK} le {BLANK} ; mis en ligne à l'adresse {BLANK}",
        f"pilotage (élu, direction, comité) : {BLANK}",
        f"le point de départ est mesuré sur {french.count(findings.counted.height, 'contrat')}, années {span} : {findings.population_label}",
    ]
    note = (
        "Cette trame est à compléter par l'équipe : les pointillés sont à remplir, les cibles proposées sont à débattre et ne deviennent des objectifs "
        "que votées. Une fois votées, la publication suivra leur trajectoire."
    )
    return Section(
        "schema",
        "Le schéma en une page",
        "Qui s'engage, sur quoi, jusqu'à quand ?",
        (
            Paragraph(tuple(Sentence(french.sentence(text)) for text in told)),
            Callout("Une trame", french.typeset(note)),
        ),
    )


def _law() -> Section:
    """What the law asks of a schema, read in the duties themselves."""
    duties = rules.toml("law.toml")["duties"]
    rows = [
        {
            "devoir": duties[name]["label"],
            "qui": french.typeset(f"{duties[name]['who']} ; {_threshold(duties[name])}"),
            "base": duties[name]["legal"],
            "verification": rules.checked(duties[name]),
        }
        for name in _DUTIES
    ]
    asked = [
        {"devoir": item["titre"], "qui": item["frequence"], "base": item["base"], "verification": rules.checked(item)}
        for mark, item in items().items()
        if item["base"].startswith("CCP")
    ]
    columns = (
        Column("devoir", "Ce que le texte demande"),
        Column("qui", "Qui, ou quand"),
        Column("base", "Base"),
        Column("verification", "Vérification"),
    )
    return Section(
        "loi",
        "Ce que la loi demande",
        "Que doit contenir le schéma, et qui doit l'adopter ?",
        (table("tab-loi", "Le schéma et son contenu", pl.DataFrame([*rows, *asked]), columns),),
    )


def _threshold(duty: dict[str, Any]) -> str:
    """The spending above which a duty of the buyer holds, in words."""
    rule = rules.toml("law.toml")[duty["threshold"]]
    last = rule["values"][-1]
    return f"{rule['label'][0].lower()}{rule['label'][1:]} : {french.euros(last['value'] * 100, 0)} {rules.since(last['since'])}"


def _start(findings: Findings, told: pl.DataFrame) -> Section:
    measured = told.filter(pl.col("propose").is_not_null()).height
    voted = told.filter(pl.col("vote").is_not_null()).height
    text = [
        f"{french.count(told.height, 'indicateur')} {'se lit' if told.height < 2 else 'se lisent'} dans les contrats publiés ; une cible est proposée pour {measured}",
        f"{french.count(voted, 'objectif')} déjà {french.plural('voté', voted)}"
        if voted
        else "aucun objectif voté n'est fourni",
    ]
    note = (
        "Une cible n'est proposée qu'au-dessus du départ : le dernier quart des acheteurs comparables des fichiers lus, sinon la référence nationale ; "
        "sans repère, ou quand la loi l'impose déjà à chaque consultation, rien n'est proposé. C'est un choix du kit, pas une règle de droit."
    )
    return Section(
        "depart",
        "D'où nous partons",
        "Que disent nos contrats aujourd'hui ?",
        (
            Paragraph(tuple(Sentence(french.sentence(one)) for one in text)),
            Callout("Les cibles proposées", french.typeset(note)),
        ),
    )


def _axis(findings: Findings, key: str, axis: dict[str, Any], told: pl.DataFrame) -> Section:
    known = items()
    mine = [(mark, known[mark]) for mark in axis["items"]]
    codes = [code for _, item in mine for code in item["contrats"]]
    rows = [_target(row, _always(findings)) for row in told.filter(pl.col("indicateur").is_in(codes)).to_dicts()]
    rows += [_entered(findings, code) for _, item in mine for code in item["saisis"]]
    blocks: list[Any] = []
    if rows:
        blocks.append(table(f"tab-cibles-{key}", "Le départ et les cibles", pl.DataFrame(rows), _TARGETS))
    todo = tuple(
        Sentence(french.typeset(f"{line} : {BLANK}"))
        for line in (*axis["a_ecrire"], "Qui, avec quels moyens, avant quand")
    )
    return Section(f"axe-{key}", axis["titre"], "Que voulons-nous atteindre, et comment ?", (*blocks, Paragraph(todo)))


def _always(findings: Findings) -> dict[str, str]:
    """The indicators whose answer never changes over a whole file, with this answer."""
    same = findings.extras.get("reponses_constantes")
    return {} if same is None else dict(same.select("consideration", "reponse").rows())


def _target(row: dict[str, Any], always: dict[str, str]) -> dict[str, str]:
    landmarks = []
    if row["q3"] is not None:
        landmarks.append(
            f"{french.count(row['n_pairs'], 'acheteur')} comparables : médiane {french.share(row['mediane'])}, dernier quart dès {french.share(row['q3'])}"
        )
    if row["reference"] is not None:
        landmarks.append(f"référence nationale {french.share(row['reference'], 0)} ({row['annee_reference']})")
    if not row["repondus"]:
        start = "non renseigné"
    elif row["indicateur"] in always:
        start = f"non établi : la réponse est toujours « {always[row['indicateur']]} », sans doute une valeur par défaut du logiciel"
    else:
        start = f"{french.share(row['valeur'])} ({french.number(row['numerateur'])} sur {french.number(row['denominateur'])})"
        start += f", {french.share_range(row['bas'], row['haut'])}" if row["bas"] != row["haut"] else ""
    voted = "" if row["vote"] is None else f"{french.share(row['vote'], 0)} en {row['annee_vote']}"
    return {
        "indicateur_dit": row["titre"],
        "depart": french.typeset(start),
        "reperes": french.typeset(" ; ".join(landmarks)),
        "propose_dit": "" if row["propose"] is None else french.share(row["propose"], 0),
        "motif": french.typeset(" ; ".join([row["motif"], *_in_part(row["indicateur"])])),
        "vote_dit": french.typeset(voted) or BLANK,
    }


def _entered(findings: Findings, code: str) -> dict[str, str]:
    record = rules.toml("entered.toml")[code]
    return {
        "indicateur_dit": record["titre"],
        "depart": f"à saisir : {BLANK}",
        "reperes": french.typeset(_duty(record["devoir"])) if "devoir" in record else "",
        "propose_dit": "",
        "motif": "chiffre que les contrats publiés ne donnent pas",
        "vote_dit": BLANK,
    }


def _duty(key: str) -> str:
    duty = rules.toml("law.toml")["duties"][key]
    return f"obligation {rules.since(duty['since'])} : {duty['label']} ({duty['legal']} ; {rules.checked(duty)})"


def _in_part(code: str) -> list[str]:
    """The duties that ask it of some contracts only: a target speaks of all of them."""
    duties = rules.toml("law.toml")["duties"]
    return [
        f"obligation de certaines consultations : {duties[key]['label'].lower()} ({duties[key]['legal']})"
        for key in rules.toml("indicators.toml")[code].get("devoirs_en_partie", [])
    ]


def _counted(findings: Findings) -> Section:
    """Every indicator of the schema once, with what it counts."""
    records, typed = rules.toml("indicators.toml"), rules.toml("entered.toml")
    rows = []
    for mark, item in items().items():
        if not mark.startswith("S"):
            continue
        for code in item["contrats"]:
            rows.append((records[code]["titre"], records[code]["question"], _DECP, item["frequence"]))
        for code in item["saisis"]:
            rows.append((typed[code]["titre"], typed[code]["lecture"], _TYPED, item["frequence"]))
    frame = pl.DataFrame(rows, schema=[column.name for column in _FORMULAS], orient="row").unique(
        "titre", keep="first", maintain_order=True
    )
    note = (
        f"Part d'un indicateur de contrats : contrats qui répondent oui ÷ contrats concernés, en nombre et en montant ; {findings.population_label}. "
        "Les contrats muets comptent au dénominateur ; la fourchette dit ce que la part serait s'ils répondaient tous non, puis tous oui."
    )
    return Section(
        "formules",
        "Les indicateurs et leur formule",
        "Que compte chaque indicateur ?",
        (table("tab-formules", "Les indicateurs du schéma", frame, _FORMULAS, french.typeset(note)),),
    )


def _follow(findings: Findings) -> Section:
    told = [
        f"comité de suivi, dates : {BLANK}",
        "les indicateurs sont publiés tous les deux ans (L2111-3 al. 3), avec l'écart à l'édition précédente",
        f"première publication prévue le {BLANK} ; qui la valide : {BLANK}",
        f"données arrêtées au {french.long_date(findings.as_of)}",
    ]
    return Section(
        "suivi",
        "Le suivi",
        "Comment saurons-nous si nous tenons parole ?",
        (Paragraph(tuple(Sentence(french.sentence(text)) for text in told)),),
    )
