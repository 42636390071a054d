"""The book of a territory handed over: a chapter by family, an entry for each structure, the lists and their dates, the workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from spaser import french, rules
from spaser.deliverables import delivery
from spaser.deliverables import report as model
from spaser.deliverables.report import (
    Block,
    Callout,
    Column,
    Definitions,
    Paragraph,
    Report,
    Section,
    Sentence,
    Source,
    TableBlock,
    table,
)
from spaser.sections.territory import section_sources
from spaser.studies.acting.supplier import told
from spaser.studies.acting.supplier.told import coming as coming_told
from spaser.studies.territory.book import LENDS, UNKNOWN, Book
from spaser.studies.territory.limits import aged, warned

#: Entries of the whole book, and of a chapter, beyond which a chapter is a list of names; lines of such a list.
ENTRIES, STEPS, LINES = 400, (60, 40, 20, 10, 5, 0), 150
_USUAL = "taille usuelle"
_TITLES = {LENDS: "Mise à disposition de personnel", UNKNOWN: "Métier non renseigné par les listes"}
_QUESTIONS = {
    LENDS: "Qui prête du personnel, pour une clause d'insertion par exemple ?",
    UNKNOWN: "Qui est là, sans que les listes disent son métier ?",
}
_WHY = {
    LENDS: "Ces structures prêtent du personnel : elles ne livrent pas la prestation elles-mêmes.",
    UNKNOWN: "Ni le nom, ni l'activité, ni un secteur déclaré, ni un contrat gagné ne dit ce qu'elles font : un type de structure n'est pas un métier. Pour compléter : demandez-leur, écrivez-le dans une liste à vous (colonnes « SIRET », « Nom », « Secteurs ») et ajoutez-la aux listes lues ; ou ajoutez les contrats publiés, qui disent ce qu'elles ont gagné.",
}
_SOURCING = (
    "Ce cahier sert à préparer un achat. L'acheteur peut consulter les opérateurs avant de lancer (CCP R2111-1) : le sourçage est ouvert à tous, chacun "
    "reçoit les mêmes informations et la concurrence n'en est pas faussée (R2111-2).",
    "Ni agrément, ni présélection, ni classement : l'ordre est alphabétique, chaque structure a sa fiche une fois, et une structure absente des listes lues peut répondre comme les autres.",
)
_ENTRY = (
    "Une structure est dans une famille quand son nom, son activité, un secteur déclaré ou un contrat gagné le dit ; sa fiche est sous la mieux prouvée, les autres y renvoient. Une entité connue par son seul SIREN, sans établissement ici, n'y est pas.",
    "Un statut vaut à la date de sa liste, dont le numéro renvoie aux listes ci-dessous : à confirmer auprès de la structure, ou sur la liste du jour. La capacité n'est écrite que si un effectif ou un chiffre d'affaires la dit.",
)
_STRUCTURES = (
    Column("nom", "Structure"),
    Column("siret", "SIRET", "identifiant"),
    Column("chapitre_libelle", "Chapitre"),
    Column("adresse", "Adresse"),
    Column("code_postal", "Code postal"),
    Column("commune", "Commune"),
    Column("telephone", "Téléphone"),
    Column("courriel", "Courriel"),
    Column("site", "Site"),
    Column("titulaire_ess", "ESS", "oui_non"),
    Column("titulaire_inclusif", "Inclusive", "oui_non"),
    Column("inclusif_types", "Types"),
    Column("naf", "Activité déclarée"),
)
_STATUSES = (
    Column("nom", "Structure"),
    Column("siret", "SIRET", "identifiant"),
    Column("statut", "Statut"),
    Column("depuis", "Depuis", "date"),
    Column("jusqua", "Jusqu'au", "date"),
    Column("etat", "État"),
    Column("source", "Liste"),
    Column("au", "Liste du", "date"),
)
_TRADES = (
    Column("nom", "Structure"),
    Column("famille_libelle", "Famille d'achat"),
    Column("adequation_origine", "Ce qui le dit"),
    Column("gagnes_siret", "Contrats de la famille gagnés", "entier"),
)
_WINS = (
    Column("siren", "SIREN", "identifiant"),
    Column("dateNotification", "Notifié le", "date"),
    Column("acheteur_libelle", "Acheteur"),
    Column("objet", "Objet"),
    Column("famille_libelle", "Famille"),
    Column("montant_egal", "Sa part, à parts égales", "somme"),
)
_AHEAD = (
    Column("nom", "Structure"),
    Column("siret", "Établissement", "identifiant"),
    Column("acheteur_libelle", "Acheteur"),
    Column("objet", "Besoin"),
    Column("famille_libelle", "Famille"),
    Column("lieu_libelle", "Lieu"),
    Column("distance_km", "Distance (km)", "entier"),
    Column("lot_annuel", "Lot, par an", "somme"),
    Column("echeance", "Date", "date"),
    Column("date_dit", "Ce que dit la date"),
    Column("publie", "Où c'est public"),
)
_INDEX = (Column("famille_libelle", "Famille"), Column("structures", "Structures", "entier"))
_NAMES = (Column("nom", "Structure"), Column("commune", "Commune"), Column("statuts", "Statuts"))
_BARE = (*_NAMES, Column("naf", "Code d'activité"), Column("adresse", "Adresse"))


def report(book: Book) -> Report:
    """The book: how to use it, a chapter by family, those who lend staff, those whose trade nothing says, the lists."""
    place = book.place
    most = _most(book)
    chapters = [_chapter(book, code, title, most) for code, title in titles(book).items()]
    return model.build(
        "Cahier des solutions locales",
        buyer=place.name,
        as_of=place.as_of,
        subtitle="structures inclusives et de l'économie sociale et solidaire, par famille d'achat",
        sections=[_how(book), *chapters, section_sources(place.rows, place.communes, place.files)],
        sources=[Source(row["fichier"], row["libelle"], row.get("au")) for row in place.files.to_dicts()],
        notes=("Démonstration : les fournisseurs et les acheteurs sont inventés.",) if place.demo else (),
        annexes=_annexes(book),
        today=book.today,
        ground=_dated(book),
    )


def _dated(book: Book) -> str:
    """« Établi le 29 novembre 2026 – listes de juillet 2019 à décembre 2020, 1 sans date »."""
    days = book.place.files["au"]
    months = [french.long_date(day).split(maxsplit=1)[1] for day in days.drop_nulls().sort()]
    lists = f"listes {french.of(months[0])}" if months else "listes sans date"
    lists += f" à {months[-1]}" if months and months[-1] != months[0] else ""
    lists += f", {french.number(days.null_count())} sans date" if months and days.null_count() else ""
    made = f"établi le {french.long_date(book.today)} – " if book.today else ""
    return french.capital(french.typeset(made + lists))


def write(book: Book, folder: Path | str) -> list[Path]:
    """Write cahier.pdf, cahier.docx and cahier.xlsx, each whole or not at all."""
    return delivery.write(report(book), folder, "cahier", "pdf", "docx", "xlsx")


def summary(book: Book) -> str:
    """What the terminal says of it."""
    lost, every = book.entries.filter(chapitre=UNKNOWN).height, max(book.entries.height, 1)
    said = f"Cahier : {french.count(book.entries.height, 'structure', feminine=True)}, {french.count(len(_families(book)), 'famille', feminine=True)} d'achat ; {french.number(lost)} au métier non renseigné par les listes ({french.share(lost / every, 0)})"
    return " ".join(part for part in (french.sentence(said), aged(book)) if part)


def titles(book: Book) -> dict[str, str]:
    """The chapters: families in alphabetical order, those who lend staff, then those whose trade nothing says."""
    there = set(book.named["chapitre"])
    return _families(book) | {code: title for code, title in _TITLES.items() if code in there}


def _families(book: Book) -> dict[str, str]:
    """The families that a structure of the book serves by its trade, those who only lend staff left out."""
    rows = _serving(book).select("famille", "famille_libelle").unique().sort("famille_libelle")
    return dict(rows.rows())


def _serving(book: Book) -> pl.DataFrame:
    own = book.named.filter(pl.col("chapitre") != LENDS)
    return book.trades.join(own.select("cle"), on="cle", how="semi", maintain_order="left")


def _most(book: Book) -> int:
    """The largest chapter whose entries are whole: as large as the whole book allows."""
    sizes = book.named["chapitre"].value_counts()["count"].to_list()
    return next(step for step in STEPS if sum(size for size in sizes if size <= step) <= ENTRIES)


def _how(book: Book) -> Section:
    counts = _counts(book)
    hidden = book.entries.height - book.named.height
    blocks: list[Block] = [
        Sentence(counts),
        *([Callout("Avant de s'en servir", said, "attention")] if (said := warned(book)) else []),
        Paragraph(tuple(Sentence(french.typeset(text)) for text in (*_SOURCING, *_ENTRY, _read(book), *_public(book)))),
    ]
    if hidden:
        text = f"{french.count(hidden, 'personne')} physique{'s' if hidden > 1 else ''} comptée{'s' if hidden > 1 else ''}, jamais nommée{'s' if hidden > 1 else ''}"
        blocks.append(Sentence(french.sentence(text)))
    index = _serving(book).group_by("famille_libelle").agg(structures=pl.col("cle").n_unique()).sort("famille_libelle")
    if index.height:
        blocks.append(
            table(
                "tab-index", "Les familles du cahier", index, _INDEX, "Une structure peut être dans plusieurs familles."
            )
        )
    lists = _numbered(book)
    blocks += [
        Sentence("Les listes :"),
        Definitions(tuple((str(n), french.typeset(name)) for name, n in lists.items())),
    ]
    if kinds := _kinds(book):
        blocks += [Sentence("Les sigles :"), Definitions(kinds)]
    return Section("usage", "Comment lire ce cahier", "Qui, ici, peut fournir quoi ?", tuple(blocks))


def _numbered(book: Book) -> dict[str, int]:
    """The lists that a status of the book comes from, each with the number that entries give it."""
    return {name: n for n, name in enumerate(book.statuses["source"].drop_nulls().unique().sort(), start=1)}


def _counts(book: Book) -> str:
    """« 33 structures, dont 33 inclusives (25 SIAE, 8 ESAT) et 8 de l'ESS »: the same as the panorama's."""
    rows, place = book.entries, book.place
    held = {name: int(rows[name].fill_null(False).sum()) for name in ("titulaire_inclusif", "titulaire_ess")}
    kinds = ", ".join(f"{french.number(n)} {name}" for name, n in place.kinds.rows())
    inclusive = f"{french.count(held['titulaire_inclusif'], 'inclusive', none=False)}" + (
        f" ({kinds})" if kinds else ""
    )
    return french.sentence(
        f"Au {french.long_date(place.as_of)}, {french.count(rows.height, 'structure', feminine=True)} dans {french.count(place.communes.height, 'commune')}, dont {inclusive} et {french.number(held['titulaire_ess'])} de l'ESS (une structure peut être les deux)"
    )


def _read(book: Book) -> str:
    if book.wins is None:
        return "Aucun contrat public n'a été lu : ce qu'elles ont gagné n'est pas dit."
    return "Les contrats publics dits sont ceux lus, de toute l'entité juridique (SIREN), pas du seul établissement."


def _public(book: Book) -> tuple[str, ...]:
    """Where the needs to come are taken from, when some were read."""
    if book.wins is None and not book.read:
        return ()
    rule = "Ce qui arrive pour une structure ne vient que de ce qui est public : contrats publiés qui finissent, avis qui attendent encore des offres ou annoncent un achat, programmes d'achat publiés."
    return (rule, *book.read)


def _kinds(book: Book) -> tuple[tuple[str, str], ...]:
    """The kinds of the book and what they are."""
    there = {one for text in book.named["inclusif_types"].drop_nulls() for one in text.split(", ")}
    known = rules.table("siae_types.csv").filter(pl.col("code").is_in(list(there))).sort("code")
    return tuple((code, french.typeset(label)) for code, label in known.select("code", "libelle").rows())


def _chapter(book: Book, code: str, title: str, most: int) -> Section:
    """A family: the entries that stand here, then those whose entry is under another family."""
    own = book.named.filter(chapitre=code)
    blocks: list[Block] = [Sentence(french.typeset(_WHY[code]))] if code in _WHY else []
    blocks += [Sentence(_unsaid(own))] if code == UNKNOWN else []
    if 0 < own.height <= most and code != UNKNOWN:
        blocks.append(Definitions(tuple(_entry(book, row) for row in own.iter_rows(named=True))))
    elif own.height:
        blocks += _names(own, code)
    here = _serving(book).filter(famille=code)["cle"].unique().to_list()
    beside = book.named.filter(pl.col("cle").is_in(here), pl.col("chapitre") != code)
    if beside.height:
        blocks.append(Sentence(_elsewhere(book, beside)))
    question = _QUESTIONS.get(code, "Qui, ici, en fait son métier ?")
    return Section(f"chapitre-{code}".replace("_", "-"), title, question, tuple(blocks))


def _unsaid(own: pl.DataFrame) -> str:
    """What the lists do give of those whose trade they do not say: no activity, or one that is nobody's trade."""
    none = own["naf"].null_count()
    common = own["naf"].drop_nulls().value_counts().sort("count", "naf", descending=[True, False])
    codes = french.listing(f"{naf} ({french.number(count)})" for naf, count in common.head(4).rows())
    parts = [f"{french.number(none)} sans code d'activité dans les listes"] if none else []
    if own.height > none:
        parts.append(
            f"{french.number(own.height - none)} avec un code d'activité qui ne dit aucun métier d'achat, dont {codes}"
        )
    return french.sentence(f"{french.count(own.height, 'structure')} : {' ; '.join(parts)}")


