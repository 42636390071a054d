"""The day: wishes read back, a timetable written, a late change replanned, the follow-up read."""

from __future__ import annotations

from datetime import date

import openpyxl
import pypdf
import pytest

from spaser.cli import main
from spaser.problems import Problem
from spaser.studies.acting import day
from spaser.studies.acting.day.sheets import Frame

FRAME = Frame(date(2026, 12, 3), slots=4, tables=3)
HEAD = [
    "Besoin n°",
    "Fournisseur",
    "SIRET",
    "Acheteur",
    "Souhait de l'acheteur (1 à 3)",
    "Souhait du fournisseur (1 à 3)",
    "Présence confirmée",
    "Arrivée",
    "Départ",
    "Créneau imposé",
]


def book(tmp_path, rows, name="souhaits.xlsx", sheet="souhaits", head=HEAD):
    made = openpyxl.Workbook()
    made.active.title = sheet
    made.active.append(head)
    for row in rows:
        made.active.append(row)
    made.save(tmp_path / name)
    return tmp_path / name


WISHES = [
    [1, "Atelier Rive", "00000000100011", "Claire (voirie)", 3, 3, "oui"],
    [1, "Les Jardins", "00000000200010", "Claire (voirie)", 2, None, "oui", "9 h 15"],
    [2, "Atelier Rive", "00000000100011", "Paul (bâtiments)", 1, 2, "oui"],
    [2, "Menuiserie", "00000000300019", "Paul (bâtiments)", 3, 1, "non"],
    [3, "Les Jardins", "00000000200010", "Paul (bâtiments)", 2, 3, "oui", None, "10h00"],
]


def test_wishes_become_a_timetable_that_respects_absences_and_arrivals(tmp_path):
    found = day.plan(book(tmp_path, WISHES), FRAME).found
    assert found.proved
    assert "Menuiserie" not in found.plan["fournisseur"].to_list()
    assert found.plan.filter(fournisseur="Les Jardins")["creneau"].min() >= 1
    assert found.plan.height == 4


def test_a_buyer_may_come_late_or_leave_early_as_a_supplier_may(tmp_path):
    head = [*HEAD, "Arrivée de l'acheteur", "Départ de l'acheteur"]
    rows = [
        [1, "Atelier Rive", None, "Claire (voirie)", 3, 3, "oui", None, None, None, "9 h 30", None],
        [2, "Les Jardins", None, "Paul (bâtiments)", 2, 2, "oui", None, None, None, None, "9 h 14"],
    ]
    plan = day.plan(book(tmp_path, rows, head=head), FRAME).found.plan
    at = dict(plan.select("acheteur", "creneau").rows())
    assert at["Claire (voirie)"] >= 2 and at["Paul (bâtiments)"] == 0


def test_who_meets_is_the_holder_of_the_need_in_its_organisation_when_nobody_is_named(tmp_path):
    head = [*HEAD, "Organisme"]
    rows = [
        [1, "Rive", None, None, 3, 3, "oui", None, None, None, "Ville fictive"],
        [2, "Val", None, None, 1, 1, "oui"],
    ]
    found = day.plan(book(tmp_path, rows, head=head), FRAME).found.plan
    assert set(found["acheteur"]) == {"Ville fictive, besoin n° 1", "Acheteur du besoin 2"}


def test_a_fixed_meeting_is_held_and_one_that_cannot_be_is_refused(tmp_path):
    fixed = [[*WISHES[0], None, None, 3]]
    assert day.plan(book(tmp_path, fixed), FRAME).found.plan["creneau"].to_list() == [2]
    with pytest.raises(Problem, match="créneau imposé 9"):
        day.plan(book(tmp_path, [[*WISHES[0], None, None, 9]]), FRAME)
    with pytest.raises(Problem, match="ne tiennent pas"):
        day.plan(book(tmp_path, [[*WISHES[0], "9 h 40", None, 1]]), FRAME)


def test_every_fault_of_the_sheet_is_said(tmp_path):
    with pytest.raises(Problem) as caught:
        day.plan(
            book(tmp_path, [[1, "A", None, "X", 7, None, "peut-être"], [1, "B", None, "X", 1, None, None, "midi"]]),
            FRAME,
        )
    assert all(part in str(caught.value) for part in ("« 7 »", "peut-être", "midi"))


def test_nobody_wishing_is_said_and_so_is_another_workbook(tmp_path):
    with pytest.raises(Problem, match="Aucune rencontre"):
        day.plan(book(tmp_path, [[1, "A", None, "X"]]), FRAME)
    with pytest.raises(Problem):
        day.plan(book(tmp_path, [["x"]], head=["autre"]), FRAME)


