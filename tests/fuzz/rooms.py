"""Every reader and every settings file: how to make an input (seeds and their damage) and how to read it whole."""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
import tomllib
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from fuzz import filled, mutations

from spaser import maturity, rules, sources
from spaser.detection import rules as lexicon
from spaser.indicators import targets
from spaser.linkage import validation
from spaser.sources import catalogue, ledgers, transfer
from spaser.sources.answers import constats, entered, overrides
from spaser.sources.answers.facts import read_facts
from spaser.sources.answers.hours import read_hours
from spaser.sources.documents import formats
from spaser.sources.ledgers import nomenclatures
from spaser.sources.notices import read_notices
from spaser.sources.programmes import read_programme
from spaser.sources.registers import read_registers
from spaser.studies.acting import day, grouping, interviews
from spaser.studies.mission import read as read_mission
from spaser.studies.territory import panorama

DATA = Path(__file__).parents[2] / "data"
Make = Callable[[random.Random], bytes]


@dataclass(frozen=True)
class Room:
    """A reader: the name of its file, how an input is made, how it is read; ``read`` gives how many records it saw."""

    file: str
    make: Make
    read: Callable[[Path], int]


@cache
def contracts() -> list[dict[str, Any]]:
    """Six invented contracts of the demo."""
    return json.loads((DATA / "marches_demo_2023.json").read_text(encoding="utf-8"))["marches"][:6]


@cache
def rows(kind: str) -> list[list[str]]:
    """The lines of an invented table: headings, then values."""
    flat = [
        [
            str(one.get("id", "")),
            one["acheteur"]["id"],
            str(one.get("objet", "")),
            str(one.get("montant", "")),
            str(one.get("dateNotification", "")),
            "73282932000074",
            "Alpha",
            "45000000",
            "12",
            "Marché",
            "Appel d'offres ouvert",
        ]
        for one in contracts()
    ]
    names = {
        "liste": [
            "N° de marché",
            "SIRET acheteur",
            "Objet",
            "Montant HT",
            "Date de notification",
            "SIRET titulaire",
            "Titulaire",
            "CPV",
            "Durée",
            "Nature",
            "Procédure",
        ],
        "decp": [
            "id",
            "acheteur_id",
            "objet",
            "montant",
            "dateNotification",
            "titulaire_id",
            "titulaire_nom",
            "codeCPV",
            "dureeMois",
            "nature",
            "procedure",
        ],
    }
    tables = {
        "depenses": [["Fournisseur", "SIRET", "Montant HT", "Date", "Compte", "Code postal"]]
        + [[f"Alpha {rank}", "73282932000074", f"{rank} 000,50", "15/03/2024", "611", "94000"] for rank in range(1, 13)]
        + [["TOTAL", "", "78 006,00", "", "", ""]],
        "registre": [["siret", "statut", "nom", "code_postal", "commune", "depuis"]]
        + [
            ["73282932000074", statut, "Atelier inventé", "94600", "Choisy-le-Roi", "2021-05-01"]
            for statut in ("EI", "ACI", "EA", "ESAT", "ESUS", "ESS")
        ],
        "corrections": [["identifiant", "statut", "valeur", "auteur", "date", "motif"]]
        + [["732829320", "ess", "oui", "B. Durand", "31/01/2024", "vu"]] * 4,
        "decisions": [["contrat", "consideration", "decision", "auteur", "date", "motif"]]
        + [["contrat 1", "clause_sociale", "accepté", "A", "2024-01-01", "x"]] * 4,
        "saisies": [list(entered.HEADER)]
        + [["heures_insertion", "2024", "", "1200", "", "suivi", ""], ["egalim_bio", "2024", "", "2", "10", "", ""]],
        "emplois": [["code_commune", "emplois"]] + [[code, "1 000"] for code in ("94022", "94081", "2A004")],
        "validations": [list(validation.COLUMNS)]
        + [["alpha", "Alpha", "", "", "", "", "", "", "", "732829320", "", "", "accepter", "", "", ""]] * 2,
        "nomenclature": [
            ["code", "libelle", "famille retenue", "commentaire"],
            ["10.01", "Papier", "", ""],
            ["611", "Nettoyage", "Nettoyage", ""],
        ],
        "programme": [
            ["Objet", "Montant estimé HT", "Date prévue", "Durée", "Lots", "Service", "Clause sociale", "Statut"]
        ]
        + [["Nettoyage des écoles", "120 000", "T2 2027", "48 mois", "3", "Achats", "oui", "à venir"]] * 4,
        "heures": [["marche", "annee", "montant_ht", "famille", "taux_clause", "heures_faites", "personnes", "source"]]
        + [["2024-1", "2024", "1 000", "nettoyage", "5 %", "120", "2", "facilitateur"]] * 4,
        "faits": [["contrat", "fait", "decision", "auteur", "date", "motif"]]
        + [["contrat 1", fait, "accepter", "A", "2024-01-01", "x"] for fait in ("montant", "duree", "nature", "date")],
        "avis": [
            line.split(",")
            for line in (
                "avis,date_publication,acheteur,acheteur_id_national,critere_social,critere_env,resume_objet,autres_conditions",
                "26-1,2026-01-15,Ville,,,,Travaux,Insertion",
            )
        ],
    }
    return [names[kind], *flat] if kind in names else tables[kind]


