"""From files to the RAW table: every dialect, every record counted, hostile contents refused in French."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spaser import sources
from spaser.problems import Problem
from spaser.sources import archives
from spaser.sources.contracts import json_stream, reading
from spaser.sources.contracts.decp import Element, rows
from spaser.sources.contracts.decp_values import as_list, holders

SHARED = Path(__file__).parents[3] / "shared" / "data"
BUYER = "99999999900016"


def contract(number: int = 1, **changes: object) -> dict[str, object]:
    """An invented 2022 contract."""
    return {
        "id": f"INV-{number}",
        "acheteur": {"id": BUYER},
        "nature": "Marché",
        "objet": f"Objet inventé n° {number} {{}}[]\\",
        "codeCPV": "45000000",
        "montant": 1000.50,
        "dureeMois": 12,
        "dateNotification": "2024-05-15",
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": "99999999800018"}}],
        "considerationsSociales": {"considerationSociale": ["Clause sociale", "Critère social"]},
    } | changes


def raw_of(path: Path | list[Path], **options: object) -> pl.DataFrame:
    pieces, _ = reading.gather(path, **options)
    return pl.concat([kept.raw.collect() for _, kept in pieces], how="diagonal")


def lines_of(path: Path) -> pl.DataFrame:
    pieces, aside = reading.gather(path)
    return pl.concat([kept.rejects for _, kept in pieces] + [reading.refusals(aside)])


def written(folder: Path, content: object, name: str = "f.json") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def row_of(record: dict[str, object]) -> dict[str, object]:
    return rows([Element(1, "marche", record)], "json").row(0, named=True)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda c: {"marches": {"marche": c, "contrat-concession": []}},
        lambda c: {"marches": c},
        lambda c: c,
        lambda c: {"marches": [{"marche": one} for one in c]},
        lambda c: {"meta": {"n": 3}, "resultats": {"lignes": c}},
    ],
    ids=["officiel", "marches en liste", "tableau nu", "un objet autour de chacun", "racine inconnue"],
)
def test_contracts_are_found_whatever_stands_around_their_list(tmp_path, wrapped):
    raw = raw_of(written(tmp_path, wrapped([contract(n) for n in range(3)])))
    assert raw["id"].to_list() == ["INV-0", "INV-1", "INV-2"]
    assert raw["position"].to_list() == [1, 2, 3]
    assert set(raw["dialecte"]) == {"decp-2022-json"}


def test_one_contract_alone_and_one_contract_a_line_are_read(tmp_path):
    assert raw_of(written(tmp_path, contract()))["id"].to_list() == ["INV-1"]
    assert raw_of(written(tmp_path, {"marches": {"marche": contract()}}))["id"].to_list() == ["INV-1"]
    lines = "\r\n".join(json.dumps(contract(n)) for n in range(4)).encode()
    assert raw_of(written(tmp_path, lines))["position"].to_list() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "value",
    [
        ["Clause sociale", "Critère social"],
        {"considerationSociale": ["Clause sociale", "Critère social"]},
        [{"considerationSociale": "Clause sociale"}, {"considerationSociale": "Critère social"}],
        "Clause sociale, Critère social",
        "['Clause sociale', 'Critère social']",
        '["Clause sociale", "Critère social"]',
        '{"considerationSociale": ["Clause sociale", "Critère social"]}',
        [["Clause sociale"], ["Critère social"]],
    ],
)
def test_considerations_are_the_same_list_however_they_are_written(value):
    assert as_list(value) == ["Clause sociale", "Critère social"]
    assert row_of(contract(considerationsSociales=value))["considerationsSociales"] == [
        "Clause sociale",
        "Critère social",
    ]


def test_an_absent_list_is_null_and_an_empty_one_is_empty():
    assert row_of(contract(considerationsSociales=None))["considerationsSociales"] is None
    assert row_of(contract(considerationsSociales={}))["considerationsSociales"] == []


@pytest.mark.parametrize(
    "value",
    [
        [{"id": "12", "typeIdentifiant": "SIRET"}],
        [{"titulaire": {"id": "12", "typeIdentifiant": "SIRET"}}],
        [[[{"id": "12", "typeIdentifiant": "SIRET"}]]],
        {"titulaire": {"id": "12", "typeIdentifiant": "SIRET"}},
        {"titulaire": [{"id": "12", "typeIdentifiant": "SIRET"}]},
        [{"titulaire": {"ID": 12, "typeidentifiant ": "SIRET"}}],
        '[{"id": "12", "typeIdentifiant": "SIRET"}]',
    ],
)
def test_a_holder_is_found_through_any_wrapping(value):
    assert holders(value) == [("12", "SIRET", None)]


def test_a_holder_that_is_only_the_name_of_a_field_is_no_holder():
    assert holders([{"titulaire": "typeIdentifiant"}]) == []


def test_keys_in_another_case_flat_or_followed_by_a_space_are_understood():
    record = {
        "ID": "7",
        "acheteur.id": BUYER,
        "Objet": "inventé",
        "TypePrix": "Définitif ferme",
        "montant ": "12.50",
        "lieuExecution": {"code": "75", "typecode ": "Code département"},
        "titulaire_id": "99999999800018",
        "titulaire_nom": "Invention SA",
    }
    row = row_of(record)
    assert (row["id"], row["acheteur_id"], row["objet"], row["montant"]) == ("7", BUYER, "inventé", "12.50")
    assert row["typesPrix"] == ["Définitif ferme"]
    assert row["lieuExecution_typeCode"] == "Code département"
    assert row["titulaires"] == [
        {"titulaire_id": "99999999800018", "titulaire_typeIdentifiant": None, "titulaire_nom": "Invention SA"}
    ]


def test_an_amended_contract_gives_one_row_per_state_and_null_where_nothing_changes(tmp_path):
    changes = [
        {"modification": {"id": 1, "montant": 2000, "dateNotificationModification": "2024-08-01"}},
        {"modification": {"id": 2, "titulaires": [{"titulaire": {"id": "1", "typeIdentifiant": "SIRET"}}]}},
    ]
    raw = raw_of(written(tmp_path, [contract(1, modifications=changes), contract(2)]))
    assert raw["modification_id"].to_list() == [None, "1", "2", None]
    assert raw["montant"].to_list() == ["1000.5", "2000", None, "1000.5"]
    assert raw["date_version"].to_list() == [None, "2024-08-01", None, None]
    assert [value and len(value) for value in raw["titulaires"].to_list()] == [1, None, 1, 1]
    assert raw["position"].to_list() == [1, 1, 1, 2]


def test_amendments_of_2019_are_numbered_and_a_wrapped_list_is_unwrapped(tmp_path):
    flat = [{"objetModification": "a", "montant": 5}, {"objetModification": "b", "dureeMois": 6}]
    for changes in (flat, {"modification": flat}, [{"modification": flat}]):
        raw = raw_of(written(tmp_path, [contract(modifications=changes)]))
        assert raw["modification_id"].to_list() == [None, "1", "2"]


def test_a_concession_is_told_apart_and_its_words_are_those_of_a_marche(tmp_path):
    concession = {
        "id": "C1",
        "autoriteConcedante": {"id": BUYER},
        "nature": "Concession de service",
        "objet": "Réseau inventé",
        "valeurGlobale": 90000,
        "dateSignature": "2024-02-02",
        "concessionnaires": [{"concessionnaire": {"id": "3", "typeIdentifiant": "SIRET"}}],
        "considerationsSociales": {"considerationSociale": ["Concession réservée"]},
    }
    row = raw_of(written(tmp_path, {"marches": {"marche": [contract()], "contrat-concession": [concession]}})).row(
        1, named=True
    )
    assert (row["type_contrat"], row["position"], row["acheteur_id"]) == ("concession", 2, BUYER)
    assert (row["montant"], row["dateNotification"]) == ("90000", "2024-02-02")
    assert row["titulaires"][0]["titulaire_id"] == "3"


def test_the_2019_format_says_nothing_of_considerations(tmp_path):
    old = {
        "id": "201900001",
        "acheteur": {"id": BUYER, "nom": "Ville inventée"},
        "objet": "o",
        "montant": 1,
        "nature": "Marché",
        "titulaires": [{"id": "1", "typeIdentifiant": "SIRET", "denominationSociale": "Invention"}],
    }
    row = raw_of(written(tmp_path, {"marches": [old]})).row(0, named=True)
    assert row["dialecte"] == "decp-2019-json"
    assert row["considerationsSociales"] is None
    assert (row["acheteur_nom"], row["titulaires"][0]["titulaire_nom"]) == ("Ville inventée", "Invention")


def test_sub_contracts_are_kept_on_the_initial_state_only(tmp_path):
    act = {
        "acteSousTraitance": {
            "id": 1,
            "sousTraitant": {"id": "5", "typeIdentifiant": "SIRET"},
            "montant": 10.5,
            "dureeMois": 3,
        }
    }
    raw = raw_of(written(tmp_path, [contract(actesSousTraitance=[act], modifications=[{"montant": 3}])]))
    assert raw["actesSousTraitance"].to_list()[0][0] | {"montant": "10.5"} == {
        "id": "1",
        "sousTraitant_id": "5",
        "sousTraitant_typeIdentifiant": "SIRET",
        "montant": "10.5",
        "dureeMois": "3",
        "dateNotification": None,
    }
    assert raw["actesSousTraitance"].to_list()[1] is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_json_in_another_unicode_is_read(tmp_path, encoding):
    content = json.dumps([contract(objet="École d'Œuvre")], ensure_ascii=False).encode(encoding)
    assert raw_of(written(tmp_path, content))["objet"].to_list() == ["École d'Œuvre"]


def test_a_windows_1252_json_is_read_and_it_is_said(tmp_path):
    path = written(tmp_path, json.dumps([contract(objet="Œuvre à l’école")], ensure_ascii=False).encode("cp1252"))
    assert raw_of(path)["objet"].to_list() == ["Œuvre à l’école"]
    assert lines_of(path).select("regle", "niveau").rows() == [("fichier.encodage", "info")]


def test_a_cut_file_gives_what_precedes_and_says_where_it_was_cut(tmp_path):
    whole = json.dumps([contract(n) for n in range(10)]).encode()
    path = written(tmp_path, whole[: whole.index(b"INV-6") + 40])
    read = raw_of(path)["id"].to_list()
    assert read == [f"INV-{n}" for n in range(6)]
    lines = lines_of(path)
    assert lines["position"].to_list() == [len(read) + 1, None]
    assert "s'arrête avant la fin" in lines["message"].to_list()[1]


@pytest.mark.parametrize(
    "broken",
    ['{"id": "cassé", "objet": oups}', '{"id":"X","objet":"tube 3" PVC","montant":1}', "12", "null", '"texte"', "[1]"],
)
def test_a_broken_element_keeps_its_place_and_costs_only_itself(tmp_path, broken):
    before, after = (", ".join(json.dumps(contract(n)) for n in numbers) for numbers in (range(3), range(3, 6)))
    path = written(tmp_path, f"[{before}, {broken}, {after}]".encode())
    raw = raw_of(path)
    assert raw["id"].to_list() == [f"INV-{n}" for n in range(6)]
    assert raw["position"].to_list() == [1, 2, 3, 5, 6, 7]
    assert lines_of(path).select("position", "niveau").rows() == [(4, "rejet")]


@pytest.mark.parametrize("block", [7, 64, 1000])
def test_the_size_of_the_blocks_changes_nothing(block):
    document = {
        "marches": {
            "marche": [contract(n) for n in range(20)],
            "autres": [{"x": "]"}],
            "contrat-concession": [contract(99)],
        }
    }
    data = json.dumps(document, indent=1).encode()
    layout = json_stream.locate(data)
    found = [
        e["id"]
        for batch in json_stream.Elements(io.BytesIO(data), layout, json_stream.Note(), block=block)
        for e in batch.elements
    ]
    assert found == [f"INV-{n}" for n in (*range(20), 99)]


def test_xml_gives_the_same_rows_as_json(tmp_path):
    xml = f"""<?xml version="1.0" encoding="UTF-8"?><marches xmlns:x="urn:inventee"><marche><id>INV-1</id><acheteur><id>{BUYER}</id></acheteur>
    <nature>Marché</nature><objet>Objet</objet><montant>1000.5</montant><considerationsSociales><considerationSociale>Clause sociale
    </considerationSociale><considerationSociale>Critère social</considerationSociale></considerationsSociales><titulaires><titulaire><id>1</id>
    <typeIdentifiant>SIRET</typeIdentifiant></titulaire><titulaire><id>2</id><typeIdentifiant>SIRET</typeIdentifiant></titulaire></titulaires>
    <modifications><modification><id>1</id><montant>7</montant></modification></modifications></marche></marches>"""
    for encoding in ("utf-8", "cp1252"):
        raw = raw_of(written(tmp_path, xml.encode(encoding), "f.json"))
        assert raw["dialecte"].to_list() == ["decp-2022-xml"] * 2
        assert raw["nature"].to_list() == ["Marché"] * 2
        assert raw["considerationsSociales"].to_list()[0] == ["Clause sociale", "Critère social"]
        assert [h["titulaire_id"] for h in raw["titulaires"].to_list()[0]] == ["1", "2"]
        assert raw["montant"].to_list() == ["1000.5", "7"]


def _zip(**files: bytes) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


REFUSED = {
    "vide": (b"", "vide"),
    "blanc": (b" \n ", "vide"),
    "page web": (b"<!DOCTYPE html><html><body>404</body></html>", "page web"),
    "image": (b"\x89PNG....", "image"),
    "octets quelconques": (bytes(range(256)) * 4, "ni un texte"),
    "json coupé tout de suite": (json.dumps([contract()]).encode()[:150], "lisible"),
    "json sans contrat": (b'{"produits": [{"nom": 1}]}', "« produits »"),
    "json sans élément": (b'{"marches": {"marche": []}}', "aucun contrat"),
    "json invalide": (b"{oups", "JSON valide"),
    "json trop profond": (b"[" * 60_000, "JSON valide"),
    "bombe xml": (
        b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><marches><marche><id>&b;</id></marche></marches>',
        "DTD",
    ),
    "entité externe": (b'<!DOCTYPE x SYSTEM "file:///c:/secret"><marches/>', "DTD"),
    "xml sans contrat": (b"<a><b/></a>", "Aucun contrat"),
    "csv sans ligne": (b"uid,id,acheteur_id,titulaire_id,montant,objet\n", "aucune ligne"),
    "parquet abîmé": (b"PAR1xxxx", "Parquet est abîmé"),
    "zip abîmé": (b"PK\x03\x04rien", "abîmée"),
    "gzip coupé": (gzip.compress(json.dumps([contract(n) for n in range(99)]).encode())[:200], "abîmée"),
    "chemin qui sort": (_zip(**{"../../x.json": b"[]"}), "sort de l'archive"),
    "chemin absolu": (_zip(**{"C:\\x.json": b"[]"}), "sort de l'archive"),
    "zip vide": (_zip(**{"__MACOSX/x": b""}), "aucun fichier"),
    "bombe zip": (_zip(**{"b.json": b" " * (archives.LARGE + 10)}), "démesuré"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_said_in_one_french_paragraph(tmp_path, name):
    content, expected = REFUSED[name]
    with pytest.raises(Problem) as caught:
        reading.gather(written(tmp_path, content, "douteux.json"))
    message = str(caught.value)
    assert expected in message and "douteux.json" in message and "\n" not in message and message.endswith(".")


def test_a_gzip_bomb_is_stopped_while_it_inflates(tmp_path):
    bomb = gzip.compress(b"[" + b" " * (2 * archives.LARGE) + json.dumps(contract()).encode())
    with pytest.raises(Problem, match="démesuré|vide|JSON"):
        reading.gather(written(tmp_path, bomb, "b.json.gz"))
    stream = archives.Member("b", written(tmp_path, bomb, "b.json.gz")).open()
    with pytest.raises(Problem, match="démesuré"):
        stream.read()
    assert stream.given <= archives.LARGE + (2 << 20)


def test_in_a_folder_the_unreadable_is_put_aside_and_the_rest_is_read(tmp_path):
    written(tmp_path, [contract(1)], "a.json")
    written(tmp_path, b"", "b.json")
    (tmp_path / "sous").mkdir()
    (tmp_path / "sous" / "c.zip").write_bytes(_zip(**{"d.json": json.dumps([contract(2), contract(3)]).encode()}))
    pieces, aside = reading.gather(tmp_path)
    assert [(source, kept.lus) for source, kept in pieces] == [("a.json", 1), ("sous/c.zip/d.json", 2)]
    assert [source for source, _ in aside] == ["b.json"]
    assert reading.refusals(aside).select("source", "position", "niveau").rows() == [("b.json", None, "rejet")]


def test_files_named_explicitly_fail_together(tmp_path):
    good, bad = written(tmp_path, [contract()], "a.json"), written(tmp_path, b"", "b.json")
    with pytest.raises(Problem, match="vide"):
        reading.gather([good, bad])
    with pytest.raises(Problem) as caught:
        reading.gather([tmp_path / "absent.json", tmp_path / "autre.json", good])
    assert "absent.json" in str(caught.value) and "autre.json" in str(caught.value)


def test_patterns_repeated_paths_and_equal_names_give_each_file_once_under_its_own_name(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        written(tmp_path / folder, [contract()])
    pieces, _ = reading.gather([tmp_path / "x" / "f.json", str(tmp_path / "*" / "*.json"), tmp_path / "y" / "f.json"])
    assert [source for source, _ in pieces] == ["x/f.json", "y/f.json"]
    with pytest.raises(Problem, match="motif"):
        reading.gather(str(tmp_path / "*.parquet"))


def test_a_large_file_is_kept_in_the_cache_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "IN_MEMORY", 10)
    path, cache, seen = written(tmp_path, [contract(n) for n in range(50)]), tmp_path / "cache", []
    first = raw_of(path, cache=cache, progress=lambda source, share: seen.append((source, share)))
    assert seen[-1] == ("f.json", 1.0)
    assert len(first) == 50 and not list(cache.glob("lecture-*"))
    monkeypatch.setattr(reading, "_fill", None)
    assert raw_of(path, cache=cache).equals(first)


TABLE = """uid,id,acheteur_id,acheteur_nom,titulaire_id,titulaire_nom,objet,montant,dateNotification,considerationsSociales,donneesActuelles,modification_id
u1,1,99999999900016,Ville inventée,99999999800018,Invention,"Objet,
sur deux lignes",1000.5,2024-05-01,"Clause sociale, Critère social",false,0
u1,1,99999999900016,Ville inventée,,,Objet,2000,2024-06-01,Sans objet,true,1
"""


@pytest.mark.parametrize("packed", [False, True])
def test_the_tabular_file_gives_one_row_per_line_with_its_own_holder(tmp_path, packed):
    content = gzip.compress(TABLE.encode()) if packed else TABLE.encode()
    raw = raw_of(written(tmp_path, content, "table"))
    assert raw["dialecte"].to_list() == ["decp-tabulaire-csv"] * 2
    assert raw["position"].to_list() == [1, 2]
    assert raw["modification_id"].to_list() == ["0", "1"]
    assert raw["uid"].to_list() == ["u1", "u1"]
    assert raw["titulaire_nom"].to_list() == ["Invention", None]


@pytest.mark.parametrize(
    ("column", "value", "read"),
    [
        ("montant", True, None),
        ("montant", date(2024, 1, 2), None),
        ("montant", 12.5, 1250),
        ("montant", "12,50", 1250),
        ("dureeMois", False, None),
        ("dureeMois", 12.0, 12),
        ("dateNotification", True, None),
        ("dateNotification", date(2024, 1, 2), date(2024, 1, 2)),
    ],
)
def test_a_typed_column_of_another_kind_is_unknown_and_never_a_number(tmp_path, column, value, read):
    row = {"uid": "1", "id": "1", "acheteur_id": "21940022600017", "objet": "Travaux", "montant": 1.0, "dureeMois": 1}
    row |= {"dateNotification": "2024-01-01", "titulaire_id": "73282932000074", "codeCPV": "45000000"}
    pl.DataFrame([row | {column: value}]).write_parquet(tmp_path / "t.parquet")
    records = sources.read(tmp_path / "t.parquet").records.collect()
    assert records[column].to_list() == [read]


def test_a_page_damaged_in_the_middle_of_a_parquet_is_said_by_its_file_when_it_is_read(tmp_path):
    row = {"uid": "1", "id": "1", "acheteur_id": "21940022600017", "montant": 1.0, "titulaire_id": "73282932000074"}
    frame = pl.DataFrame([row | {"objet": f"Objet inventé {number * 7919}"} for number in range(4_000)])
    path = tmp_path / "national.parquet"
    frame.write_parquet(path, row_group_size=1_000)
    assert reading.gather(path)[0][0][1].lus == 4_000
    whole = path.read_bytes()
    fifth = len(whole) // 5
    path.write_bytes(whole[: 2 * fifth] + b"\xff" * fifth + whole[3 * fifth :])
    with pytest.raises(Problem, match=r"abîmé ou incomplet \(national\.parquet\)"):
        reading.gather(path)


def test_a_tabular_parquet_stays_lazy_and_typed(tmp_path):
    frame = pl.read_csv(io.StringIO(TABLE), try_parse_dates=True, schema_overrides={"acheteur_id": pl.String})
    frame.write_parquet(tmp_path / "t.parquet")
    pieces, _ = reading.gather(tmp_path / "t.parquet")
    schema = pieces[0][1].raw.collect_schema()
    assert (schema["montant"], schema["dateNotification"], schema["donneesActuelles"]) == (
        pl.Float64,
        pl.Date,
        pl.Boolean,
    )
    assert pieces[0][1].lus == 2


def test_the_ministry_table_gives_its_three_holders(tmp_path):
    text = "id;acheteur.id;nature;objet;codeCPV;montant;titulaire_id_1;titulaire_typeIdentifiant_1;titulaire_id_2;titulaire_typeIdentifiant_2\n1;2;Marché;o;45;5;11;SIRET;12;SIRET\n"
    holders_ = raw_of(written(tmp_path, text.encode(), "m.csv"))["titulaires"].to_list()[0]
    assert [h["titulaire_id"] for h in holders_] == ["11", "12"]


def _counted(path: Path) -> int:
    """Records by the standard library alone."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            document = json.loads(archive.read(archive.namelist()[0]).decode("utf-8", "replace"))
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return sum(1 for _ in csv.DictReader(file))
    elif path.suffix == ".xml":
        return path.read_text(encoding="utf-8").count("<marche>")
    else:
        document = json.loads(path.read_text(encoding="utf-8"))
    lists = document["marches"] if isinstance(document, dict) else document
    return sum(map(len, lists.values())) if isinstance(lists, dict) else len(lists)


