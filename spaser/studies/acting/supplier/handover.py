"""The sheet of a supplier handed over: one page (HTML, PDF, Word), its workbook, the words of the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl

from spaser import french
from spaser.deliverables import delivery, files
from spaser.deliverables import report as model
from spaser.deliverables.report import Block, Callout, Column, Paragraph, Report, Section, Sentence, TableBlock, table
from spaser.sections.shown import brief
from spaser.sources.registers.sirene import CONTACT
from spaser.studies.acting.supplier import told
from spaser.studies.acting.supplier.compose import SupplierSheet
from spaser.studies.acting.supplier.conditions import note
from spaser.studies.acting.supplier.facts import SOON
from spaser.studies.acting.tables import tables_of
from spaser.studies.potential.announced import ENDS, FORESEEN, OFFERS, PLANNED

#: Lines of each table on the page; the workbook has them all.
MOST = 8
_PLACES = (
    Column("siret", "SIRET", "identifiant"),
    Column("adresse", "Adresse"),
    Column("commune", "Commune"),
    Column("telephone", "Téléphone"),
    Column("courriel", "Courriel"),
    Column("site", "Site"),
    Column("naf", "Activité"),
    Column("tranche_effectifs", "Tranche d'effectifs"),
    Column("etat", "État"),
    Column("au", "Liste du", "date"),
    Column("source", "Liste"),
)
_STATUSES = (
    Column("statut", "Statut"),
    Column("siret", "Établissement", "identifiant"),
    Column("depuis", "Depuis", "date"),
    Column("jusqua", "Jusqu'au", "date"),
    Column("etat", "État au jour de la fiche"),
    Column("source", "Liste"),
    Column("au", "Liste du", "date"),
)
_WINS = (
    Column("dateNotification", "Notifié le", "date"),
    Column("acheteur_libelle", "Acheteur"),
    Column("objet", "Objet"),
    Column("famille_libelle", "Famille"),
    Column("montant_egal", "Sa part, à parts égales", "somme"),
    Column("titulaires", "Titulaires", "entier"),
)
_SERVED = (
    Column("famille_libelle", "Famille d'achat"),
    Column("adequation_origine", "Ce qui le dit"),
    Column("metier", "Métier affirmé", "oui_non"),
    Column("gagnes", "Contrats de la famille gagnés", "entier"),
    Column("dernier_gagne", "Dernier", "date"),
)
_AHEAD = (
    Column("acheteur_libelle", "Acheteur"),
    Column("objet", "Besoin"),
    Column("lieu_libelle", "Lieu"),
    Column("distance_km", "Distance (km)", "entier"),
    Column("lot_annuel", "Lot, par an", "somme"),
    Column("echeance", "Date", "date"),
    Column("date_dit", "Ce que dit la date"),
    Column("publie", "Où c'est public"),
    Column("taille", "À sa taille"),
)
_FAMILY, _PREPARED = Column("famille_libelle", "Famille"), Column("sourcing", "Préparation dès", "date")
_SHARED = (
    Column("acheteur_libelle", "Acheteur"),
    Column("objet", "Besoin"),
    Column("a_couvrir", "À couvrir, par an", "somme"),
    Column("part_du_lot", "Ce qu'il peut prendre", "part"),
    Column("role", "Rôle"),
    Column("etat", "État"),
)
_CONDITIONS = (
    Column("pour", "Pour"),
    Column("condition", "Condition"),
    Column("base", "Texte"),
    Column("montre", "Ce que montrent les listes"),
)
#: Each status: held, proved not held, not told by the lists.
_ASKED = (
    ("titulaire_ess", "de l'ESS", "hors de l'ESS", "appartenance à l'ESS inconnue"),
    ("titulaire_esus", "agréé ESUS", "non agréé ESUS", "agrément ESUS inconnu"),
    ("titulaire_inclusif", "structure inclusive", "pas une structure inclusive", "structure inclusive : inconnu"),
)
_PUBLIC = (
    "Tiré de ce qui est public (contrats publiés, avis qui attendent encore des offres ou annoncent un achat, programmes d'achat que leur acheteur a publiés) et des listes données, rien "
    "d'autre. Le montant d'un contrat qui finit est estimé d'après les contrats passés ; une fin au plus tard n'annonce pas une consultation : l'acheteur la publie "
    "s'il la lance, et chacun peut y répondre."
)


def findings(sheet: SupplierSheet) -> dict[str, pl.DataFrame]:
    """Its tables: establishments, statuses, what it won, what it serves, what is to come, what it could take with others."""
    return tables_of(sheet)


def report(sheet: SupplierSheet) -> Report:
    """The sheet as a report of one page: identity, statuses, contracts, size, what comes up, alone and with others."""
    sections = [
        _identity(sheet),
        _statuses(sheet),
        _won(sheet),
        _able(sheet),
        _ahead(sheet),
        _together(sheet),
        _asked(sheet),
    ]
    return model.build(
        f"Fiche fournisseur : {sheet.name}",
        buyer="",
        as_of=sheet.as_of,
        today=sheet.today,
        subtitle="" if sheet.person else f"SIREN {sheet.siren}",
        sections=sections,
        notes=("Démonstration : fournisseurs et contrats sont inventés.",) if sheet.demo else (),
        annexes=_annexes(sheet),
    )


@files.together
def write(sheet: SupplierSheet, folder: Path | str) -> list[Path]:
    """Write fiche.html and fiche.xlsx, whole; fiche.pdf and fiche.docx, one page to hand over."""
    return [
        *delivery.write(report(sheet), folder, "fiche", "html"),
        *delivery.write(page(sheet), folder, "fiche", "pdf", "docx"),
        *delivery.write(report(sheet), folder, "fiche", "xlsx"),
    ]


def page(sheet: SupplierSheet) -> Report:
    """The sheet on one page: where and how to reach it, statuses, last contracts, size, what comes up."""
    whole = report(sheet)
    served = sheet.served.unique("famille", keep="first", maintain_order=True)
    named = french.listing(served["famille_libelle"].drop_nulls().head(4)) or "aucune prouvée"
    seats = sheet.places.head(2).iter_rows(named=True)
    places = [Sentence(french.sentence(text)) for row in seats if (text := told.seat(row))]
    able = Paragraph((Sentence(french.sentence(f"Familles : {named}")), Sentence(told.size(sheet.served))))
    wins: list[Block] = [Paragraph(tuple(Sentence(text) for text in told.wins(sheet.wins)))]
    if sheet.wins.height:
        wins.append(table("page-contrats", "Ses derniers contrats publics", _cut(sheet.wins), _WINS[:3] + _WINS[4:5]))
    ahead: list[Block] = [Sentence(french.typeset(_PUBLIC))]
    if sheet.ahead.height:
        ahead.append(
            table("page-a-venir", "Les marchés qui arrivent pour lui", _cut(sheet.ahead), _AHEAD[:3] + _AHEAD[5:8])
        )
    else:
        ahead.append(Sentence(_none(sheet)))
    held = _statuses(sheet)
    said = tuple(block for block in held.blocks if not isinstance(block, TableBlock))
    sections = [
        Section("identite", "Où le joindre", "", (Paragraph(tuple(places)),)) if places else None,
        Section("statuts", held.title, "", said),
        Section("gagnes", "Qu'a-t-il gagné ?", "", tuple(wins)),
        Section("capacite", "Que peut-il servir ?", "", (able,)),
        Section("a-venir", "Qu'est-ce qui arrive pour lui ?", "", tuple(ahead)),
    ]
    return replace(whole, sections=tuple(one for one in sections if one is not None), annexes=(), one_page=True)


#: Lines of a table and letters of a subject on the sheet of one page.
_LINES, _LETTERS = 4, 60


def _cut(rows: pl.DataFrame) -> pl.DataFrame:
    return brief(rows.head(_LINES), _LETTERS)


def _known(places: pl.DataFrame) -> list[Column]:
    """The columns that say something: most lists hold no way to reach anybody."""
    said = [name for name in places.columns if places[name].null_count() < places.height]
    return [column for column in _PLACES if column.name in said or column.name not in CONTACT]


def summary(sheet: SupplierSheet) -> str:
    """What the terminal says of it."""
    head = sheet.name if sheet.person else f"{sheet.name} (SIREN {sheet.siren})"
    lines = [head, _held(sheet), *told.wins(sheet.wins), told.size(sheet.served)]
    lines.append(
        french.sentence(
            f"{french.count(sheet.ahead.height, 'besoin')} à venir à sa portée ({_sources(sheet)}) ; "
            f"{french.count(sheet.shared.height, 'besoin')} où il pourrait répondre avec d'autres"
        )
    )
    return "\n".join(line for line in [*lines, *sheet.read] if line)


def _sources(sheet: SupplierSheet) -> str:
    """« 3 de contrats publiés, 1 d'un avis »: what comes, by where it is public."""
    counts = dict(sheet.ahead["date_dit"].value_counts().rows())
    words = {ENDS: "contrats publiés qui finissent", OFFERS: "avis ouverts", PLANNED: "programmes publiés"}
    words |= {FORESEEN: "préinformations"} if FORESEEN in counts else {}
    return ", ".join(f"{word} : {french.number(counts.get(what, 0))}" for what, word in words.items())