def _names(own: pl.DataFrame, code: str) -> list[Block]:
    """A chapter too long for entries: who is there, and where their entries are; beyond the lines of a page, the workbook alone."""
    n = french.number(own.height)
    if own.height > LINES:
        by_town = own.group_by("commune").agg(structures=pl.len()).sort("commune")
        note = f"{n} structures : trop pour ces pages, et en choisir quelques-unes les classerait. Toutes sont dans le classeur, feuille « structures »."
        columns = (Column("commune", "Commune"), Column("structures", "Structures", "entier"))
        return [table(f"tab-{code}", "Où elles sont", by_town.head(LINES), columns, french.typeset(note))]
    shown = own.with_columns(statuts=_kinds_of())
    if code == UNKNOWN:
        note = "Leurs coordonnées connues, leurs statuts et leurs preuves sont dans le classeur."
        return [table(f"tab-{code}", "Qui est là, métier à demander", shown, _BARE, note)]
    note = f"{n} structures : leurs fiches sont dans le classeur, feuille « structures »."
    return [table(f"tab-{code}", "Qui est là", shown, _NAMES, french.typeset(note))]


def _kinds_of() -> pl.Expr:
    """« ESS, ACI »: the answers in short."""
    ess = pl.when(pl.col("titulaire_ess").fill_null(False)).then(pl.lit("ESS"))
    return pl.concat_str(ess, "inclusif_types", separator=", ", ignore_nulls=True)


