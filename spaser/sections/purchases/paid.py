"""The sections of an analysis of suppliers: what was identified, who is in the ESS, proofs, what is left to check.

They read ``Findings`` whose ``measures`` are those of ``suppliers_analysis`` and whose ``extras`` are the finished tables.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from spaser import charts, french
from spaser.deliverables.report import (
    Callout,
    Column,
    Figure,
    KeyFigure,
    KeyFigures,
    Measured,
    Paragraph,
    Section,
    Sentence,
    TableBlock,
    table,
)
from spaser.french import euros_short, share
from spaser.sections.findings import Findings

MOST = 15
#: Breakdown → title and first header.
BREAKDOWNS = {
    "famille": ("Par famille d'achat", "Famille"),
    "service": ("Par service", "Service"),
    "annee": ("Par année", "Année"),
    "departement": ("Par département du fournisseur", "Département"),
    "commune": ("Par commune du fournisseur", "Commune"),
    "taille": ("Par taille du fournisseur", "Taille"),
}
POSTS = {
    "identifie": "Achats, fournisseur identifié",
    "non_identifie": "Achats, fournisseur non identifié",
    "hors_perimetre": "Hors périmètre des achats",
    "ecarte": "Écarté : montant illisible ou ligne vide",
    "total": "Total du fichier",
    "sans_titulaire": "Contrats sans titulaire publié",
}
SCOPES = {
    "achat": "achats",
    "banque_assurance": "banques et assurances",
    "centrale_achat": "centrales d'achat",
    "subvention": "subventions",
    "hors_perimetre": "personnel, transferts, organismes publics…",
    "a_verifier": "achat ou non : à vérifier",
    "ecarte": "écarté",
    "ensemble": "ensemble",
}
CARDS = (
    ("fournisseurs_identifies", "Euros dont le fournisseur est identifié", "neutre"),
    ("fournisseurs_ess", "Euros confiés à l'ESS", "clause"),
    ("fournisseurs_esus", "dont agréés ESUS", "clause"),
    ("fournisseurs_inclusifs", "Euros confiés à des structures inclusives", "réservé"),
    ("fournisseurs_ess_ou_inclusifs", "ESS ou inclusifs, chacun compté une fois", "critère"),
)
TOLD = {
    "fournisseurs_ess": "des fournisseurs de l'ESS",
    "fournisseurs_esus": "des fournisseurs agréés ESUS",
    "fournisseurs_inclusifs": "des structures inclusives",
}


def main_definition(findings: Findings) -> str:
    """The definition the page speaks of: all purchases, or equal parts of contracts."""
    return findings.definition or "achats"


def rows(findings: Findings, dimension: str, unit: str, definition: str | None = None) -> pl.DataFrame:
    """The measures of a breakdown in one unit and one definition."""
    kept = pl.col("dimension") == dimension, pl.col("unite") == unit
    return findings.measures.filter(*kept, pl.col("definition") == (definition or main_definition(findings)))


def one(findings: Findings, code: str, unit: str) -> Measured | None:
    """One measure on the whole."""
    found = rows(findings, "total", unit).filter(pl.col("indicateur") == code)
    return Measured.of(found.row(0, named=True)) if found.height else None


def section_essentials(findings: Findings) -> Section:
    """Key figures in euros, then each share told with what is unknown."""
    measures = [(m, said, kind) for code, said, kind in CARDS if (m := one(findings, code, "valeur"))]
    every = next((m.denominateur for m, _, _ in measures), 0)
    cards = [KeyFigure(_amount_label(findings), every, "somme", _basis(findings))]
    cards += [
        KeyFigure(
            said,
            m.valeur,
            "part",
            f"{euros_short(m.numerateur)} ; statut connu pour {share(m.couverture)}",
            m.bas,
            m.haut,
            kind,
            m,
        )
        if m.indicateur != "fournisseurs_identifies"
        else KeyFigure(said, m.valeur, "part", euros_short(m.numerateur), measure=m)
        for m, said, kind in measures
    ]
    blocks: list = [KeyFigures(tuple(cards)), Callout("Comment lire ces parts", _READING)]
    if not findings.sources or findings.extras["listes"].height == 0:
        blocks.insert(0, Callout("Aucune liste de fournisseurs", _NO_LIST, "attention"))
    blocks.append(Paragraph(tuple(_told(findings))))
    return Section(
        "essentiel", "L'essentiel", "Quelle part des achats va à l'ESS et aux structures inclusives ?", tuple(blocks)
    )


def section_account(findings: Findings) -> Section:
    """Every cent accounted for, then what was read sheet by sheet."""
    frame = findings.extras["soldes"]
    if "perimetre" not in frame.columns:
        frame = frame.with_columns(perimetre=pl.lit(""))
    total = frame.filter(pl.col("poste") == "total")
    parts = frame.filter(pl.col("poste") != "total")
    named = parts.with_columns(pl.col("poste").replace(POSTS), pl.col("perimetre").replace(SCOPES))
    columns = [
        Column("poste", "Poste"),
        Column("perimetre", "Ce que c'est"),
        Column("lignes", "Lignes", "entier", True),
        Column("montant", "Montant", "centime", True),
        Column("avoirs", "dont avoirs", "centime", True),
        Column("sans_montant", "Sans montant", "entier", True),
    ]
    blocks: list = [
        table("tab-soldes", "Le compte de chaque centime", named, columns, _PERIMETER if total.height else "")
    ]
    if total.height:
        blocks.insert(0, _balance_told(parts, total))
    accounts = findings.extras["lectures"]
    if accounts.height:
        blocks += _sheets(accounts)
    told = findings.extras.get("lecture_dite")
    if told is not None and told.height:
        blocks.insert(
            0,
            Callout(
                "À savoir avant les chiffres",
                french.typeset(" ".join(french.sentence(text) for text in told["texte"])),
                "attention",
            ),
        )
    return Section("compte", "Le compte du fichier", "Où est passé chaque euro ?", tuple(blocks))


def section_statuses(findings: Findings) -> Section:
    """Every status in euros, lines and suppliers, with both denominators."""
    wide = rows(findings, "total", "valeur").filter(pl.col("numerateur") != 0)
    for unit in ("lignes", "fournisseurs"):
        part = rows(findings, "total", unit).select(
            "indicateur", pl.col("numerateur", "valeur", "valeur_repondus").name.suffix(f"_{unit}")
        )
        wide = wide.join(part, on="indicateur", how="left", maintain_order="left")
    order = findings.measures.select(
        pl.col("titre").str.contains("^(ESS|Inclusif) :").alias("detail"), "indicateur"
    ).unique()
    wide = wide.join(order, on="indicateur", maintain_order="left_right").sort(
        "detail", "numerateur", descending=[False, True]
    )
    columns = [
        Column("titre", "Statut"),
        Column("numerateur", "Euros", "somme"),
        Column("valeur", "Part du total", "part"),
        Column("valeur_repondus", "Part du connu", "part"),
        Column("numerateur_lignes", "Lignes", "entier"),
        Column("valeur_lignes", "Part du total", "part"),
        Column("numerateur_fournisseurs", "Fournisseurs", "entier"),
        Column("valeur_fournisseurs", "Part du total", "part"),
        Column("valeur_repondus_fournisseurs", "Part du connu", "part"),
    ]
    blocks: list = [table("tab-statuts", "Les fournisseurs selon leur statut", wide, columns, _BOTH)]
    blocks += [block for block in (_two_definitions(findings),) if block]
    return Section("statuts", "Qui sont les fournisseurs", "Combien, et pour quels montants ?", tuple(blocks))


def section_breakdowns(findings: Findings) -> Section | None:
    """By family, service, year, territory and size, the largest first."""
    blocks: list = []
    for name in BREAKDOWNS:
        if shown := breakdown(findings, name):
            blocks += [block for block in (drawn(findings, name), shown) if block]
    return (
        Section(
            "ventilations",
            "Où l'ESS est présente",
            "Dans quelles familles, quels services, quels lieux ?",
            tuple(blocks),
        )
        if blocks
        else None
    )


def drawn(findings: Findings, name: str) -> Figure | None:
    """The chart of a breakdown worth one: families and communes."""
    found = rows(findings, name, "valeur").filter(
        pl.col("indicateur") == "fournisseurs_ess", pl.col("denominateur") > 0
    )
    if name not in ("famille", "commune") or found.height < 2:
        return None
    title = f"{BREAKDOWNS[name][0]} : euros, et ce que l'on sait des fournisseurs"
    picture = charts.euros_by(found, title)
    columns = [Column(*column) for column in picture.columns]
    return Figure(
        f"fig-{name}",
        french.typeset(title),
        picture,
        table(f"fig-{name}-donnees", "Les données du graphique", picture.twin, columns),
    )


def breakdown(findings: Findings, name: str) -> TableBlock | None:
    """One breakdown: euros, identified, ESS and inclusive, each value on one line."""
    found = rows(findings, name, "valeur")
    if found["modalite"].drop_nulls().n_unique() < (2 if name == "annee" else 1) or not found.height:
        return None
    if found.filter(pl.col("modalite") != "(non renseigné)").height == 0:
        return None
    asked = {"fournisseurs_ess": "ess", "fournisseurs_inclusifs": "inclusif", "fournisseurs_identifies": "identifie"}
    wide = found.filter(pl.col("indicateur") == "fournisseurs_ess").select("modalite", "denominateur")
    for code, short in asked.items():
        part = found.filter(pl.col("indicateur") == code)
        wide = wide.join(
            part.select("modalite", pl.col("numerateur", "valeur", "valeur_repondus").name.suffix(f"_{short}")),
            on="modalite",
            maintain_order="left_right",
        )
    # Where nothing is known of anyone, the euros of the ESS are unknown, not zero.
    wide = wide.with_columns(
        pl.when(pl.col(f"valeur_{s}").is_not_null()).then(f"numerateur_{s}").alias(f"numerateur_{s}")
        for s in asked.values()
    )
    ordered = (
        wide.sort("modalite") if name == "annee" else wide.sort("denominateur", "modalite", descending=[True, False])
    )
    title, head = BREAKDOWNS[name]
    columns = [
        Column("modalite", head),
        Column("denominateur", "Achats", "somme"),
        Column("valeur_identifie", "Identifié", "part"),
        Column("numerateur_ess", "ESS", "somme"),
        Column("valeur_ess", "ESS, part du total", "part"),
        Column("valeur_repondus_ess", "ESS, part du connu", "part"),
        Column("numerateur_inclusif", "Inclusifs", "somme"),
        Column("valeur_inclusif", "Inclusifs, part du total", "part"),
    ]
    note = f"Les {MOST} premières lignes sur {french.number(wide.height)} ; toutes sont dans le classeur, feuille « mesures »."
    return table(f"tab-{name}", title, ordered.head(MOST), columns, french.typeset(note) if wide.height > MOST else "")


def section_proofs(findings: Findings) -> Section:
    """The suppliers of the ESS or inclusive, with the proof of each status."""
    known = findings.extras["fournisseurs"].filter(
        pl.col("titulaire_ess").fill_null(False) | pl.col("titulaire_inclusif").fill_null(False)
    )
    title, question = "Les fournisseurs de l'ESS et inclusifs", "Qui sont-ils, et qu'est-ce qui le prouve ?"
    if not known.height:
        return Section(
            "preuves", title, question, (Sentence("Aucun fournisseur n'est connu comme tel dans les listes chargées."),)
        )
    n = known.height
    told = Sentence(
        french.sentence(f"{french.count(n, 'fournisseur')} de l'ESS ou {'inclusif' if n < 2 else 'inclusifs'}")
    )
    columns: list[Column | str] = [
        Column("fournisseur", "Fournisseur"),
        "siren",
        Column("montant", "Montant", "somme"),
        Column("ess_famille", "Famille de l'ESS"),
        Column("inclusif_types", "Inclusif"),
        Column("preuve", "Preuve"),
    ]
    said = [
        pl.when(pl.col(answer).fill_null(False)).then(why)
        for answer, why in (("titulaire_ess", "ess_raison"), ("titulaire_inclusif", "inclusif_raison"))
    ]
    proofs = known.with_columns(preuve=pl.concat_str(said, separator=" | ", ignore_nulls=True))
    note = f"Les {MOST} premiers ; tous sont dans le classeur, feuille « fournisseurs »." if n > MOST else ""
    return Section(
        "preuves",
        title,
        question,
        (told, table("tab-preuves", "Statut et preuve", proofs.head(MOST), columns, french.typeset(note))),
    )


def section_to_check(findings: Findings) -> Section:
    """What is left to a person, and who was not identified."""
    doubts, unknown = findings.extras["a_verifier"], findings.extras["non_identifies"]
    counts = (
        doubts.group_by("motif")
        .agg(n=pl.len(), montant=pl.col("montant").sum())
        .sort("montant", "motif", descending=[True, False])
    )
    blocks: list = []
    if doubts.height:
        blocks.append(
            table(
                "tab-motifs",
                "Ce qui est à vérifier à la main",
                counts,
                [Column("motif", "Motif"), Column("n", "Cas", "entier"), Column("montant", "Montant", "somme")],
            )
        )
        columns = [
            Column("fournisseur", "Fournisseur"),
            Column("montant", "Montant", "somme"),
            Column("motif", "Ce qui est à voir"),
            Column("detail", "Détail"),
        ]
        blocks.append(
            table("tab-a-verifier", "Les plus gros montants à vérifier", doubts.head(MOST), columns, _ANSWERS)
        )
    if unknown.height:
        columns = [
            Column("fournisseur", "Fournisseur"),
            Column("lignes", "Lignes", "entier"),
            Column("montant", "Montant", "somme"),
            Column("pourquoi", "Pourquoi"),
        ]
        blocks.append(
            table("tab-non-identifies", "Les plus gros fournisseurs non identifiés", unknown.head(MOST), columns)
        )
    decide = findings.extras.get("a_decider")
    if decide is not None and decide.height:
        shown = [
            Column("objet_type", "Quoi"),
            Column("objet_id", "Lequel"),
            Column("propose", "Lecture proposée"),
            Column("autres", "Autres lectures"),
            Column("preuve", "D'après"),
            Column("montant", "En jeu", "centime"),
            Column("ou_repondre", "Où répondre"),
        ]
        blocks.append(table("tab-a-decider", "Les lectures à confirmer, refuser ou changer", decide.head(MOST), shown))
    return Section(
        "verifier",
        "À vérifier à la main",
        "Que reste-t-il à trancher ?",
        tuple(blocks) or (Sentence("Rien n'est à vérifier."),),
    )


def section_sources(findings: Findings) -> Section:
    """The lists with their dates, what they hold, corrections by hand, contradictions, and the rules applied."""
    extras = findings.extras
    blocks: list = [Sentence(french.sentence(text)) for text in extras["regles"]["texte"]]
    columns = [
        Column("fichier", "Fichier"),
        Column("libelle", "Liste"),
        Column("au", "Au", "date"),
        Column("au_origine", "Date trouvée dans"),
        Column("lus", "Lignes lues", "entier"),
        Column("retenus", "Retenues", "entier"),
        *([Column("surete", "Reconnaissance")] if "surete" in extras["listes"].columns else []),
        Column("message", "Remarque"),
    ]
    if extras["listes"].height:
        blocks.append(table("tab-listes", "Les listes de fournisseurs", extras["listes"], columns))
    if extras["decomptes"].height:
        blocks.append(
            table(
                "tab-decomptes",
                "Ce que chaque liste contient",
                extras["decomptes"],
                [
                    Column("source", "Liste"),
                    Column("au", "Au", "date"),
                    Column("statut", "Statut"),
                    Column("fournisseurs", "Fournisseurs", "entier"),
                ],
            )
        )
    if extras["corrections"].height:
        blocks.append(
            table(
                "tab-corrections",
                "Les corrections à la main, qui l'emportent sur les listes",
                extras["corrections"],
                [
                    Column("objet_id", "Identifiant", "identifiant"),
                    Column("champ", "Statut"),
                    Column("valeur", "Décidé"),
                    "auteur",
                    "date",
                    "motif",
                ],
            )
        )
    if extras["conflits"].height:
        names = ("siren", "nom", "motif", "affirme", "affirme_source", "contredit", "contredit_source")
        heads = ("SIREN", "Nom", "Désaccord", "Dit", "Source", "Contredit par", "Source")
        columns = [
            Column(name, head, "identifiant" if name == "siren" else "texte")
            for name, head in zip(names, heads, strict=True)
        ]
        blocks.append(
            table(
                "tab-conflits",
                "Les listes qui se contredisent, pour ces fournisseurs",
                extras["conflits"].head(MOST),
                columns,
            )
        )
    return Section("sources", "Sources et règles", "D'où viennent ces chiffres ?", tuple(blocks))


def _amount_label(findings: Findings) -> str:
    return "Achats mesurés" if main_definition(findings) == "achats" else "Montants des contrats"


def _basis(findings: Findings) -> str:
    m = one(findings, "fournisseurs_ess", "fournisseurs")
    lines = one(findings, "fournisseurs_ess", "lignes")
    if m is None or lines is None:
        return ""
    word = "ligne" if main_definition(findings) == "achats" else "titulaire de contrat"
    return f"{french.count(m.denominateur or 0, 'fournisseur')}, {french.count(lines.denominateur or 0, word)}"


def _told(findings: Findings) -> list[Sentence]:
    return [_share_told(m, said) for code, said in TOLD.items() if (m := one(findings, code, "valeur"))]


def _share_told(m: Measured, said: str) -> Sentence:
    """« 1,2 M€ sur 12,0 M€ vont à des fournisseurs de l'ESS, soit 10,0 % », with what is unknown and its range."""
    every, known, yes = m.denominateur or 0, m.repondus or 0, m.numerateur or 0
    if not every:
        return Sentence(french.sentence(f"aucun montant : la part de « {m.titre} » n'existe pas"), (m,))
    if not known:
        return Sentence(french.sentence(f"aucun statut n'est connu : la part confiée à {said} est inconnue"), (m,))
    text = f"{euros_short(yes)} sur {euros_short(every)} vont à {said}, soit {share(m.valeur)}"
    if known != every:
        text += f" ; le statut est inconnu pour {euros_short(every - known)}, si bien que la part réelle va {french.share_range(m.bas, m.haut)} ; "
        text += (
            "aucune des listes chargées ne permet de dire non"
            if known == yes
            else f"parmi les montants au statut connu, elle est de {share(m.valeur_repondus)}"
        )
    return Sentence(french.sentence(text), (m,))