def _identity(sheet: SupplierSheet) -> Section:
    blocks: list[Block] = [
        Sentence(
            french.sentence(
                f"{french.capital(french.count(sheet.places.height, 'établissement'))} dans les listes lues"
            )
        ),
        table(
            "tab-etablissements", "Établissements", sheet.places.head(MOST), _known(sheet.places), _rest(sheet.places)
        ),
    ]
    return Section(
        "identite", "Qui est-ce ?", "Où est-il, et que dit-il faire ?", tuple(blocks[: 2 if sheet.places.height else 1])
    )


def _statuses(sheet: SupplierSheet) -> Section:
    blocks: list[Block] = [Sentence(_held(sheet))]
    soon = sheet.statuses.filter(pl.col("etat").str.starts_with("finit"))
    for row in soon.iter_rows(named=True):
        text = f"{row['statut']} jusqu'au {french.long_date(row['jusqua'])} (liste « {row['source']} ») : moins de {SOON} mois."
        blocks.append(Callout("Un agrément finit bientôt", french.typeset(text), "attention"))
    if sheet.statuses.height:
        note = (
            "Une liste ne vaut qu'à sa date ; un statut sans fin écrite est à confirmer auprès du fournisseur. "
            + _rest(sheet.statuses)
        )
        blocks.append(table("tab-statuts", "Statuts et preuves", sheet.statuses.head(MOST), _STATUSES, note.strip()))
    return Section("statuts", "Quels statuts ?", "Lesquels, prouvés par quoi, jusqu'à quand ?", tuple(blocks))