def _elsewhere(book: Book, rows: pl.DataFrame) -> str:
    named = titles(book)
    most = 20
    said = [
        f"{nom} ({commune}), voir « {named[chapter]} »"
        for nom, commune, chapter in rows.head(most).select("nom", "commune", "chapitre").rows()
    ]
    rest = rows.height - most
    return french.sentence(
        f"Aussi : {' ; '.join(said)}" + (f" ; et {french.count(rest, 'autre')} dans le classeur" if rest > 0 else "")
    )


def _entry(book: Book, row: dict[str, Any]) -> tuple[str, str]:
    """A structure: where and how to reach it, its statuses and their proof, its trades, what it won, what it can take."""
    mine = pl.col("cle") == row["cle"]
    activity = f"Activité déclarée : {row['naf']}" if row["naf"] else ""
    trades = "" if row["chapitre"] == LENDS else _trade(book.trades.filter(mine))
    parts = [told.seat(row), trades or activity, _status(book, row)]
    if book.wins is not None and row["siren"]:
        parts += told.wins(book.wins.filter(pl.col("siren") == row["siren"]))
    parts.append(coming_told(book.ahead.filter(siret=row["siret"])) if row["siret"] else "")
    sized = book.served.filter(mine, ~pl.col("capacite_origine").str.starts_with(_USUAL))
    if sized.height:
        parts.append(told.size(sized))
    return row["nom"], " ".join(french.sentence(part) for part in parts if part)