def _balance_told(parts: pl.DataFrame, total: pl.DataFrame) -> Sentence:
    """The check: the posts add up to the file, to the cent."""
    gap = int(total["montant"].sum()) - int(parts["montant"].sum())
    sums = {post: int(parts.filter(pl.col("poste") == post)["montant"].sum()) for post in POSTS}
    text = f"identifié {french.euros(sums['identifie'])} + non identifié {french.euros(sums['non_identifie'])}"
    text += f" + hors périmètre {french.euros(sums['hors_perimetre'])} + écarté {french.euros(sums['ecarte'])}"
    text += (
        f" = {french.euros(int(total['montant'].sum()))}"
        if not gap
        else f" ; écart de {french.euros(gap)} avec le fichier"
    )
    return Sentence(french.sentence(text))


def _sheets(accounts: pl.DataFrame) -> list:
    """What was read sheet by sheet, the tax, and the warnings: a printed total that differs, two sheets of the same sum."""
    read = accounts.filter(pl.col("etat") == "lue")
    state = [Column("etat", "État")] if read.height < accounts.height else []
    columns = [
        Column("feuille", "Feuille"),
        *state,
        Column("lues", "Lignes lues", "entier"),
        Column("gardees", "Gardées", "entier"),
        Column("ecartees", "Écartées", "entier"),
        Column("totaux", "Totaux", "entier"),
        Column("vides", "Vides", "entier"),
        Column("entetes_repetes", "En-têtes répétés", "entier"),
        Column("avoirs", "Avoirs", "entier"),
        Column("taxe", "Taxe"),
        Column("montant", "Montant", "centime"),
        Column("total_imprime", "Total imprimé", "centime"),
    ]
    blocks: list = [table("tab-feuilles", "Ce qui a été lu, feuille par feuille", accounts, columns, _SHEETS)]
    if gap := printed_gap(accounts):
        blocks.append(Callout("Le total imprimé diffère", french.sentence(gap), "attention"))
    if read.height > 1 and read["montant"].is_duplicated().any():
        blocks.append(Callout("Deux feuilles de même somme", _TWICE, "attention"))
    return blocks


