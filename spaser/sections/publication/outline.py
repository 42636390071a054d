"""The outline of a SPASER: what the law asks, where the buyer starts, axis by axis, with what its team still has to write.

Nothing here decides for the buyer: a target is proposed with the landmark it comes from, and the column of the vote is blank.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Callout, Column, Paragraph, Section, Sentence, table
from spaser.sections.findings import Findings
from spaser.sections.obligations import briefly, in_copy
from spaser.sections.publication.retained import items, when
from spaser.vocabulary.sentences import NO_LANDMARK, REACHED, UNMEASURED

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
        _first(findings, told),
        _law(),
        _start(findings, told),
        *(_axis(findings, key, axis, told) for key, axis in axes.items()),
        _follow(findings),
        _counted(findings),
    )


def _started(told: pl.DataFrame) -> str:
    """The year of the starts, the same as the publication's."""
    years = told["annee"].drop_nulls().unique().sort().to_list()
    when = f", {french.listing(str(year) for year in years)}" if years else ""
    each = ", acheteur par acheteur (L2111-3)" if told["acheteur"].n_unique() > 1 else ""
    return f"chaque départ est celui de la dernière année complète d'au moins dix contrats renseignés, sinon de la dernière connue{when}{each}"


def _first(findings: Findings, starts: pl.DataFrame) -> Section:
    told = [
        f"période du schéma : {BLANK}",
        f"adopté par {BLANK} le {BLANK} ; mis en ligne à l'adresse {BLANK}",
        f"pilotage (élu, direction, comité) : {BLANK}",
        f"{_started(starts)} : {findings.population_label}",
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
            "verification": briefly(duties[name]),
        }
        for name in _DUTIES
    ]
    asked = [
        {"devoir": item["titre"], "qui": when(item), "base": item["base"], "verification": briefly(item)}
        for mark, item in items().items()
        if item["base"].startswith("CCP")
    ]
    columns = (
        Column("devoir", "Ce que le texte demande"),
        Column("qui", "Qui, ou quand"),
        Column("base", "Base"),
        Column("verification", "Vérification"),
    )
    note = french.typeset(in_copy([*(duties[name] for name in _DUTIES), *items().values()]).strip())
    return Section(
        "loi",
        "Ce que la loi demande",
        "Que doit contenir le schéma, et qui doit l'adopter ?",
        (table("tab-loi", "Le schéma et son contenu", pl.DataFrame([*rows, *asked]), columns, note),),
    )


def _threshold(duty: dict[str, Any]) -> str:
    """The spending above which a duty of the buyer holds, in words."""
    rule = rules.toml("law.toml")[duty["threshold"]]
    last = rule["values"][-1]
    return f"{rule['label'][0].lower()}{rule['label'][1:]} : {french.euros(last['value'] * 100, 0)} {rules.since(last['since'])}"