def _status(book: Book, row: dict[str, Any]) -> str:
    """Its statuses as the lists write them, each with its list and date; one deduced is said with its reason."""
    lines = book.statuses.filter(pl.col("cle") == row["cle"]).unique(
        ["statut", "source", "jusqua"], maintain_order=True
    )
    lists = _numbered(book)
    said = [_line(line, lists[line["source"]]) for line in lines.iter_rows(named=True)]
    if row["titulaire_ess"] and not set(lines["statut"]) & {"ESS", "ESUS"}:
        said.append(f"ESS ({row['ess_raison']})")
    return f"Statuts : {' ; '.join(said)}" if said else ""


def _line(line: dict[str, Any], number: int) -> str:
    """« EI (liste 2 du 31/12/2020) »; a date of end, and that it is near or past, when the list gives it."""
    until = f" jusqu'au {french.short_date(line['jusqua'])}, {line['etat']}" if line["jusqua"] else ""
    ahead = f", {line['etat']} (dès le {french.short_date(line['depuis'])})" if line["etat"] == "à venir" else ""
    dated = f"du {french.short_date(line['au'])}" if line["au"] else "sans date"
    return f"{line['statut']}{until or ahead} (liste {number} {dated})"


def _trade(trades: pl.DataFrame) -> str:
    rows = trades.sort("adequation", "famille_libelle", descending=[True, False], nulls_last=True)
    said = [f"{name} ({proof})" for name, proof in rows.select("famille_libelle", "adequation_origine").rows()]
    return f"Métiers : {' ; '.join(said)}" if said else ""