def printed_gap(accounts: pl.DataFrame) -> str:
    """Sheets whose printed total is not the sum of their lines, with the gap; empty when there is none."""
    differs = (
        (pl.col("etat") == "lue")
        & pl.col("total_imprime").is_not_null()
        & (pl.col("total_imprime") != pl.col("montant"))
    )
    wrong = accounts.filter(differs).select("feuille", "total_imprime", "montant").rows() if accounts.height else []
    gaps = french.listing(f"« {name} » ({french.euros(printed - found)})" for name, printed, found in wrong)
    return f"écart entre le total imprimé et la somme des lignes : {gaps}" if wrong else ""


def _two_definitions(findings: Findings) -> TableBlock | None:
    """The same shares on every definition: with and without banks and insurers, or the three amounts of co-held contracts."""
    codes = [code for code, _, _ in CARDS]
    found = findings.measures.filter(
        pl.col("dimension") == "total", pl.col("unite") == "valeur", pl.col("indicateur").is_in(codes)
    )
    if found["definition"].n_unique() < 2:
        return None
    wide = found.sort("definition").pivot(
        "definition", index="titre", values=["numerateur", "valeur"], maintain_order=True
    )
    columns = [Column("titre", "Statut")]
    for name in found["definition"].unique().sort().to_list():
        columns += [
            Column(f"numerateur_{name}", f"{french.capital(name)} : euros", "somme"),
            Column(f"valeur_{name}", "Part", "part"),
        ]
    return table("tab-definitions", "Selon ce que l'on compte", wide, columns, _APART)


