"""A list is recognised by evidence, in degrees: weak is refused with the line to write, likely is said first. All invented."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from spaser import suppliers
from spaser.problems import Problem
from spaser.sources.registers import read_registers
from spaser.studies.suppliers import lists as told_lists

CASES = Path(__file__).parents[3] / "shared" / "cases"
BOOK = "siren;nom;code postal;commune\n000900217;SA COMMERCIALE INVENTEE;69001;Lyon\n000900225;SARL Y INVENTEE;69002;Lyon\n"
KINDS = {
    "Entreprise d'insertion": "EI",
    "Association intermédiaire": "AI",
    "Atelier chantier d'insertion": "ACI",
    "Ateliers et chantiers d’insertion": "ACI",
    "Entreprise de travail temporaire d'insertion": "ETTI",
    "Entreprise d'insertion par le travail indépendant": "EITI",
    "Produits et services réalisés en prison": "SEP",
    "Groupement d'employeurs pour l'insertion et la qualification": "GEIQ",
    "Entreprise adaptée": "EA",
    "Entreprise adaptée de travail temporaire": "EATT",
    "Etablissement et service d'aide par le travail": "ESAT",
    "Entreprise d'insertion (EI)": "EI",
    "Atelier chantier d'insertion (ACI)": "ACI",
    "ACI - Atelier et chantier d'insertion": "ACI",
    "ENTREPRISES ADAPTEES (EA)": "EA",
    "SEP": "SEP",
    "EATT": "EATT",
    "eiti": "EITI",
}


def siret(n: int) -> str:
    for check in range(10):
        siren = f"0009{n:04d}{check}"
        if luhn(siren):
            break
    return next(found for nic in range(100000) if luhn(found := f"{siren}{nic:05d}"))


def luhn(text: str) -> bool:
    digits = [int(c) * (2 if rank % 2 else 1) for rank, c in enumerate(reversed(text))]
    return sum(d - 9 if d > 9 else d for d in digits) % 10 == 0


def put(folder: Path, text: str, name: str = "liste.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_an_address_book_is_refused_with_what_was_seen_and_the_line_to_write(tmp_path):
    with pytest.raises(Problem) as problem:
        read_registers(put(tmp_path, BOOK, "carnet_ess.csv"))
    said = str(problem.value)
    assert "siren, nom, code postal, commune" in said
    assert "carnet d'adresses" in said
    assert "mes_listes.toml" in said and 'spaser registre "carnet_ess.csv" mes_listes.toml' in said
    assert (
        'liste = [{ fichier = "carnet_ess.csv", nature = "carnet", date = 2026-01-31, prouve_le_non = false }]' in said
    )


def test_the_line_it_gives_is_accepted_and_gives_no_status_to_anyone(tmp_path):
    book = put(tmp_path, BOOK)
    line = put(
        tmp_path,
        'liste = [{ fichier = "liste.csv", nature = "carnet", date = 2026-01-31, prouve_le_non = false }]',
        "mes_listes.toml",
    )
    known = read_registers([book, line])
    assert known.register.collect().height == 0
    assert known.establishments.collect()["nom"].to_list() == ["SA COMMERCIALE INVENTEE", "SARL Y INVENTEE"]
    assert known.files.select("surete", "au", "au_origine").row(0) == ("déclarée", date(2026, 1, 31), "déclarée")


def status(known, siren: str, place: str = "69") -> tuple[bool | None, str]:
    unit = pl.DataFrame(
        {
            "siren": [siren],
            "categorie_juridique": ["5710"],
            "naf": ["4321A"],
            "liste": ["sirene_extrait"],
            "code_postal": [f"{place}001"],
        }
    )
    both = pl.concat([known.establishments.collect(), unit], how="diagonal_relaxed").lazy()
    asked = pl.LazyFrame({"siret": [None], "siren": [siren]}, schema={"siret": pl.String, "siren": pl.String})
    return (
        suppliers.status(asked, known.register, both, on=date(2026, 6, 1))
        .collect()
        .select("titulaire_ess", "ess_raison")
        .row(0)
    )


@pytest.mark.parametrize(
    ("declared", "place", "answer"),
    [
        ('nature = "ess_france"', "69", None),
        ('nature = "ess_france", prouve_le_non = true, territoire = "France"', "69", False),
        ('nature = "ess_france", prouve_le_non = true, territoire = "69, 42"', "69", False),
        ('nature = "ess_france", prouve_le_non = true, territoire = "69, 42"', "75", None),
        ('nature = "ess_france", prouve_le_non = false', "69", None),
        ('nature = "ESS", prouve_le_non = false', "69", None),
    ],
)
def test_absence_proves_a_no_only_where_the_list_is_declared_complete(tmp_path, declared, place, answer):
    line = put(tmp_path, f'liste = [{{ fichier = "liste.csv", date = 2026-01-31, {declared} }}]', "mes_listes.toml")
    known = read_registers([put(tmp_path, BOOK), line])
    assert status(known, "900000007", place)[0] is answer
    assert status(known, "000900217", place)[0] is True


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[liste]]\nfichier = "liste.csv"\n', "nature"),
        ('[[liste]]\nfichier = "liste.csv"\nnature = "esss"\n', "« esss » est inconnu"),
        ('[[liste]]\nfichier = "autre.csv"\nnature = "ESS"\n', "autre.csv"),
        ('[[liste]]\nfichier = "liste.csv"\nnature = "ess_france"\nprouve_le_non = true\n', "complète à une date"),
        ('[[liste]]\nfichier = "liste.csv"\nnature = "ESS"\ndatee = 2026-01-01\n', "datee"),
        ('[[liste]]\nfichier = 3\nnature = "ESS"\n', "fichier"),
        ("liste = 3", "[[…]]"),
        ("rien = 1", "clé inconnue « rien »"),
        ("liste = []", "aucune liste"),
        (f"liste = {'[' * 900}{']' * 900}", "emboîtées"),
        ('[[liste]]\nfichier = "liste.csv"\nnature = "ESS"\ndate = "hier"\nprouve_le_non = 1\n', "ligne 5"),
        ("[[liste", "TOML"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused_in_words(tmp_path, text, said):
    with pytest.raises(Problem, match=said.replace("[", r"\[")):
        read_registers([put(tmp_path, BOOK), put(tmp_path, text, "mes_listes.toml")])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("siren;nom;date de fin\n000900217;SARL X;2027-01-01\n", "esus"),
        ("siret;nom;type\n00090021700007;SARL X;Client\n", "propre"),
        ("SIRET;MESURE;DENOMINATION_SOCIALE\n00090021700007;Paire;SARL X\n", "siae_asp"),
        ("siret,kind,name\n00090021700007,prospect,SARL X\n", "marche_inclusion"),
    ],
)
def test_headings_alone_prove_no_list(tmp_path, text, kind):
    with pytest.raises(Problem, match="pas reconnue assez sûrement"):
        read_registers(put(tmp_path, text))


def test_a_list_whose_title_says_what_it_is_goes_on_and_is_said_first(tmp_path):
    path = put(tmp_path, "Annuaire de l'économie sociale du territoire\n\n" + BOOK)
    known = read_registers(path)
    assert known.files["surete"].to_list() == ["probable"]
    assert known.register.collect()["statut"].to_list() == ["ESS", "ESS"]
    assert known.files["prouve_non"].to_list() == [False]
    assert "reconnue probablement" in told_lists.told([path]).split("\n")[0]


def test_every_name_of_an_inclusive_kind_is_read_with_or_without_its_initials(tmp_path):
    rows = "".join(f'S{n},{siret(n)},"{kind}"\n' for n, kind in enumerate(KINDS))
    known = read_registers(put(tmp_path, "Raison sociale,Siret,Type de structure\n" + rows))
    found = dict(known.register.collect().select(pl.col("nom").str.slice(1).cast(pl.Int64), "statut").rows())
    assert [found.get(n) for n in range(len(KINDS))] == list(KINDS.values())


def test_every_sheet_of_a_workbook_is_read_or_said_why_not(tmp_path):
    path = tmp_path / "listes.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, rows in {
            "EI": [["Siret", "Nom", "Type"], [siret(1), "A", "EI"]],
            "Notice": [["Ce classeur réunit les structures"]],
            "ESAT": [["Titre"], [], ["Siret", "Nom", "Type"], [siret(2), "B", "ESAT"]],
        }.items():
            sheet = book.add_worksheet(name)
            for rank, row in enumerate(rows):
                sheet.write_row(rank, 0, row)
    known = read_registers(path)
    assert sorted(known.register.collect()["statut"]) == ["EI", "ESAT"]
    assert known.files["feuille"].to_list() == ["EI", "ESAT"]
    assert "« Notice » (sans en-tête" in known.files["message"].drop_nulls().str.join(" ").item()


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_a_list_in_any_usual_encoding_and_with_tabs_is_read(tmp_path, encoding):
    (tmp_path / "liste.tsv").write_bytes(
        f"Siret\tNom\tType\n{siret(1)}\tÉtablissement\tEntreprise adaptée\n".encode(encoding)
    )
    known = read_registers(tmp_path / "liste.tsv")
    assert known.register.collect().select("nom", "statut").rows() == [("Établissement", "EA")]


@pytest.mark.parametrize(
    ("postcode", "town", "code"),
    [
        ("57600", "OETING", "57521"),
        ("51480", "OEUILLY", "51410"),
        ("94206", "IVRY SUR SEINE CEDEX", "94041"),
        ("94270", "KREMLIN BICETRE", "94043"),
        ("69003", "Lyon 3e", "69123"),
        ("57600", "ville inconnue", None),
        ("", "Ivry-sur-Seine", "94041"),
    ],
)
def test_a_place_is_told_by_its_postcode_and_name_and_never_guessed(tmp_path, postcode, town, code):
    known = read_registers(put(tmp_path, f"Siret;Nom;Type;Code postal;Commune\n{siret(1)};A;EI;{postcode};{town}\n"))
    assert known.establishments.collect()["code_commune"].to_list() == [code]
    assert known.files["non_situes"].to_list() == [0 if code else 1]


def test_a_structure_without_number_keeps_its_name_its_status_and_its_place(tmp_path):
    known = read_registers(
        put(
            tmp_path,
            f"Siret;Nom;Type;Code postal;Commune\n;ESAT sans numéro;ESAT;94400;Vitry-sur-Seine\n{siret(1)};A;EI;94200;Ivry\n",
        )
    )
    assert known.unnumbered.collect().select("nom", "statut", "code_commune").rows() == [
        ("ESAT sans numéro", "ESAT", "94081")
    ]


def test_the_lists_of_the_field_are_told_apart():
    if not CASES.is_dir():
        pytest.skip("cas absents : ../shared/cases")
    with pytest.raises(Problem, match="pas reconnue assez sûrement"):
        read_registers(CASES / "registers" / "address_book_is_not_an_ess_list.csv")
    assert read_registers(CASES / "registers" / "names_of_inclusive_kinds.csv").register.collect().height == 22
    assert sorted(read_registers(CASES / "registers" / "inclusive_list.xls").register.collect()["statut"]) == [
        "ACI",
        "EA",
        "EI",
        "ESAT",
    ]
    towns = read_registers(CASES / "registers" / "towns_with_oe.csv").establishments.collect()
    assert towns["code_commune"].to_list() == ["57521", "51410"]