def _annexes(book: Book) -> Sequence[TableBlock]:
    """Everything, for the workbook: no structure is left out there."""
    named = titles(book)
    labelled = pl.col("chapitre").replace_strict(named, default=None, return_dtype=pl.String)
    names = book.entries.select("cle", "nom", "personne_physique")
    hidden = names.filter("personne_physique")["cle"]
    statuses, trades = (
        rows.filter(~pl.col("cle").is_in(hidden.to_list())).join(names, on="cle", maintain_order="left_right")
        for rows in (book.statuses, book.trades)
    )
    found = [
        table(
            "structures",
            "Les structures du territoire",
            book.entries.with_columns(chapitre_libelle=labelled),
            _STRUCTURES,
        ),
        table("statuts", "Statuts et preuves", statuses, _STATUSES),
        table("métiers", "Métiers connus", trades, _TRADES),
    ]
    if book.ahead.height:
        shown = names.filter(~pl.col("personne_physique")).select("nom", siret="cle")
        found.append(
            table(
                "à venir",
                "Ce qui arrive pour elles",
                shown.join(book.ahead, on="siret", maintain_order="left_right"),
                _AHEAD,
            )
        )
    if book.wins is not None:
        persons = book.entries.filter("personne_physique")["siren"].drop_nulls().to_list()
        found.append(
            table("contrats", "Contrats publics lus", book.wins.filter(~pl.col("siren").is_in(persons)), _WINS)
        )
    return found