def test_sheets_tables_badges_calendar_and_a_replan_with_few_moves(tmp_path):
    first = day.plan(book(tmp_path, WISHES), FRAME)
    page, sheets, calendar, _ = day.write(first, tmp_path / "un")
    assert {"planning", "par table", "badges", "suivi"} <= set(openpyxl.load_workbook(sheets).sheetnames)
    said = calendar.read_bytes()
    assert said.count(b"BEGIN:VEVENT") == 4
    assert all(len(line) <= 75 for line in said.split(b"\r\n"))
    assert "Claire" in page.read_text(encoding="utf-8")
    late = [[*row[:6], "non", *row[7:]] if row[1] == "Les Jardins" and row[0] == 3 else row for row in WISHES]
    again = day.plan(book(tmp_path, late, "tard.xlsx"), FRAME, before=sheets)
    assert again.moved == 1


def test_the_sheet_of_a_person_says_what_each_need_is_about_when_the_workbook_does(tmp_path):
    wished = book(tmp_path, WISHES)
    assert "Taille des haies" not in day.write(day.plan(wished, FRAME), tmp_path / "un")[0].read_text(encoding="utf-8")
    held = openpyxl.load_workbook(wished)
    about = held.create_sheet("besoins à venir")
    about.append(["N°", "Besoin"])
    about.append([1, "Taille des haies"])
    held.save(wished)
    made = day.plan(wished, FRAME)
    page = day.write(made, tmp_path / "deux")[0].read_text(encoding="utf-8")
    met = made.found.plan.filter(numero=1).height
    assert met and page.count("Taille des haies") == 2 * met  # on the sheet of the buyer and on that of the supplier
    assert day.replan(made).needs.height == 1


def test_the_follow_up_is_read_with_its_rates_on_what_is_known(tmp_path):
    head = [
        "Besoin n°",
        "Fournisseur",
        "SIRET",
        "Rencontré le",
        "A répondu à la consultation",
        "A gagné",
        "Montant gagné",
    ]
    rows = [
        [1, "A", None, "03/12/2026", "oui", "non", None],
        [1, "B", None, "oui", "non", None, None],
        [2, "C", None, "non", None, None, None],
        [2, "D", None, "oui", None, "oui", "12 000 €"],
    ]
    found = day.follow_up(book(tmp_path, rows, sheet="suivi", head=head))
    assert found["rencontre"].to_list() == [True, True, False, True]
    assert found["montant_gagne"].sum() == 1_200_000
    told = " ; ".join(day.rates(found)).replace("\u00a0", " ").replace("\u202f", " ")
    assert "3 rencontres sur 4" in told
    assert "Réponse à la consultation : 2 oui, 1 non, 0 non renseignée" in told, "whoever won did bid"
    assert "Marché gagné : 1 oui, 2 non, 0 non renseignée, soit 33,3 % des 3 suites connues" in told, (
        "whoever did not bid did not win"
    )
    one = day.follow_up(book(tmp_path, rows[1:2], "une.xlsx", sheet="suivi", head=head))
    told = " ; ".join(day.rates(one)).replace("\u00a0", " ").replace("\u202f", " ")
    assert "0 % de la seule suite connue" in told and "des 1" not in told


def test_the_command_writes_the_planning_and_says_what_lacks(tmp_path, capsys):
    path = book(tmp_path, WISHES)
    assert main(["matinale", "--planning", str(path), "--sortie", str(tmp_path)]) == 2
    assert "--jour" in capsys.readouterr().err
    assert (
        main(
            [
                "matinale",
                "--planning",
                str(path),
                "--jour",
                "2026-12-03",
                "--creneaux",
                "4",
                "--tables",
                "3",
                "--sortie",
                str(tmp_path),
            ]
        )
        == 0
    )
    assert "4 rencontres" in capsys.readouterr().out.replace("\u00a0", " ")
    assert (tmp_path / "planning.ics").is_file()


def test_a_follow_up_with_only_yes_written_proves_no_rate(tmp_path):
    head = ["Besoin n°", "Fournisseur", "Rencontré le", "A répondu à la consultation", "A gagné"]
    half = [[1, "A", "oui", "oui", "oui"], [1, "B", "oui", "oui", None]]
    for rows, told in ((half, "1 non renseignée"), ([half[0], [1, "B", "oui", "oui", "non"]], "50,0 %")):
        found = day.follow_up(book(tmp_path, rows, sheet="suivi", head=head))
        won = day.rates(found)[2].replace("\u00a0", " ").replace("\u202f", " ")
        assert told in won
        assert "100" not in won


def test_badges_are_printed_with_name_service_role_and_first_table(tmp_path):
    *_, path = day.write(day.plan(book(tmp_path, WISHES), FRAME), tmp_path / "un")
    assert path.name == "badges.pdf"
    said = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(path).pages).split())
    for part in ("Claire", "voirie", "Acheteur", "Atelier Rive", "Fournisseur", "table 1", "3 décembre 2026"):
        assert part in said, part
    assert "(voirie)" not in said and "Menuiserie" not in said  # it said it does not come


