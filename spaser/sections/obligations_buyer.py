"""The duties of a buyer itself, year by year, and what concerns one that the code does not bind; the words every duty is told in."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables.report import Block, Callout, Column, Section, TableBlock, table
from spaser.sections.findings import Findings
from spaser.vocabulary import APPLICABILITY

#: The two duties of a SPASER: to adopt it, to publish its indicators; and the states in which a duty binds.
SPASER, BINDS = ("spaser-adoption", "spaser-indicateurs"), ("certain", "probable")


def spaser_table(findings: Findings) -> TableBlock | None:
    """Is the buyer bound to a SPASER, year by year."""
    near = pl.col("regle_etat").str.contains("depenses_pres_du_seuil", literal=True)
    rows = _of_buyer(findings, pl.col("seuil").is_not_null(), also=near)
    if rows is None:
        return None
    columns = (
        Column("annee", "Année"),
        Column("libelle", "Obligation"),
        Column("applicabilite", "Soumis"),
        Column("motif", "Pourquoi"),
        Column("depense_basse", "Dépenses lues, hors taxe", "somme"),
        Column("depense_haute", "Avec les lignes en taxes comprises ou à vérifier", "somme"),
        Column("seuil", "Seuil", "somme"),
        Column("remplie", "Adopté", "oui_non"),
        Column("echeance", "Indicateurs attendus le", "date"),
    )
    # « Au moins 0 € » says nothing: no line is surely without tax, or out of book V.
    rows = rows.with_columns(depense_basse=pl.when(pl.col("depense_basse") > 0).then("depense_basse"))
    # Where no line is in doubt both sums are the same: it is told once.
    same = rows["depense_basse"].eq_missing(rows["depense_haute"]).all()
    kept = [
        column
        for column in columns
        if rows[column.name].is_not_null().any() and not (same and column.name == "depense_haute")
    ]
    note = (
        "Le seuil porte sur les dépenses hors taxe de l'année civile, hors marchés du livre V : leur montant est retiré quand il est dit, compris dans les dépenses sinon. Les montants "
        "notifiés sont des maximums, souvent pluriannuels : ils ne s'y comparent pas. Un grand livre hors taxe, le montant du livre V et le schéma déjà "
        "adopté, donnés pour ce diagnostic, répondent à cette question."
    )
    return table("tab-spaser", "Cet acheteur doit-il avoir un SPASER\u00a0?", rows, kept, french.typeset(note))


def buyer_table(findings: Findings) -> TableBlock | None:
    """The other duties of the buyer itself, year by year, where purchases are seen."""
    rows = _of_buyer(
        findings, pl.col("seuil").is_null() & ((pl.col("contrats") > 0) | (pl.col("applicabilite") == "certain"))
    )
    if rows is None:
        return None
    columns = (
        Column("annee", "Année"),
        Column("libelle", "Obligation"),
        Column("applicabilite", "Soumis"),
        Column("contrats", "Contrats dans le champ", "entier"),
        Column("remplie", "Remplie", "oui_non"),
        Column("motif", "Pourquoi"),
    )
    note = "Ces obligations se mesurent sur les achats d'une année, que les données publiées ne donnent pas : les contrats dans le champ disent seulement où regarder."
    return table(
        "tab-obligations-acheteur",
        "Les obligations mesurées sur les achats d'une année",
        rows,
        columns,
        french.typeset(note),
    )


def agec_table(findings: Findings) -> TableBlock | None:
    """What was spent in each category of reused or recycled goods; no rate is said reached or missed."""
    rows = findings.extras.get("agec")
    if rows is None or not rows.height:
        return None
    columns = (
        Column("annee", "Année"),
        Column("categorie_libelle", "Catégorie"),
        Column("lignes", "Lignes", "entier"),
        Column("depense_basse", "Dépenses HT, au moins", "somme"),
        Column("depense_haute", "Au plus", "somme"),
        Column("taux", "Taux lus"),
    )
    note = (
        "D'après les mots de la nomenclature ou des lignes du fichier de dépenses. Le fichier ne dit pas ce qui est réemployé ou recyclé, et "
        "seize taux sur dix-sept n'ont pas été lus : rien n'est dit atteint ni manqué."
    )
    return table(
        "tab-agec", "Réemploi et matières recyclées : les dépenses par catégorie", rows, columns, french.typeset(note)
    )


def private_section(findings: Findings) -> Section:
    """What concerns a buyer that says the code does not bind it: its levers and facts, the duties that bind it too."""
    known = findings.extras["prive"]
    columns = (
        Column("libelle", "Fait"),
        Column("valeur", "Ce qu'il en est"),
        Column("texte", "Texte"),
        Column("verification", "Vérification"),
    )
    typeset = known.with_columns(
        pl.Series(name, [french.typeset(text) for text in known[name]])
        for name in ("libelle", "valeur", "texte", "verification")
    )
    levers, others = typeset.filter("levier"), typeset.filter(~pl.col("levier"))
    caution = (
        "Vous avez dit que le code de la commande publique ne s'applique pas à cet acheteur. Une forme juridique n'y "
        "suffit pas : sociétés d'économie mixte, sociétés publiques locales, bailleurs sociaux et opérateurs de réseaux y sont soumis."
    )
    blocks: list[Block] = [
        Callout("Un acheteur hors du code, parce que vous le dites", french.typeset(caution)),
        table("tab-prive-leviers", "Les leviers", levers, columns),
        table("tab-prive", "À savoir", others, columns),
        *given(buyer_table(findings)),
    ]
    return Section(
        "obligations", "Les règles et les leviers", "Que peut faire un acheteur que le code ne lie pas ?", tuple(blocks)
    )


def spaser_judged(findings: Findings) -> dict[str, Any] | None:
    """The row of the duty to adopt a SPASER in the year that every page speaks of: the last of those that bind, else of those that may; nothing
    when it is clearly not due."""
    rows = findings.extras.get("obligations_acheteur")
    if rows is None:
        return None
    near = pl.col("regle_etat").str.contains("depenses_pres_du_seuil", literal=True)
    due = rows.filter(pl.col("obligation") == SPASER[0], (pl.col("applicabilite") != "non_soumis") | near)
    # The surest years speak, certain and probable alike, and the last of them: a year that has just begun says nothing yet.
    order = list(APPLICABILITY)
    rank = (
        pl.col("applicabilite").replace(dict.fromkeys(BINDS, order[-1])).replace_strict(order, list(range(len(order))))
    )
    told = due.sort(rank, "annee").tail(1).to_dicts()
    return told[0] if told else None


def spaser_told(findings: Findings) -> list[str]:
    """What that year says of a SPASER, in one sentence; nothing when it is clearly not due."""
    row = spaser_judged(findings)
    if row is None:
        return []
    return [f"SPASER, année {row['annee']} : {APPLICABILITY[row['applicabilite']]} ; {row['motif']}"]


def spaser_standing(findings: Findings) -> TableBlock | None:
    """The SPASER in the year judged, question by question: who owes one, whether it is adopted, what is published and when; nothing where
    nothing lets one think that it is due."""
    row = spaser_judged(findings)
    if row is None or row["applicabilite"] not in (*BINDS, "indetermine") or not _hinted(row):
        return None
    duty, indicators = (law("duties")[name] for name in SPASER)
    said, why = said_and_why(row["motif"])
    bar = french.euros_short(row["seuil"]) if row["seuil"] is not None else "le seuil"
    who, published = _asked_of_all(bar, indicators)
    lines = [
        who,
        ("Ici", f"{row['annee']} : {APPLICABILITY[row['applicabilite']]}{_spent(row)} ; {why}"),
        (
            "Adopté et publié",
            said
            or "rien n'en a été dit pour ce diagnostic : donner sa date d'adoption et son adresse, ou le faire adopter",
        ),
        published,
        ("Prochaine publication", _next(findings)),
    ]
    return _lines("tab-spaser-ici", lines, duty)


def spaser_rule(day: date) -> TableBlock:
    """What the law asks of whoever owes a SPASER, on a day: for a reader of whom nothing is known."""
    duty, indicators = (law("duties")[name] for name in SPASER)
    bar = french.euros_short(int(rules.value("spaser_threshold", day) or 0) * 100)
    return _lines("tab-spaser-loi", list(_asked_of_all(bar, indicators)), duty)


def _asked_of_all(bar: str, indicators: dict[str, Any]) -> tuple[tuple[str, str], tuple[str, str]]:
    return (
        (
            "Qui en doit un",
            f"tout acheteur soumis au code dont les dépenses de l'année dépassent {bar} HT, hors livre V (L2111-3, D2111-3)",
        ),
        ("À publier", f"{_published()}, tous les {french.number(indicators['every_years'])} ans (L2111-3 al. 3)"),
    )


def _lines(id: str, lines: list[tuple[str, str]], duty: dict[str, Any]) -> TableBlock:
    frame = pl.DataFrame(
        [(question, french.typeset(french.capital(answer))) for question, answer in lines],
        schema=["question", "reponse"],
        orient="row",
    )
    note = f"{duty['label']} : {rules.checked(duty)}."
    heads = (Column("question", "Le SPASER"), Column("reponse", "Ce que l'on en sait"))
    return table(id, "Le schéma de promotion des achats responsables (SPASER)", frame, heads, french.typeset(note))


def _hinted(row: dict[str, Any]) -> bool:
    """Whether spending or notified amounts let one think of the duty: « nothing is known » is said with what is missing."""
    return (
        row["applicabilite"] in BINDS or row["depense_haute"] is not None or (row["indice"] or 0) > (row["seuil"] or 0)
    )


def said_and_why(motive: str) -> tuple[str, str]:
    """What the buyer said of its SPASER, when it did, apart from the reason of the state."""
    if not motive.startswith("SPASER"):
        return "", motive
    said, _, why = motive.partition(" ; ")
    return said.removeprefix("SPASER "), why


def adopted(motive: str) -> bool:
    """Whether the buyer says that it has a SPASER, whatever the day."""
    return motive.startswith("SPASER adopté")


def _spent(row: dict[str, Any]) -> str:
    if row["depense_haute"] is None:
        return ""
    most = "" if row["depense_basse"] == row["depense_haute"] else " au plus"
    return f" ({french.euros_short(row['depense_haute'])} de dépenses lues{most})"


def _published() -> str:
    """The indicators that the law asks for at each publication, by the items of the SPASER."""
    asked = [
        one["titre"]
        for one in rules.toml("spaser_items.toml").values()
        if one["contrats"] and one["frequence"] == "tous les deux ans"
    ]
    first, *others = (f"{title[:1].lower()}{title[1:]}" for title in asked)
    return f"les taux réels, en nombre de contrats ou en valeur, avec un objectif pour chacun : {' ; '.join((first, *others))}"


def _next(findings: Findings) -> str:
    """When the indicators are next awaited: two years after the adoption or the last publication, when it is known."""
    rows = findings.extras["obligations_acheteur"].filter(
        pl.col("obligation") == SPASER[1], pl.col("echeance").is_not_null()
    )
    days = rows["echeance"].to_list()
    if not days:
        return "la date se compte de l'adoption ou de la dernière publication, qui n'ont pas été dites"
    late = " : passée, à vérifier" if days[-1] < findings.day else ""
    return f"{french.long_date(days[-1])}{late}"


def _of_buyer(findings: Findings, kept: pl.Expr, also: pl.Expr | None = None) -> pl.DataFrame | None:
    rows = findings.extras.get("obligations_acheteur")
    if rows is None:
        return None
    spoken = pl.col("applicabilite") != "non_soumis"
    shown = rows.filter((spoken if also is None else spoken | also) & kept)
    return labelled(shown).with_columns(state()) if shown.height else None


def labelled(rows: pl.DataFrame) -> pl.DataFrame:
    """With the label, the date and what can be seen of each duty."""
    known = [
        {"obligation": key, "libelle": duty["label"], "depuis": duty["since"], "observable": duty["observable"]}
        for key, duty in law("duties").items()
    ]
    return rows.join(pl.DataFrame(known), on="obligation", how="left", maintain_order="left")


def law(table_name: str) -> dict[str, dict[str, Any]]:
    return rules.toml("law.toml")[table_name]


def state(name: str = "applicabilite") -> pl.Expr:
    return pl.col(name).replace(APPLICABILITY)


def given(*blocks: TableBlock | None) -> list[TableBlock]:
    return [block for block in blocks if block is not None]