def _start(findings: Findings, told: pl.DataFrame) -> Section:
    many = told["indicateur"].n_unique()
    proposed, voted = (told.filter(pl.col(name).is_not_null())["indicateur"].n_unique() for name in ("propose", "vote"))
    read = f"{french.count(many, 'indicateur')} {'se lit' if many < 2 else 'se lisent'} dans les contrats publiés"
    goals = findings.extras.get("objectifs")
    elsewhere = 0 if goals is None or not goals.height else goals.filter(pl.col("nature") == "voté").height
    lacking = [
        (name, said)
        for name in told["acheteur"].unique(maintain_order=True)
        for said in unlandmarked(told.filter(pl.col("acheteur") == name))
    ]
    text = [
        f"{read} ; une cible est proposée pour {proposed}" if proposed else f"{read} ; aucune cible n'est proposée",
        f"{french.count(elsewhere, 'objectif')} déjà {french.plural('voté', elsewhere)}, dont {voted} sur ces indicateurs"
        if elsewhere
        else "aucun objectif voté n'est fourni",
        *(f"{name} : {said}" if told["acheteur"].n_unique() > 1 else said for name, said in lacking),
    ]
    note = (
        "Une cible n'est proposée qu'au-dessus du départ : le dernier quart des acheteurs comparables (toutes les années lues), sinon la référence nationale ; "
        "sans repère, ou au-dessous de ce qui est atteint, rien n'est proposé. C'est un choix du kit, pas une règle de droit ; là où la loi impose quelque chose à chaque "
        "consultation, la cible proposée est 100 %. L'article L2111-3, lui, exige un objectif cible pour chaque catégorie, dont les achats auprès des ESUS et ceux auprès des "
        "entreprises employant des personnes défavorisées ou vulnérables : sans départ connu, il reste à fixer."
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
    mine_told = told.filter(pl.col("indicateur").is_in(codes))
    order = {code: rank for rank, code in enumerate(told["indicateur"].unique(maintain_order=True))}
    by_indicator = mine_told.sort(
        pl.col("indicateur").replace_strict(order, return_dtype=pl.Int64), maintain_order=True
    )
    many = told["acheteur"].n_unique() > 1
    rows = [_target(row, _always(findings), many) for row in by_indicator.to_dicts()]
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


def _target(row: dict[str, Any], always: dict[str, str], many: bool) -> dict[str, str]:
    landmarks = []
    if row["q3"] is not None:
        landmarks.append(
            f"{french.count(row['n_pairs'], 'acheteur')} comparables : médiane {french.share(row['mediane'])}, dernier quart dès {french.share(row['q3'])}"
        )
    if row["reference"] is not None:
        landmarks.append(f"référence nationale {french.share(row['reference'], 0)} ({row['annee_reference']})")
    if row["repondus"] and row["indicateur"] in always:
        start = f"non établi : la réponse est toujours « {always[row['indicateur']]} », sans doute une valeur par défaut du logiciel"
    else:
        start = start_of(row)
    return {
        "indicateur_dit": f"{row['titre']} : {row['acheteur']}" if many else row["titre"],
        "depart": french.typeset(start),
        "reperes": french.typeset(" ; ".join(landmarks)),
        "propose_dit": "" if row["propose"] is None else french.share(row["propose"], 0),
        "motif": french.typeset(" ; ".join([*_required(row), *_in_part(row["indicateur"])])),
        "vote_dit": BLANK if row["vote"] is None else french.typeset(voted_of(row)),
    }


def _required(row: dict[str, Any]) -> list[str]:
    """Why this target; first that the law asks one of its category, beside the indicator that leads it, with or without a start."""
    text = {item["contrats"][0]: item["objectif"] for item in items().values() if "objectif" in item}
    if row["indicateur"] not in text or row["vote"] is not None:
        return [row["motif"]]
    told = f"objectif exigé ({text[row['indicateur']]})"
    if row["motif"] != UNMEASURED:
        return [told, row["motif"]]
    return [f"{told}, départ {'trop peu mesuré' if row['repondus'] else 'inconnu'} : à fixer"]


def start_of(row: dict[str, Any]) -> str:
    """« 36,4 % en 2025 (32 sur 88) »; the share of the amounts too when the target voted is on amounts."""
    if not row["repondus"]:
        return "non renseigné"
    told = f"{french.share(row['valeur'])}{_in(row['annee'])}"
    told += f" ({french.number(row['numerateur'])} sur {french.number(row['denominateur'])})"
    told += f", {french.share_range(row['bas'], row['haut'])}" if row["bas"] != row["haut"] else ""
    if row["unite_vote"] == "valeur" and row["valeur_montants"] is not None:
        told += f" ; {french.share(row['valeur_montants'])} des montants{_in(row['annee_montants'])}"
    return told


def _in(year: int | None) -> str:
    return "" if year is None else f" en {year}"


def voted_of(row: dict[str, Any]) -> str:
    """« 40 % en 2028 », « 60 % des montants en 2028 »."""
    of = {"valeur": " des montants", "depense": " des dépenses"}.get(row["unite_vote"], "")
    return f"{french.share(row['vote'], 0)}{of} en {row['annee_vote']}"


def unlandmarked(told: pl.DataFrame) -> list[str]:
    """The indicators of one buyer that have nothing to aim at, those whose national reference is met, those too little measured."""
    found = []
    for reason, words in (
        (NO_LANDMARK, "sans aucun repère (ni acheteurs comparables, ni référence nationale), donc sans cible proposée"),
        (REACHED, "référence nationale déjà atteinte, rien n'est proposé"),
        (UNMEASURED, "moins de dix contrats renseignés dans l'année, départ inconnu"),
    ):
        titles = told.filter(pl.col("motif").str.starts_with(reason))["titre"].to_list()
        if titles:
            found.append(french.typeset(f"{words} : {' ; '.join(titles)}"))
    return found


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