def test_the_sheet_of_a_person_says_its_role_the_day_and_from_when_to_when(tmp_path):
    made = day.plan(book(tmp_path, WISHES), FRAME)
    section = next(one for one in day.report(made).sections if one.title == "Atelier Rive")
    told = section.blocks[0].text.replace("\u00a0", " ")
    assert told.startswith("Fournisseur. 3 décembre 2026 : 2 rencontres, de ")
    slots = made.found.plan.filter(fournisseur="Atelier Rive")["creneau"]
    assert FRAME.told(slots.min()).replace("\u00a0", " ") in told
    assert "12 minutes chacune, 3 pour changer de table" in told


def test_a_calendar_is_stamped_in_universal_time_and_says_the_need(tmp_path):
    wished = book(tmp_path, WISHES)
    held = openpyxl.load_workbook(wished)
    about = held.create_sheet("besoins à venir")
    about.append(["N°", "Besoin"])
    about.append([1, "Taille, tonte"])
    held.save(wished)
    said = day.calendar(day.plan(wished, FRAME)).decode("utf-8")
    assert "DTSTAMP:20261203T000000Z" in said and "DTSTART:20261203T09" in said
    assert said.count("DESCRIPTION:Taille\\, tonte") == 2


def test_three_counts_are_told_and_one_rate_whose_base_is_the_known_answers(tmp_path):
    head = ["Besoin n°", "Fournisseur", "Rencontré le", "A répondu à la consultation", "A gagné"]
    rows = [[1, f"F{i}", "oui", answer, None] for i, answer in enumerate(["oui"] * 2 + ["non"] * 3 + [None] * 4)]
    told = "\n".join(day.rates(day.follow_up(book(tmp_path, rows, sheet="suivi", head=head)))).replace("\u00a0", " ")
    assert (
        "Réponse à la consultation : 2 oui, 3 non, 4 non renseignées, soit 40,0 % des 5 suites connues"
        in told.replace("\u202f", " ")
    )
    assert told.count("%") == 2, "one rate for each question"
    assert "Marché gagné : 0 oui, 3 non, 6 non renseignées" in told
    with pytest.raises(Problem, match="sans avoir répondu"):
        day.follow_up(book(tmp_path, [[1, "A", "oui", "non", "oui"]], "faux.xlsx", sheet="suivi", head=head))


def test_one_person_typed_in_two_ways_is_never_at_two_tables_at_a_time(tmp_path):
    rows = [
        [1, "Atelier Rive", "00000000100011", "Claire (voirie)", 3, 3, None],
        [2, "ATELIER  RIVÉ", None, "Paul (bâtiments)", 3, 3, None],
        [3, "Atelier de la Rive", "000 000 001 00011", "claire  (Voirie)", 2, 3, None],
    ]
    found = day.plan(book(tmp_path, rows), FRAME).found
    assert set(found.plan["fournisseur"]) == {"Atelier Rive"}
    assert sorted(found.plan["acheteur"]) == ["Claire (voirie)", "Paul (bâtiments)"]
    assert found.plan["creneau"].n_unique() == 2
    other = day.plan(book(tmp_path, [*rows, [4, "Atelier Rivage", None, "Zoé", 3, 3]], "autre.xlsx"), FRAME).found
    assert other.plan["fournisseur"].n_unique() == 2


def test_a_supplier_absent_on_one_line_is_absent_everywhere_unless_another_says_it_comes(tmp_path):
    rows = [
        [1, "Atelier Rive", None, "Claire", 3, 3, "non"],
        [2, "Atelier Rive", None, "Paul", 3, 3, None],
        [3, "Jardins", None, "Paul", 3, 3, None],
    ]
    assert day.plan(book(tmp_path, rows), FRAME).found.plan["fournisseur"].to_list() == ["Jardins"]
    told = [*rows, [4, "Atelier Rive", None, "Zoé", 3, 3, "oui"]]  # that meeting only is not held
    plan = day.plan(book(tmp_path, told), FRAME).found.plan
    assert set(plan.filter(fournisseur="Atelier Rive")["acheteur"]) == {"Paul", "Zoé"}
    with pytest.raises(Problem, match="souhaits") as found:
        day.plan(book(tmp_path, [[1, "Jardins", None, "Paul", 3, 3, None, "11h", "10h"]]), FRAME)
    assert "le départ n'est pas après l'arrivée" in str(found.value)


def test_headings_shortened_or_moved_are_read_and_blank_lines_are_no_wishes(tmp_path):
    head = ["Remarques", "Besoin", "FOURNISSEUR ", "Acheteur", "Souhait de l'acheteur", "Souhait du fournisseur", "Présence", "Arrivée acheteur"]  # fmt: skip
    rows = [
        [],
        [None, 1.0, "Rive", "Claire", 3.0, 2.0, "Oui", "9:15"],
        [None] * 8,
        [None, 2, "Bois", "Paul", 1, 3, "NON"],
    ]
    found = day.plan(book(tmp_path, rows, sheet="Souhaits", head=head), FRAME)
    assert found.pairs.rows() == [("Claire", "Rive", 1, 6)]
    assert found.found.plan["creneau"].item() >= 1
