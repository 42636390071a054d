"""The groups handed over: the page with one sheet per need, the workbook of a hackathon day, the words of the terminal."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from spaser import french, rules
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Callout, Column, Paragraph, Report, Section, Sentence, TableBlock, table
from spaser.sections.shown import brief
from spaser.studies.acting.grouping.compose import HARDLY, Grouping
from spaser.studies.acting.tables import tables_of
from spaser.text import shortened
from spaser.vocabulary.sentences import DEMO_NOTE

#: Sheets printed in the page; the workbook holds every need.
SHEETS = 20
#: What is said of a family whose own lists do not tell the trade that a need asks: the family itself may be missing elsewhere.
_TRADE = " (un métier particulier, que les listes ne disent pas)"
_LONG = 90
_UNITS = (
    Column("numero", "N°", "entier"),
    Column("objet", "Besoin"),
    Column("lieu_libelle", "Lieu"),
    Column("unite_libelle", "À couvrir"),
    Column("a_couvrir", "Montant par an", "somme"),
    Column("etat", "État"),
    Column("complets", "Groupements possibles", "entier"),
    Column("tient", "Tient avec les autres"),
    Column("manque", "Ce qui manque"),
)
_APART = (
    Column("famille_libelle", "Famille d'achat"),
    Column("besoins", "Besoins", "entier"),
    Column("montant", "Montant par an", "somme"),
)
_ALL = (
    _UNITS[0],
    Column("besoin_id", "Identifiant du besoin"),
    *_UNITS[1:5],
    Column("competences", "Compétences à réunir"),
    *_UNITS[5:],
    Column("prenable", "Prenable par le meilleur groupement, par an", "somme"),
    Column("compare", "Toutes les équipes comparées"),
)
_MEMBERS = (
    Column("groupe", "Groupement", "entier"),
    Column("role", "Rôle"),
    Column("nom", "Fournisseur"),
    Column("commune", "Commune"),
    Column("statuts", "Statuts"),
    Column("prenable", "Prenable par an", "somme"),
    Column("raison", "Pourquoi lui"),
)
_INVITED = (
    Column("numero", "Besoin n°", "entier"),
    Column("objet", "Besoin"),
    *_MEMBERS[:3],
    Column("siret", "SIRET", "identifiant"),
    *_MEMBERS[3:5],
    Column("distance_km", "Distance (km)", "valeur"),
    Column("capacite_bas", "Capacité par an, basse", "somme"),
    Column("capacite_haut", "Capacité par an, haute", "somme"),
    Column("capacite_origine", "Origine de la capacité"),
    *_MEMBERS[5:],
)
_ROLES = (
    Column("numero", "Besoin n°", "entier"),
    Column("objet", "Besoin"),
    Column("chaise", "Rôle à tenir"),
    Column("etat_chaise", "Chaise"),
    Column("qui", "Qui se présente"),
    Column("contact", "Contact"),
    Column("suite", "Suite convenue"),
)
_READING = (
    "Aucun fournisseur à portée ne prend seul ces lots sans dépasser la part de dépendance choisie. Les équipes ci-dessous sont des "
    "possibilités calculées pour préparer une journée de rencontre : l'acheteur propose des rôles et des compétences, les "
    "fournisseurs se rencontrent et décident. N'imposez ni équipe ni membre, et laissez la journée ouverte à tous."
)
_CAPACITY = (
    "La taille d'un fournisseur est une hypothèse (chiffre d'affaires quand une liste le donne, sinon effectif ou taille usuelle) : "
    "le milieu de son intervalle est compté. Faites-la confirmer avant d'inviter."
)


def findings(result: Grouping) -> dict[str, pl.DataFrame]:
    """Its tables: needs looked at, groups, members of each group, what no one covers."""
    return tables_of(result)


def report(result: Grouping) -> Report:
    """The one report of the groups of a buyer."""
    shown = _open(result).head(SHEETS)
    return model.build(
        "Groupements de fournisseurs",
        buyer=result.scope,
        as_of=result.as_of,
        today=result.today,
        subtitle=french.typeset(f"dépendance d'un fournisseur limitée à {french.share(result.dependency, 0)}"),
        sections=[_first(result), *(_sheet(result, row) for row in shown.iter_rows(named=True))],
        notes=(DEMO_NOTE,) if result.demo else (),
        annexes=_annexes(result),
    )


def write(result: Grouping, folder: Path | str) -> list[Path]:
    """Write groupements.html, groupements.docx (one sheet per need) and groupements.xlsx (besoins, groupements, rôles)."""
    return delivery.write(report(result), folder, "groupements", "html", "docx", "xlsx")


def summary(result: Grouping) -> str:
    """What the terminal says: needs looked at, those that no one takes alone, groups found, what is missing."""
    units = result.units
    lines = [" ".join(_said(result))]
    for row in units.head(12).iter_rows(named=True):
        tail = (
            french.count(row["complets"], "groupement possible")
            if row["complets"]
            else f"{row['etat']} : {row['manque'] or '?'}"
        )
        lines.append(
            f"  {shortened(row['objet'] or '', 50):<52} {french.euros_short(row['a_couvrir']):>12} par an → {tail}"
        )
    return "\n".join(lines)


def _open(result: Grouping) -> pl.DataFrame:
    """The needs where somebody could sit: without those that the ESS hardly sells."""
    return result.units.filter(pl.col("etat") != HARDLY)


def _said(result: Grouping) -> list[str]:
    units = result.units
    if not units.height:
        taken = result.looked - result.unmeasured
        seen = "Aucun besoin actionnable à regarder"
        if taken:
            seen = f"{french.count(taken, 'besoin actionnable')} {french.plural('regardé', taken)}, à la portée d'un fournisseur seul"
        return [french.sentence(seen), *_unmeasured(result)]
    count = {state: units.filter(pl.col("etat") == state).height for state in units["etat"].unique()}
    lots, alone = units.filter(pl.col("unite") == "lot").height, french.number(units.height)
    hardly, large, missing = (
        count.get(state, 0) for state in (HARDLY, "lot trop grand pour quatre", "filière à structurer")
    )
    said = [
        f"{french.count(result.looked, 'besoin actionnable')} {french.plural('regardé', result.looked)} ; "
        f"{alone} qu'aucun fournisseur à portée ne prend seul ({_lots_said(lots, units.height - lots)})",
        _whole(units),
        f"{french.number(large)} {'est trop grand' if large == 1 else 'sont trop grands'} pour quatre (lot à réduire) ; "
        f"{french.number(missing)} {'demande' if missing == 1 else 'demandent'} de structurer une filière",
    ]
    if hardly:
        said.append(
            f"{french.number(hardly)} {'relève' if hardly == 1 else 'relèvent'} d'achats où l'ESS a peu ou pas d'offre connue "
            "(jugement du kit, famille par famille) : ni filière manquante, ni chaise à remplir ; comptés à part"
        )
    return [*map(french.sentence, said), *_unmeasured(result)]


def _lots_said(lots: int, whole: int) -> str:
    if not whole:
        return "dès le lot"
    return f"{french.number(lots)} dès le lot, {french.number(whole)} seulement en entier : là, allotir suffit"


def _whole(units: pl.DataFrame) -> str:
    """How many needs have a whole group, and how many of them stand at the same time."""
    possible, held = units.filter(pl.col("complets") > 0).height, units.filter("ensemble").height
    text = f"Un groupement complet existe pour {french.number(possible)}"
    if possible == held:
        return text
    same = "un seul tient à la fois" if held == 1 else f"{french.number(held)} tiennent en même temps"
    return (
        f"{text} {french.plural('besoin', possible)}, chacun pris seul ; tels qu'ils sont composés, {same} : "
        "les mêmes fournisseurs y reviennent, et leur taille ne compte qu'une fois"
    )


def _unmeasured(result: Grouping) -> list[str]:
    count = result.unmeasured
    return (
        [french.sentence(f"{french.count(count, 'besoin')} sans montant ou sans famille : non regardés")]
        if count
        else []
    )


def _first(result: Grouping) -> Section:
    blocks: list[Block] = [Paragraph(tuple(Sentence(text) for text in _said(result)))]
    blocks.append(Callout("À lire d'abord", french.typeset(_READING), "attention"))
    if (open_ := _open(result)).height:
        blocks.append(
            table(
                "tab-groupements",
                "Les besoins qu'aucun fournisseur ne prend seul",
                _short(open_),
                _UNITS,
                "Le lot médian est celui de la dernière campagne. « Tient avec les autres » : quand un même fournisseur est proposé à "
                "plusieurs besoins, ce qu'il peut prendre n'est compté qu'une fois ; « non » : à proposer à la place d'un autre, ou avec d'autres membres.",
            )
        )
    blocks += _apart(result)
    blocks += [Callout("Taille des fournisseurs", french.typeset(_CAPACITY)), *_law()]
    return Section(
        "groupements", "Groupements possibles", "Qui pourrait répondre à plusieurs, et que manque-t-il ?", tuple(blocks)
    )


def _apart(result: Grouping) -> list[Block]:
    """The needs that the ESS hardly sells, counted by family; a trade of a family that others of it lack is told as that trade."""
    apart = result.units.filter(pl.col("etat") == HARDLY)
    if not apart.height:
        return []
    trade = pl.col("besoin_id").is_in(result.gaps.filter("de_branche")["besoin_id"].to_list())
    counted = (
        apart.with_columns(pl.col("famille_libelle") + pl.when(trade).then(pl.lit(_TRADE)).otherwise(pl.lit("")))
        .group_by("famille_libelle")
        .agg(besoins=pl.len(), montant=pl.col("a_couvrir").sum())
        .sort("besoins", "famille_libelle", descending=[True, False])
    )
    note = "Aucune feuille n'est préparée pour eux. Si vous connaissez une structure qui en fait son métier, ajoutez-la à vos listes."
    return [table("tab-hors-metier", "Comptés à part : l'ESS y a peu ou pas d'offre connue", counted, _APART, note)]


def _law() -> list[Block]:
    """What is said of the law, with its confidence, from ``lever_law.toml`` alone."""
    held = rules.toml("lever_law.toml")["levers"]
    blocks: list[Block] = []
    for code in ("groupement", "sous_traitance"):
        rule = held[code]
        text = (
            f"{rule['legal']} ({rules.checked(rule)}). Quand : {rule['data']}. À se demander : {rule['ask']} "
            f"À ne pas faire : {rule['never']}. À faire valider par le service juridique."
        )
        blocks.append(Callout(rule["label"], french.typeset(text)))
    return blocks


def _sheet(result: Grouping, row: dict) -> Section:
    """One need to print: what is to be covered, the roles (empty chairs included), the groups computed."""
    mine = pl.col("besoin_id") == row["besoin_id"]
    members, roles = result.members.filter(mine), _roles(result).filter(mine)
    rank = row["numero"]
    text = french.sentence(
        f"{row['unite_libelle'].capitalize()} : {french.euros(row['a_couvrir'], 0)} par an, {row['lieu_libelle'] or 'lieu non lu'}. "
        f"Compétences à réunir : {row['competences']}"
    )
    blocks: list[Block] = [Sentence(text), table(f"tab-roles-{rank}", "Rôles à tenir", roles, _ROLES[2:6])]
    if members.height:
        note = "" if row["complets"] else "Équipe incomplète : ce qui manque est une chaise vide."
        blocks.append(table(f"tab-membres-{rank}", "Possibilités calculées, pour inviter", members, _MEMBERS, note))
    elif row["complets"] == 0:
        blocks.append(
            Sentence(
                "Moins de deux fournisseurs à portée tiennent une de ces compétences : aucune équipe n'est calculée."
            )
        )
    return Section(
        f"fiche-groupement-{rank}", f"{rank}. {_cut(row['objet'])}", "Quels rôles, et qui inviter ?", tuple(blocks)
    )


def _roles(result: Grouping) -> pl.DataFrame:
    """The chairs of each need, without naming anybody: skills, size, leader; held by the best team computed, or empty."""
    gaps = {(r["besoin_id"], r["manque"], r["famille"]): r for r in result.gaps.iter_rows(named=True)}
    lead = dict(result.groups.filter(pl.col("groupe") == 1).select("besoin_id", "mandataire_sur").rows())
    rows = []
    for unit in _open(result).iter_rows(named=True):
        need = unit["besoin_id"]
        missing = {(m, f) for (n, m, f) in gaps if n == need}
        lacking = {r["chaise"] for (n, _, _), r in gaps.items() if n == need}
        seats = (
            []
            if ("mandataire", None) in missing
            else [("mandataire", "à confirmer" if lead.get(need) is None else "au moins un possible")]
        )
        lacked = {text for text in lacking if text.startswith("compétence")}
        for name in unit["competences"].split(" ; "):
            if not any(text.startswith(french.typeset(f"compétence : {name}")) for text in lacked):
                seats.append((french.typeset(f"compétence : {name}"), "au moins un possible"))
        if ("capacite", None) not in missing:
            seats.append(
                (
                    french.typeset(f"taille : {french.euros_short(unit['a_couvrir'])} par an à plusieurs"),
                    "réunie à plusieurs",
                )
            )
        seats += [(text, "vide") for text in sorted(lacking)]
        rows += [
            {"besoin_id": need, "numero": unit["numero"], "objet": unit["objet"], "chaise": c, "etat_chaise": s}
            for c, s in seats
        ]
    schema = {
        "besoin_id": pl.String,
        "numero": pl.Int64,
        "objet": pl.String,
        "chaise": pl.String,
        "etat_chaise": pl.String,
    }
    blank = [pl.lit(None, dtype=pl.String).alias(name) for name in ("qui", "contact", "suite")]
    return pl.DataFrame(rows, schema=schema).with_columns(blank)


def _annexes(result: Grouping) -> list[TableBlock]:
    named = result.units.select("besoin_id", "numero", "objet")
    invited = result.members.join(named, on="besoin_id", how="left", maintain_order="left").sort(
        "numero", "groupe", "ordre"
    )
    return [
        table(
            "besoins",
            "Besoins qu'aucun fournisseur ne prend seul (compétences à corriger, séparées par « ; »)",
            result.units,
            _ALL,
        ),
        table("groupements", "Groupements possibles, pour inviter", invited, _INVITED),
        table("rôles", "Rôles et chaises vides, à remplir le jour venu", _roles(result), _ROLES),
    ]


def _short(units: pl.DataFrame) -> pl.DataFrame:
    return brief(units.head(40), _LONG)


def _cut(text: str | None) -> str:
    plain = (text or "objet non lu").strip()
    return french.typeset(shortened(plain, _LONG))