def _held(sheet: SupplierSheet) -> str:
    """The statuses held on the day, unknown said as unknown."""
    rows = sheet.judged
    told = []
    for name, yes, no, unknown in _ASKED:
        values = rows[name] if rows.height else pl.Series([], dtype=pl.Boolean)
        told.append(yes if values.any() else no if values.len() and values.null_count() == 0 else unknown)
    types = (
        sorted({one for text in rows["inclusif_types"].drop_nulls() for one in text.split(", ")}) if rows.height else []
    )
    reasons = [
        text
        for name in ("ess_raison", "inclusif_raison")
        for text in rows[name].drop_nulls().unique(maintain_order=True).head(1)
    ]
    tail = (f" ({', '.join(types)})" if types else "") + (f". Preuve : {' ; '.join(reasons)}" if reasons else "")
    return french.sentence(f"Au {french.long_date(sheet.as_of)} : {', '.join(told)}{tail}")


def _won(sheet: SupplierSheet) -> Section:
    blocks: list[Block] = [Paragraph(tuple(Sentence(text) for text in told.wins(sheet.wins)))]
    if sheet.wins.height:
        note = "Quand un contrat a plusieurs titulaires, sa part est inconnue : elle est dite à parts égales, le classeur donne ses bornes. Un accord-cadre compte pour son maximum. "
        blocks.append(
            table(
                "tab-contrats",
                "Ses derniers contrats publics",
                _short(sheet.wins.head(MOST)),
                _WINS,
                (note + _rest(sheet.wins)).strip(),
            )
        )
    return Section("gagnes", "Qu'a-t-il gagné ?", "Pour qui, dans quelles familles, pour combien ?", tuple(blocks))