def trees(model: Callable[[], Any], form: str = "toml") -> Make:
    """Inputs made from a tree of values."""
    write = mutations.as_toml if form == "toml" else mutations.as_json

    def make(rng: random.Random) -> bytes:
        tree = mutations.tree(rng, model()) if rng.random() < 0.9 else model()
        data = write(rng, tree)
        return mutations.damaged(rng, data) if rng.random() < 0.1 else data

    return make


def tables(kind: str) -> Make:
    return lambda rng: mutations.table(rng, rows(kind)) if rng.random() < 0.95 else rng.randbytes(rng.randrange(200))


@cache
def workbook(kind: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Table")
        for rank, row in enumerate(rows(kind)):
            sheet.write_row(rank, 0, row)
        book.add_worksheet("Vide")
    return out.getvalue()


def parquet(rng: random.Random) -> bytes:
    frame = pl.DataFrame(rows("decp")[1:], schema=dict.fromkeys(rows("decp")[0], pl.String), orient="row")
    for _ in range(rng.choice((1, 2, 4))):
        name = rng.choice(frame.columns)
        column = pl.col(name)
        made = rng.choice(
            [
                column.cast(pl.Float64, strict=False),
                column.cast(pl.Binary),
                pl.concat_list(column),
                pl.struct(column).alias(name),
                pl.lit(None).alias(name),
                pl.lit(date(2024, 1, 1)).alias(name),
                pl.lit(True).alias(name),
                column.cast(pl.Categorical),
                pl.lit(float("nan")).alias(name),
                pl.lit(2**62).alias(name),
                pl.concat_list(pl.concat_list(column)).alias(name),
                pl.lit(rng.choice(mutations.WORDS)).alias(name),
                pl.lit(None, pl.Decimal(20, 2)).alias(name),
                pl.struct(a=column, b=pl.lit(1)).alias(name),
                pl.lit(None, pl.Duration).alias(name),
                pl.lit(None, pl.Time).alias(name),
            ]
        )
        if frame.schema[name] == pl.String:
            frame = frame.with_columns(made)
    if rng.random() < 0.2:
        frame = frame.rename({rng.choice(frame.columns): rng.choice(["x", "a" * 300, "UID", "titulaire_id_1"])})
    out = io.BytesIO()
    frame.write_parquet(out, compression=rng.choice(["zstd", "snappy", "uncompressed", "gzip"]))
    return mutations.damaged(rng, out.getvalue()) if rng.random() < 0.4 else out.getvalue()


def archive(rng: random.Random) -> bytes:
    inner = mutations.as_json(rng, {"marches": {"marche": contracts()[:3]}})
    if rng.random() < 0.3:
        return mutations.damaged(rng, gzip.compress(inner, mtime=0))
    out = io.BytesIO()
    with zipfile.ZipFile(
        out, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    ) as made:
        made.writestr("a/0.json", inner)
        made.writestr("0.csv", mutations.table(rng, rows("liste")))
        if rng.random() < 0.2:
            made.writestr("dans.zip", workbook("liste"))
    return mutations.packed(rng, out.getvalue())


def document(form: str) -> Make:
    text = "Article 1 : clause d'insertion de 500 heures.\nLe titulaire réserve des heures."
    web = f"<html><head><title>CCAP</title></head><body><h1>Article 1</h1><p>{text}</p><table><tr><td>a</td></tr></table></body></html>".encode()
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts = {
        "docx": {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f'<w:document xmlns:w="{w}"><w:body><w:p><w:pPr><w:pStyle w:val="Titre1"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>",
        },
        "odt": {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            f'xmlns:t="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:text><t:h t:outline-level="1">A</t:h><t:p>{text}<t:s t:c="3"/></t:p></o:text></o:body></o:document-content>',
        },
    }

    def make(rng: random.Random) -> bytes:
        if form == "web":
            return mutations.xml(rng, web)
        if form == "texte":
            return mutations.encoded(
                rng,
                text.replace(
                    "\n",
                    rng.choice(mutations.WORDS)
                    + "\n"
                    + rng.choice(["# ", "- ", "| ", "> ", "```\n", "", "[x](", "*" * 9]),
                )
                * rng.choice((1, 20)),
            )
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name, part in parts[form].items():
                made.writestr(name, part)
        return mutations.packed(rng, out.getvalue())

    return make


_NOTICE = {
    "id": "26-1",
    "idweb": "26-1",
    "dateparution": "2026-01-15",
    "nomacheteur": "Ville",
    "objet": "Travaux",
    "donnees": json.dumps(
        {"IDENTITE": {"DENOMINATION": "Ville"}, "OBJET": {"TITRE_MARCHE": "x", "CPV": {"PRINCIPAL": "45000000"}}}
    ),
    "descripteur_libelle": ["x"],
    "gestion": json.dumps({"REFERENCE": {"IDWEB": "26-1"}}),
    "famille": "FNS",
    "type_marche": ["TRAVAUX"],
}
_FORM: dict[str, Any] = {
    "organisme": {"nomOfficiel": "Ville", "codeIdentificationNational": "21690266800013", "cp": "69000"},
    "initial": {
        "natureMarche": {
            "intitule": "Nettoyage",
            "codeCPV": {"objetPrincipal": {"classPrincipale": "90910000"}},
            "description": "Clause d'insertion de 500 heures",
            "dureeMois": "36",
            "valeurEstimee": "100 000 €",
            "marcheReserve": {"oui": "ESAT"},
        },
        "lots": {"lot": [{"num": "1", "intitule": "Lot A", "codeCPV": "90911000"}, {"num": "2", "intitule": "Lot B"}]},
        "criteres": {"criteresAttribution": "prix 60 %, valeur sociale 40 %"},
    },
}
NOTICES: list[Any] = [
    _NOTICE,
    _NOTICE | {"nature": "ATTRIBUTION", "donnees": {"MAPA": _FORM}, "annonce_lie": ["26-0"]},
    _NOTICE | {"nature_libelle": "Avis de marché", "donnees": {"FNSimple": _FORM}},
    _NOTICE | {"donnees": {"DSP": _FORM}, "date_limite_reponse": "2026-02-15T12:00:00+01:00"},
]
PROJECTS: list[Any] = [
    {
        "url": "https://exemple.fr/project/1/main",
        "label": "Nettoyage",
        "description": "Nettoyage des locaux",
        "CPVPrimary": "90910000",
        "status": "active",
        "publicationTargetDate": "2027-01-01T00:00:00.000Z",
        "marketEstimatedAmount": 1024.5,
        "marketMaxDuration": 48,
        "socialConsiderationsConcerned": "yes",
        "environmentalConsiderationsConcerned": "dont_know",
        "procedureType": {"label": "Appel d'offres ouvert"},
        "purchasingEntity": {"label": "Ville", "siret": "21690266800013"},
        "reservedPublicMarkets": [{"label": "ESAT"}],
        "departments": [{"department": "69"}],
    }
]


def notices(rng: random.Random) -> bytes:
    two = [rng.choice(NOTICES) | {"idweb": f"26-{rank}"} for rank in (1, 2)]
    return mutations.as_json(rng, mutations.tree(rng, {"total_count": 2, "results": two}))


def notices_xml(rng: random.Random) -> bytes:
    return mutations.xml(
        rng,
        b"""<?xml version="1.0" encoding="UTF-8"?><ContractNotice xmlns="urn:oasis:names:specification:ubl:schema:xsd:ContractNotice-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"><cbc:ID>a-1</cbc:ID><cbc:IssueDate>2026-01-15+01:00</cbc:IssueDate><cac:ProcurementProject><cbc:ID>1</cbc:ID><cbc:Name>Travaux</cbc:Name><cac:MainCommodityClassification><cbc:ItemClassificationCode>45000000</cbc:ItemClassificationCode></cac:MainCommodityClassification></cac:ProcurementProject><cac:ProcurementProjectLot><cbc:ID>LOT-0001</cbc:ID><cac:ProcurementProject><cbc:Name>Lot</cbc:Name></cac:ProcurementProject></cac:ProcurementProjectLot></ContractNotice>""",
    )


def _contracts(path: Path) -> int:
    """Read contracts to the end, and check that every record is accounted for."""
    reading = sources.read(path, acheteur="21940022600017")
    records, rejects = reading.records.collect(), reading.rejects.collect()
    places = [
        records.select("source", "position"),
        rejects.filter((pl.col("niveau") == "rejet") & pl.col("position").is_not_null()).select("source", "position"),
    ]
    seen, told = (
        pl.concat([one.with_columns(pl.col("position").cast(pl.Int64)) for one in places]).n_unique(),
        int(reading.files["lus"].sum()),
    )
    assert seen == told, f"comptes : {told} lus, {seen} retrouvés"
    return told


def _ledger(path: Path) -> int:
    ledger = ledgers.read_ledger(path)
    read = ledger.accounts.filter(pl.col("etat") == "lue")
    parts = read.select(pl.sum_horizontal("gardees", "ecartees", "totaux", "vides", "entetes_repetes"))
    assert parts.to_series().to_list() == read["lues"].to_list(), "comptes du grand livre"
    ledgers.reconcile(ledger.lines.with_columns(siren=pl.lit(None, pl.String))).collect()
    return int(read["lues"].sum())


def _register(path: Path) -> int:
    found = read_registers([path])
    counts = found.files.drop_nulls("lus") if "lus" in found.files.columns else pl.DataFrame()
    for row in counts.to_dicts():
        kept = sum(row[name] for name in ("retenus", "repetes", "sans_identifiant", "invalides", "hors_liste"))
        assert kept == row["lus"], f"comptes : {row['lus']} lus, {kept} retrouvés"
    return found.register.collect().height + found.establishments.collect().height + found.rejects.collect().height


def _notices(path: Path) -> int:
    found = read_notices(path)
    told = found.files.select(pl.sum_horizontal("avis", "doublons", "rejetes")).to_series().to_list()
    assert told == found.files["trouves"].to_list() and found.notices.height == found.files["avis"].sum(), "comptes"
    from spaser.sources.notices import texts

    return texts(found).collect().height + found.notices.height


def _programme(path: Path) -> int:
    found = read_programme(path)
    read = found.files.filter(pl.col("etat") == "lue")
    told = read.select(pl.sum_horizontal("gardes", "termines", "rejetes").fill_null(0)).to_series().to_list()
    assert told == read["lus"].to_list(), "comptes du programme"
    return int(read["lus"].sum())


def _declared(path: Path) -> int:
    (path.parent / "liste.csv").write_text("siren;nom;code postal\n732829320;A;94200\n", encoding="utf-8")
    return read_registers([path.parent / "liste.csv", path]).establishments.collect().height


def _document(path: Path) -> int:
    try:
        return sum(1 for _ in formats.read(path.read_bytes(), path.name, 1 << 20)[1])
    except (formats.Refused, RecursionError):  # what the process that opens documents says in French
        return 0


def _questionnaire(path: Path) -> int:
    grid = maturity.grid()
    said = maturity.answers(maturity.kept(path), grid)
    return maturity.profile(said, grid).collect().height + maturity.actions(said, grid).collect().height


def _grid(path: Path) -> int:
    grid = maturity.grid(path)
    said = maturity.answers({axis["question"][0]["id"]: 0 for axis in grid["axis"]}, grid)
    return maturity.questions(grid).collect().height + maturity.profile(said, grid).collect().height


def _catalogue(path: Path) -> int:
    known = catalogue.catalogue(path)
    cache_ = path.parent / "cache"
    for name, spec in known.items():
        target = transfer.Wanted(name, {"format": "csv"} | spec, cache_).target
        assert target.parent == cache_ and ".." not in target.name, target
        assert spec.get("url", "http").startswith("http")
    return len(known)


def _mapping(path: Path) -> int:
    (path.parent / "depenses.csv").write_bytes(b"Fournisseur;SIRET;Montant HT\nAlpha;73282932000074;12,50\n")
    return ledgers.read_ledger(path.parent / "depenses.csv", mapping=path).lines.height


def _mission(path: Path) -> int:
    return len(read_mission(path).asked)


def _demo_mission() -> dict[str, Any]:
    said = tomllib.loads((DATA / "diagnostic_demo.toml").read_text(encoding="utf-8"))
    said["acheteur"][0] |= {"questionnaire": {"moyens": 2}}
    return said | {
        "fichiers": ["marches_demo_2023.json"],
        "registres": [],
        "date": "2026-10-31",
        "annees": [2023, 2025],
        "formes": ["html", "xlsx"],
        "population": "seuil_besoin",
    }


def _selection(path: Path) -> int:
    from spaser.widgets.selection import Selection

    return len(Selection.reopen(path).state)


GOALS = {
    "objectif": [
        {"indicateur": "clause_sociale", "cible": "30 %", "annee": 2028, "source": "Délibération"},
        {"indicateur": "heures_insertion", "cible": 900, "annee": 2027, "source": "x"},
    ]
}
LISTS = {
    "liste": [
        {
            "fichier": "liste.csv",
            "nature": "ess_france",
            "date": date(2026, 1, 31),
            "prouve_le_non": True,
            "territoire": "69, 42",
            "colonnes": {"siren": "siren"},
        }
    ]
}
MAPPING = {
    "taxe": "HT",
    "feuilles": ["depenses"],
    "colonnes": {"montant": "Montant HT", "fournisseur": "Fournisseur", "siret": "SIRET"},
}
CATALOGUE = {
    "mienne": {"label": "x", "kind": "register", "format": "csv", "url": "https://example.org/x.csv"},
    "esus": {"url": "http://example.org/esus.xlsx"},
}
SELECTION = {
    "spaser_selection": 1,
    "fichiers": ["a.json"],
    "registres": [],
    "buyers": ["219400226"],
    "years": [2023, 2024],
    "families": [],
    "unit": "nombre",
    "population": "seuil_besoin",
}

ROOMS: dict[str, Room] = {
    "questionnaire": Room(
        "rep.json",
        trees(lambda: {"spaser_maturite": 1, "reponses": {"portage_elu": 2, "moyens": None, "bilan": 3}}, "json"),
        _questionnaire,
    ),
    "mission": Room("diagnostic.toml", trees(_demo_mission), _mission),
    "grille": Room("grid.toml", trees(lambda: rules.toml("maturity.toml")), _grid),
    "objectifs": Room("objectifs.toml", trees(lambda: GOALS), lambda path: len(targets.read(path))),
    "methode": Room("method.toml", trees(lambda: rules.toml("method.toml")), lambda path: len(rules.method(path))),
    "lexique": Room(
        "lexicon.toml", trees(lambda: rules.toml("lexicon.toml")), lambda path: len(lexicon.load(path).rules)
    ),
    "catalogue": Room("cat.toml", trees(lambda: CATALOGUE), _catalogue),
    "listes": Room("mes_listes.toml", trees(lambda: LISTS), _declared),
    "programme_csv": Room("p.csv", tables("programme"), _programme),
    "programme_json": Room("p.json", trees(lambda: {"projets_achats": PROJECTS * 2}, "json"), _programme),
    "heures": Room("heures.csv", tables("heures"), lambda path: read_hours(path).height),
    "faits": Room("faits.csv", tables("faits"), lambda path: read_facts(path).collect().height),
    "correspondance": Room("correspondance.toml", trees(lambda: MAPPING), _mapping),
    "selection": Room("selection.json", trees(lambda: SELECTION, "json"), _selection),
    "corrections": Room(
        "corr.csv", tables("corrections"), lambda path: overrides.read_overrides(path).collect().height
    ),
    "decisions": Room("constats.csv", tables("decisions"), lambda path: constats.read_answers(path).collect().height),
    "saisies": Room("saisies.csv", tables("saisies"), lambda path: entered.read(path).height),
    "emplois": Room("emp.csv", tables("emplois"), lambda path: panorama.read_jobs(path).height),
    "validations": Room(
        "validations.csv", tables("validations"), lambda path: validation.read_validations(path).height
    ),
    "nomenclature": Room(
        "nomenclature.csv", tables("nomenclature"), lambda path: nomenclatures.read_nomenclature(path).height
    ),
    "json": Room(
        "c.json", trees(lambda: {"marches": {"marche": contracts(), "contrat-concession": []}}, "json"), _contracts
    ),
    "liste": Room("c.csv", tables("liste"), _contracts),
    "tabulaire": Room("t.csv", tables("decp"), _contracts),
    "xlsx": Room("c.xlsx", lambda rng: mutations.packed(rng, workbook("liste")), _contracts),
    "parquet": Room("c.parquet", parquet, _contracts),
    "archives": Room("c.zip", archive, _contracts),
    "depenses_csv": Room("d.csv", tables("depenses"), _ledger),
    "depenses_xlsx": Room("d.xlsx", lambda rng: mutations.packed(rng, workbook("depenses")), _ledger),
    "registre_csv": Room("r.csv", tables("registre"), _register),
    "registre_xlsx": Room("r.xlsx", lambda rng: mutations.packed(rng, workbook("registre")), _register),
    "registre_json": Room(
        "r.json",
        trees(lambda: [dict(zip(rows("registre")[0], row, strict=True)) for row in rows("registre")[1:]], "json"),
        _register,
    ),
    "avis_json": Room("a.json", notices, _notices),
    "avis_csv": Room("a.csv", tables("avis"), _notices),
    "avis_xml": Room("a.xml", notices_xml, _notices),
    "souhaits": Room("souhaits.xlsx", filled.books(filled.WISHES), filled.read_wishes),
    "suivi": Room("suivi.xlsx", filled.books(filled.FOLLOW), lambda path: day.follow_up(path).height),
    "entretiens": Room(
        "entretiens.xlsx", filled.books(filled.INTERVIEWS), lambda path: interviews.study(path).answers.height
    ),
    "groupements": Room("groupements.xlsx", filled.books(filled.GROUPS), lambda path: len(grouping.asked(path))),
    **{f"document_{form}": Room(f"ccap.{form}", document(form), _document) for form in ("docx", "odt", "web", "texte")},
}


def fresh(folder: Path) -> Path:
    """An empty folder beside which the demo's files lie, as a mission expects them."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("marches_demo_2023.json", "depenses_demo.xlsx"):
        shutil.copy(DATA / name, folder / name)
    return folder