_READING = french.typeset(
    "Un fournisseur absent des listes n'est pas un fournisseur hors de l'ESS : son statut est inconnu. Chaque part est donnée sur "
    "tous les achats (le silence vaut non, puis oui : de… à…) et sur les seuls montants dont le statut est connu."
)
_NO_LIST = french.typeset(
    "Aucune liste n'a été donnée (--registre) : les fournisseurs sont identifiés par leur SIRET, mais leur statut reste inconnu."
)
_PERIMETER = french.typeset(
    "Une subvention à une association n'est pas un achat. Le périmètre suit les comptes par nature (perimeter.toml, à confirmer avec "
    "le comptable). Les lignes « achat ou non » ne comptent pas dans les parts tant qu'elles ne sont pas vérifiées."
)
_BOTH = french.typeset(
    "Part du total : sur tous les achats. Part du connu : sur les seuls achats dont le statut du fournisseur est connu. Un fournisseur "
    "peut être à la fois de l'ESS et inclusif, ou de deux types inclusifs : les lignes ne s'additionnent pas."
)
_APART = french.typeset(
    "Les banques et les assurances (activités 64 à 66, comptes 616 et 627) pèsent lourd et comptent des mutuelles : à lire sans elles aussi."
)
_SHEETS = french.typeset(
    "Lues = gardées + écartées + totaux + vides + en-têtes répétés. Les avoirs sont gardés, en négatif."
)
_TWICE = french.typeset(
    "Deux feuilles ont exactement la même somme : l'une répète peut-être l'autre. Dans ce cas, choisissez-en une dans la correspondance."
)
_ANSWERS = french.typeset(
    "La liste entière est dans le classeur. Les noms se tranchent dans validations.csv (accepter ou refuser), les statuts dans un fichier de corrections."
)

PURCHASES: tuple[Callable[[Findings], Section | None], ...] = (
    section_essentials,
    section_account,
    section_statuses,
    section_breakdowns,
    section_proofs,
    section_to_check,
    section_sources,
)