def _able(sheet: SupplierSheet) -> Section:
    blocks: list[Block] = [Sentence(told.size(sheet.served))]
    if sheet.served.height:
        shown = sheet.served.unique("famille", keep="first", maintain_order=True)
        blocks.append(table("tab-familles", "Ce qu'il peut servir", shown.head(MOST), _SERVED, _rest(shown)))
    return Section(
        "capacite",
        "Que peut-il servir ?",
        "Quelles familles, sur quelle preuve, jusqu'à quelle taille ?",
        tuple(blocks),
    )


def _ahead(sheet: SupplierSheet) -> Section:
    blocks: list[Block] = [Callout("Seulement ce qui est public", french.typeset(_PUBLIC))]
    if sheet.read:
        blocks.append(Paragraph(tuple(Sentence(text) for text in sheet.read)))
    if sheet.ahead.height:
        blocks.append(
            table(
                "tab-a-venir",
                "Les marchés qui arrivent pour lui",
                _short(sheet.ahead.head(MOST)),
                _AHEAD,
                _rest(sheet.ahead),
            )
        )
    else:
        blocks.append(Sentence(_none(sheet)))
    return Section(
        "a-venir", "Qu'est-ce qui arrive pour lui ?", "Quels besoins, où, et quand s'y préparer ?", tuple(blocks)
    )


def _none(sheet: SupplierSheet) -> str:
    return french.sentence(
        f"Rien de ce qui est lu n'est à la fois à sa portée, de son métier et à venir (contrats à préparer dans les {sheet.months} mois)"
    )


def _together(sheet: SupplierSheet) -> Section | None:
    if not sheet.shared.height:
        return None
    text = "Ces besoins dépassent chaque fournisseur à portée. Il y tiendrait un rôle avec d'autres, à lui de choisir avec qui : aucune équipe n'est imposée."
    rows = _short(sheet.shared.head(MOST))
    return Section(
        "a-plusieurs",
        "Et à plusieurs ?",
        "Quels besoins trop grands pour un seul ?",
        (
            Sentence(french.typeset(text)),
            table("tab-a-plusieurs", "Besoins à prendre à plusieurs", rows, _SHARED, _rest(sheet.shared)),
        ),
    )


def _asked(sheet: SupplierSheet) -> Section:
    """The check-list: what an ESUS approval and the name of a commercial company of the ESS ask, and what the lists show."""
    return Section(
        "conditions",
        "Quelles conditions pour être ESUS, ou société commerciale de l'ESS ?",
        "Que montrent les listes, que faut-il demander ?",
        (table("tab-conditions", "Conditions et ce que les listes montrent", sheet.conditions, _CONDITIONS, note()),),
    )


def _annexes(sheet: SupplierSheet) -> list[TableBlock]:
    bounds = (Column("montant_bas", "Sa part, au moins", "somme"), Column("montant_haut", "Sa part, au plus", "somme"))
    size = (
        Column("capacite_bas", "Capacité de l'établissement par an, basse", "somme"),
        Column("capacite_haut", "Capacité de l'établissement par an, haute", "somme"),
        Column("capacite_origine", "Origine de la capacité"),
    )
    return [
        table("établissements", "Établissements", sheet.places, _known(sheet.places)),
        table("statuts", "Statuts et preuves", sheet.statuses, _STATUSES),
        table("contrats", "Contrats publics lus", sheet.wins, (Column("uid", "Identifiant"), *_WINS, *bounds)),
        table("familles", "Familles servies", sheet.served, (Column("siret", "SIRET", "identifiant"), *_SERVED, *size)),
        table("à venir", "Besoins à venir à sa portée", sheet.ahead, (*_AHEAD, _PREPARED, _FAMILY)),
        table("à plusieurs", "Besoins à prendre à plusieurs", sheet.shared, _SHARED),
        table("conditions", "Conditions et ce que les listes montrent", sheet.conditions, _CONDITIONS),
    ]


def _rest(rows: pl.DataFrame) -> str:
    more = rows.height - MOST
    return french.typeset(f"Et {french.number(more)} de plus dans le classeur.") if more > 0 else ""


def _short(rows: pl.DataFrame) -> pl.DataFrame:
    return brief(rows, 80)