@pytest.mark.skipif(not SHARED.is_dir(), reason="données réelles absentes")
@pytest.mark.parametrize("folder", ["decp_2022", "decp_2019", "decp_tabulaire"])
def test_every_record_of_the_real_files_is_counted(folder):
    files = [path for path in sorted((SHARED / folder).iterdir()) if "rendu_compte" not in path.name]
    pieces, _ = reading.gather(files)
    assert [kept.lus for _, kept in pieces] == [_counted(path) for path in files]
    for source, kept in pieces:
        assert kept.raw.select(pl.col("position").n_unique()).collect().item() == kept.lus, source
    if folder == "decp_2022":
        assert dict((source, kept.lus) for source, kept in pieces)["paris_2024.json"] == 1054
    if folder == "decp_2019":
        assert all(
            kept.raw.select(pl.col("considerationsSociales").is_null().all()).collect().item() for _, kept in pieces
        )


@pytest.mark.skipif(not SHARED.is_dir(), reason="données réelles absentes")
def test_the_considerations_and_amounts_of_a_real_file_are_those_of_a_plain_count():
    path = SHARED / "decp_2022" / "paris_2024.json"
    records = json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_int=str)
    raw = raw_of(path).filter(pl.col("modification_id").is_null())
    for field, item in (
        ("considerationsSociales", "considerationSociale"),
        ("techniques", "technique"),
        ("typesPrix", "typePrix"),
    ):
        assert raw[field].to_list() == [record[field][item] for record in records]
    for field in ("id", "montant", "dureeMois", "dateNotification", "objet", "codeCPV"):
        assert raw[field].to_list() == [record[field] for record in records]
    holders_ = [
        [h["titulaire"]["id"] for h in record["titulaires"] if any(h["titulaire"].values())] for record in records
    ]
    assert [[h["titulaire_id"] for h in found] for found in raw["titulaires"].to_list()] == holders_
