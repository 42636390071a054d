"""Makes the demo: every buyer and supplier is invented, and says so; places are real so that distances mean something.

    python data/make_demo.py

Seeded: the same bytes every time. Identifiers start with 0000, below the first SIREN ever given, so that none can be real.
The defects are those of real files: placeholder amounts, frameworks published once per holder, contracts republished the
next day, amendments, mojibake, missing considerations, SIRET without their leading zeros, a platform's test contract.
"""

from __future__ import annotations

import csv
import json
import random
from datetime import date, timedelta
from pathlib import Path

from demo_ledger import write_ledger

HERE = Path(__file__).parent
SEED = 20261031
FIRST, LAST, EDITION = date(2023, 3, 1), date(2026, 10, 20), date(2026, 10, 31)

BUYERS = [
    ("Ville d'Aubrelle (fictive)", "94022", 0.45, 1.00),
    ("Communauté d'agglomération du Val d'Erbe (fictive)", "94017", 0.25, 1.25),
    ("Département de la Haute-Sorgue (fictif)", "94028", 0.16, 0.80),
    ("Centre hospitalier des Trois-Ormes (fictif)", "94080", 0.14, 0.55),
]

# family of the kit, CPV, type, objet, lots, months, low and high k€, propensity to consider (social, environment), text hints
NEEDS = [
    (
        "77310000",
        "Entretien des espaces verts",
        ["secteur nord", "secteur sud", "cimetières"],
        48,
        60,
        420,
        0.55,
        0.75,
        [
            "",
            " avec clause d'insertion",
            " en gestion différenciée, zéro phyto",
            " - lot réservé aux ESAT et entreprises adaptées",
        ],
    ),
    (
        "90911200",
        "Nettoyage des locaux",
        ["bâtiments administratifs", "groupes scolaires", "vitrerie"],
        48,
        80,
        900,
        0.50,
        0.45,
        ["", " avec produits écolabellisés", " comprenant 8 % d'heures d'insertion", ""],
    ),
    (
        "55520000",
        "Prestations de traiteur",
        ["réceptions", "petits-déjeuners"],
        24,
        20,
        160,
        0.35,
        0.35,
        ["", " - produits issus de l'agriculture biologique", " - marché réservé aux structures d'insertion", ""],
    ),
    (
        "15800000",
        "Fourniture de denrées alimentaires",
        ["produits secs", "fruits et légumes", "surgelés"],
        36,
        60,
        700,
        0.08,
        0.65,
        ["", " issues de l'agriculture biologique", "", " en circuit court"],
    ),
    (
        "45453100",
        "Rénovation de groupes scolaires",
        ["gros œuvre", "menuiseries", "peinture", "électricité"],
        18,
        90,
        1800,
        0.45,
        0.55,
        ["", " avec clause sociale d'insertion", "", " et amélioration de la performance énergétique"],
    ),
    (
        "45233140",
        "Travaux de voirie",
        ["enrobés", "marquage", "mobilier urbain"],
        36,
        120,
        2400,
        0.35,
        0.40,
        ["", "", " avec réemploi des matériaux", ""],
    ),
    (
        "30192000",
        "Fournitures de bureau",
        ["papier", "petites fournitures"],
        36,
        25,
        220,
        0.12,
        0.60,
        ["", " et papier recyclé", "", " - lot réservé aux entreprises adaptées"],
    ),
    (
        "39130000",
        "Mobilier administratif",
        ["bureaux", "sièges"],
        36,
        40,
        320,
        0.10,
        0.50,
        ["", " reconditionné", "", " issu du réemploi"],
    ),
    (
        "90511000",
        "Collecte des déchets",
        ["ordures ménagères", "encombrants", "biodéchets"],
        60,
        300,
        4200,
        0.30,
        0.70,
        ["", "", " et valorisation des biodéchets", ""],
    ),
    (
        "98310000",
        "Blanchisserie et location de linge",
        ["linge plat", "vêtements de travail"],
        36,
        60,
        380,
        0.45,
        0.35,
        ["", " - marché réservé (article L2113-12)", "", ""],
    ),
    (
        "79800000",
        "Impression de supports de communication",
        ["affiches", "magazine"],
        24,
        25,
        180,
        0.12,
        0.65,
        ["", " sur papier certifié FSC", "", ""],
    ),
    (
        "72250000",
        "Maintenance applicative",
        ["finances", "ressources humaines"],
        48,
        60,
        520,
        0.04,
        0.12,
        ["", "", "", " avec accessibilité RGAA"],
    ),
    (
        "71200000",
        "Maîtrise d'œuvre",
        ["réhabilitation du gymnase", "construction d'une crèche"],
        30,
        60,
        640,
        0.10,
        0.45,
        ["", "", " - démarche HQE", ""],
    ),
    (
        "34100000",
        "Acquisition de véhicules",
        ["véhicules légers", "utilitaires"],
        24,
        60,
        600,
        0.02,
        0.70,
        ["", " électriques", "", ""],
    ),
    (
        "79710000",
        "Gardiennage et sécurité des sites",
        ["rondes", "événements"],
        36,
        60,
        420,
        0.25,
        0.10,
        ["", "", " - moyens humains renforcés", ""],
    ),
    (
        "80500000",
        "Formation et accompagnement vers l'emploi",
        ["savoirs de base", "numérique"],
        24,
        30,
        240,
        0.55,
        0.05,
        ["", " des demandeurs d'emploi", "", ""],
    ),
    (
        "85312000",
        "Accompagnement social des familles",
        ["médiation", "aide à domicile"],
        36,
        40,
        300,
        0.50,
        0.05,
        ["", "", " - réservé aux entreprises de l'économie sociale et solidaire", ""],
    ),
    (
        "66510000",
        "Services d'assurance",
        ["dommages aux biens", "responsabilité"],
        48,
        60,
        500,
        0.0,
        0.02,
        ["", "", "", ""],
    ),
    (
        "39162200",
        "Location et maintenance de vélos",
        ["flotte d'agents", "prêt aux habitants"],
        36,
        30,
        200,
        0.25,
        0.80,
        ["", " à assistance électrique", "", ""],
    ),
    (
        "90721800",
        "Étude et restauration de milieux naturels",
        ["berges", "mares"],
        24,
        30,
        260,
        0.35,
        0.80,
        ["", " en faveur de la biodiversité", "", ""],
    ),
]
FAMILY_KINDS = {
    "77310000": ["ESAT", "ACI", "EI", "EA", None, None],
    "90911200": ["EI", "EA", "ESAT", None, None, None],
    "55520000": ["EI", "ACI", "ESAT", None],
    "45453100": ["EI", "SCOP", None, None, None],
    "30192000": ["EA", None, None],
    "39130000": ["ACI", None, None],
    "90511000": ["EI", None, None],
    "98310000": ["ESAT", "EA", None],
    "79800000": ["ESAT", None, None],
    "72250000": ["SCOP", "EA", None, None],
    "71200000": ["SCOP", None, None, None],
    "80500000": ["ASSO", "ASSO", None],
    "85312000": ["ASSO", "ASSO", "ASSO"],
    "66510000": ["MUT", None, None],
    "39162200": ["ACI", "SCOP", None],
    "90721800": ["ACI", "ASSO", None],
}
WORDS = [
    "Brindille",
    "Clairval",
    "Mirandole",
    "Tournesol",
    "Amarante",
    "Courlis",
    "Escale",
    "Fougère",
    "Garrigue",
    "Hirondelle",
    "Jonquille",
    "Lavandine",
    "Mésange",
    "Noisetier",
    "Ormeau",
    "Passerelle",
    "Quenouille",
    "Ricochet",
    "Sarment",
    "Trémière",
    "Vannerie",
    "Zéphyr",
    "Alezan",
    "Bosquet",
    "Cormier",
    "Dentelle",
    "Églantine",
    "Faubourg",
    "Galet",
    "Houblon",
]
FORMS = {
    None: ("SAS", "5710"),
    "EI": ("SARL", "5499"),
    "ACI": ("Association", "9220"),
    "ESAT": ("Association", "9220"),
    "EA": ("SAS", "5710"),
    "SCOP": ("SCOP", "5458"),
    "ASSO": ("Association", "9220"),
    "MUT": ("Mutuelle", "8210"),
}
PLACES = [
    ("94022", "Choisy-le-Roi", "94600"),
    ("94017", "Champigny-sur-Marne", "94500"),
    ("94028", "Créteil", "94000"),
    ("94080", "Vincennes", "94300"),
    ("93048", "Montreuil", "93100"),
    ("91228", "Évry-Courcouronnes", "91000"),
    ("77288", "Melun", "77000"),
    ("92050", "Nanterre", "92000"),
]
STAFF = {"ESAT": "21", "EA": "21", "EI": "12", "ACI": "12", "SCOP": "11", "ASSO": "11", "MUT": "22", None: "21"}


def luhn(digits: str) -> str:
    """The digit that makes ``digits`` pass the Luhn key."""
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def siren(rank: int) -> str:
    body = f"0000{rank:04d}"
    return body + luhn(body)


def siret(siren_: str, site: int = 1) -> str:
    body = siren_ + f"{site:04d}"
    return body + luhn(body)


def suppliers(dice: random.Random) -> list[dict[str, str | None]]:
    """One invented supplier a row, with its kind, legal form, NAF and place."""
    naf = {
        "77310000": "81.30Z",
        "90911200": "81.21Z",
        "55520000": "56.21Z",
        "15800000": "46.31Z",
        "45453100": "43.34Z",
        "45233140": "42.11Z",
        "30192000": "46.66Z",
        "39130000": "31.01Z",
        "90511000": "38.11Z",
        "98310000": "96.01A",
        "79800000": "18.12Z",
        "72250000": "62.02A",
        "71200000": "71.11Z",
        "34100000": "45.11Z",
        "79710000": "80.10Z",
        "80500000": "85.59A",
        "85312000": "88.99B",
        "66510000": "65.12Z",
        "39162200": "77.21Z",
        "90721800": "81.30Z",
    }
    rows: list[dict[str, str | None]] = []
    for cpv, *_ in NEEDS:
        for kind in FAMILY_KINDS.get(cpv, [None, None, None]):
            rank = 101 + len(rows)
            place = dice.choice(PLACES)
            form, legal = FORMS[kind]
            name = f"{form} {WORDS[len(rows) % len(WORDS)]} {['Services', 'et Compagnie', 'Solidaire', 'Île-de-France'][len(rows) // len(WORDS) % 4]} (fictif)"
            rows.append(
                {
                    "cpv": cpv,
                    "siren": siren(rank),
                    "siret": siret(siren(rank)),
                    "nom": name,
                    "type": kind,
                    "categorie_juridique": legal,
                    "naf": naf[cpv],
                    "code_commune": place[0],
                    "commune": place[1],
                    "code_postal": place[2],
                    "tranche_effectifs": STAFF[kind],
                }
            )
    return rows


def considerations(
    dice: random.Random, when: date, care: float, social: float, green: float
) -> tuple[list[str], list[str]]:
    trend = 0.7 + 0.25 * (when.year - 2023)
    soc = [
        name
        for name, share in (("Clause sociale", 0.8), ("Critère social", 0.25))
        if dice.random() < social * share * care * trend
    ]
    env = [
        name
        for name, share in (("Clause environnementale", 0.9), ("Critère environnemental", 0.6))
        if dice.random() < green * share * care * trend
    ]
    return soc or ["Pas de considération sociale"], env or ["Pas de considération environnementale"]


def contract(
    dice: random.Random, rank: int, buyer: tuple, need: tuple, lot: str | None, when: date, firms: list[dict]
) -> dict:
    cpv, subject, _, months, low, high, social, green, hints = need
    amount = round(1000 * low * (high / low) ** dice.random(), 2) * (1 if lot is None else 0.5)
    framework = dice.random() < 0.35
    soc, env = considerations(dice, when, buyer[3], social, green)
    firm = dice.choice(firms)
    hint = dice.choice(hints)
    if "réservé" in hint and firm["type"] and dice.random() < 0.8:
        soc = ["Marché réservé"]
    elif firm["type"] in ("ESAT", "ACI", "EA") and dice.random() < 0.15:
        soc = ["Clause sociale", "Marché réservé"]
    title = f"{subject}{hint}" + (f" - Lot : {lot}" if lot else "")
    return {
        "id": f"{when.year}{rank:05d}",
        "acheteur": {"id": siret(siren(11 + BUYERS.index(buyer))), "nom": buyer[0]},
        "nature": "Marché",
        "objet": title,
        "codeCPV": cpv,
        "techniques": {"technique": ["Accord-cadre" if framework else "Sans objet"]},
        "modalitesExecution": {"modaliteExecution": ["Bons de commande" if framework else "Sans objet"]},
        "marcheInnovant": False,
        "ccag": "Travaux" if cpv.startswith("45") else "Fournitures courantes et services",
        "offresRecues": dice.randint(1, 9),
        "attributionAvance": dice.random() < 0.3,
        "typeGroupementOperateurs": "Pas de groupement",
        "sousTraitanceDeclaree": False,
        "procedure": "Appel d'offres ouvert" if amount > 216_000 else "Procédure adaptée",
        "lieuExecution": {"code": buyer[1], "typeCode": "Code commune"},
        "dureeMois": min(months, 48),
        "dateNotification": when.isoformat(),
        "datePublicationDonnees": min(when + timedelta(days=dice.randint(3, 75)), EDITION).isoformat(),
        "montant": round(amount, 2),
        "typesPrix": {"typePrix": ["Définitif révisable"]},
        "formePrix": "Mixte" if framework else "Unitaire",
        "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": firm["siret"]}}],
        "considerationsSociales": {"considerationSociale": soc},
        "considerationsEnvironnementales": {"considerationEnvironnementale": env},
    }


def defects(dice: random.Random, rows: list[dict], firms: list[dict]) -> list[dict]:
    """The traps of real files, each on a few contracts."""
    for row in dice.sample(rows, 14):
        row["montant"] = dice.choice([1, 10, 999_999_999, 0.01])
    for row in dice.sample(rows, 18):
        row["considerationsSociales"] = None
        row["considerationsEnvironnementales"] = None
    for row in dice.sample(rows, 9):
        row["considerationsSociales"] = {"considerationSociale": ["MQ"]}
    for row in dice.sample(rows, 8):
        row["objet"] = row["objet"].encode("utf-8").decode("cp1252", "ignore")
    for row in dice.sample(rows, 6):
        row["titulaires"][0]["titulaire"]["id"] = row["titulaires"][0]["titulaire"]["id"][1:]
    for row in dice.sample(rows, 5):
        row["dureeMois"] = "NC"
    for row in dice.sample(rows, 4):
        row["titulaires"] = [{"titulaire": {"typeIdentifiant": "TVA", "id": "BE0000000097"}}]
    for row in dice.sample(rows, 3):
        row["dateNotification"] = "0202-03-11"
    for row in dice.sample(rows, 3):
        row["acheteur"] = {"id": ""}
    extra: list[dict] = []
    for row in dice.sample([r for r in rows if r["dateNotification"] < "2026"], 28):
        later = date.fromisoformat(row["dateNotification"].replace("0202", "2025")) + timedelta(days=200)
        row["modifications"] = [
            {
                "modification": {
                    "id": 1,
                    "dateNotificationModification": later.isoformat(),
                    "dureeMois": 54,
                    "datePublicationDonneesModification": (later + timedelta(days=20)).isoformat(),
                    "montant": round(row["montant"] * 1.12, 2),
                }
            }
        ]
    for row in dice.sample([r for r in rows if "Accord-cadre" in r["techniques"]["technique"]], 10):
        for turn, firm in enumerate(dice.sample(firms, 2)):
            extra.append(
                {
                    **row,
                    "id": row["id"] + "BC"[turn],
                    "titulaires": [{"titulaire": {"typeIdentifiant": "SIRET", "id": firm["siret"]}}],
                }
            )
    for row in dice.sample([r for r in rows if "Accord-cadre" in r["techniques"]["technique"]], 6):
        extra.append(
            {
                **row,
                "id": row["id"] + "S1",
                "idAccordCadre": row["id"],
                "techniques": {"technique": ["Sans objet"]},
                "modalitesExecution": {"modaliteExecution": ["Sans objet"]},
                "objet": "Marché subséquent : " + row["objet"],
                "montant": round(row["montant"] / 6, 2),
            }
        )
    for row in dice.sample(rows, 12):
        helped = next(f for f in firms if f["type"] == "EI")
        row["sousTraitanceDeclaree"] = True
        row["actesSousTraitance"] = [
            {
                "acteSousTraitance": {
                    "id": 1,
                    "sousTraitant": {"typeIdentifiant": "SIRET", "id": helped["siret"]},
                    "dureeMois": 6,
                    "dateNotification": row["dateNotification"],
                    "montant": 12_500.5,
                    "variationPrix": "Ferme",
                    "datePublicationDonnees": row["datePublicationDonnees"],
                }
            }
        ]
    for row in dice.sample(rows, 7):
        firm = dice.choice(firms)
        row["titulaires"].append({"titulaire": {"typeIdentifiant": "SIRET", "id": firm["siret"]}})
        row["typeGroupementOperateurs"] = "Conjoint"
    again = [json.loads(json.dumps(row)) for row in dice.sample(rows, 11)]
    test = {
        **rows[5],
        "id": "TEST0001",
        "objet": "TEST - ne pas prendre en compte - consultation de test de la plateforme",
        "montant": 1000.0,
    }
    return extra + again + [test]


def older(rows: list[dict], firms: list[dict]) -> list[dict]:
    """The contracts notified before 2024 in the 2019 format, which asks nothing about considerations."""
    names = {firm["siret"]: firm["nom"] for firm in firms}
    out = []
    for row in rows:
        holders = [h["titulaire"] for h in row["titulaires"]]
        out.append(
            {
                "id": row["id"],
                "uid": row["acheteur"]["id"] + row["id"],
                "_type": "Marché",
                "acheteur": row["acheteur"],
                "nature": "Accord-cadre" if "Accord-cadre" in row["techniques"]["technique"] else "Marché",
                "objet": row["objet"][:256],
                "codeCPV": row["codeCPV"],
                "procedure": row["procedure"],
                "lieuExecution": {**row["lieuExecution"], "nom": ""},
                "dureeMois": row["dureeMois"],
                "dateNotification": row["dateNotification"],
                "datePublicationDonnees": row["datePublicationDonnees"],
                "montant": row["montant"],
                "formePrix": "Ferme",
                "titulaires": [{**h, "denominationSociale": names.get(h["id"], "")} for h in holders],
                "modifications": [],
            }
        )
    return out


def concession(buyer: tuple, when: date, firm: dict) -> dict:
    return {
        "id": "DSP2025001",
        "autoriteConcedante": {"id": siret(siren(11 + BUYERS.index(buyer)))},
        "nature": "Délégation de service public",
        "objet": "Exploitation de la piscine (contrat inventé)",
        "procedure": "Procédure négociée ouverte",
        "dureeMois": 60,
        "dateSignature": when.isoformat(),
        "datePublicationDonnees": when.isoformat(),
        "dateDebutExecution": when.isoformat(),
        "valeurGlobale": 3_200_000,
        "montantSubventionPublique": 0,
        "concessionnaires": [{"concessionnaire": {"typeIdentifiant": "SIRET", "id": firm["siret"]}}],
        "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
        "considerationsEnvironnementales": {"considerationEnvironnementale": ["Pas de considération environnementale"]},
    }


def contracts(dice: random.Random, firms: list[dict]) -> tuple[list[dict], list[dict]]:
    rows, rank = [], 0
    while len(rows) < 620:
        buyer = dice.choices(BUYERS, [b[2] for b in BUYERS])[0]
        need = dice.choice(NEEDS)
        when = FIRST + timedelta(days=dice.randrange((LAST - FIRST).days))
        able = [f for f in firms if f["cpv"] == need[0]]
        lots = dice.choice([[None], [None], need[2]])
        for lot in lots:
            rank += 1
            rows.append(contract(dice, rank, buyer, need, lot, when, able))
    old = [row for row in rows if row["dateNotification"] < "2024"]
    new = [row for row in rows if row["dateNotification"] >= "2024"]
    return new + defects(dice, new, firms), older(old, firms)


def write_json(name: str, data: object) -> None:
    (HERE / name).write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def write_registers(firms: list[dict]) -> None:
    """The invented lists: inclusive suppliers, ESS suppliers with their dates, and the establishments of all suppliers."""
    lists = {
        "registre_demo_inclusion_2026-09.csv": (
            ["siret", "raison_sociale", "type", "code_postal", "commune"],
            [
                [f["siret"], f["nom"], f["type"], f["code_postal"], f["commune"]]
                for f in firms
                if f["type"] in ("EI", "ACI", "ESAT", "EA")
            ],
        ),
        "registre_demo_esus_2026-09.csv": (
            ["siren", "raison_sociale", "statut", "date_debut", "date_fin"],
            [
                [f["siren"], f["nom"], "ESUS", "2021-06-01", ["2024-05-31", "2027-05-31"][n % 2]]
                for n, f in enumerate(firms)
                if f["type"] in ("EI", "SCOP", "ACI")
            ],
        ),
        "registre_demo_etablissements_2026-09.csv": (
            [
                "siren",
                "siret",
                "denomination",
                "categorie_juridique",
                "naf",
                "tranche_effectifs",
                "code_commune",
                "code_postal",
                "commune",
                "etat",
                "ess",
            ],
            [
                [
                    f["siren"],
                    f["siret"],
                    f["nom"],
                    f["categorie_juridique"],
                    f["naf"],
                    f["tranche_effectifs"],
                    f["code_commune"],
                    f["code_postal"],
                    f["commune"],
                    "A",
                    "O" if f["type"] in ("SCOP", "ASSO", "MUT", "ACI", "ESAT") else "",
                ]
                for f in firms
            ],
        ),
    }
    for name, (head, lines) in lists.items():
        with (HERE / name).open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=";", lineterminator="\n").writerows([head, *lines])


def main() -> None:
    dice = random.Random(SEED)
    firms = suppliers(dice)
    new, old = contracts(dice, firms)
    write_json(
        "marches_demo.json",
        {"marches": {"marche": new, "contrat-concession": [concession(BUYERS[1], date(2025, 4, 2), firms[3])]}},
    )
    write_json("marches_demo_2023.json", {"marches": old})
    write_registers(firms)
    write_ledger(HERE / "depenses_demo.xlsx", firms, {need[0]: need[1] for need in NEEDS}, SEED)


if __name__ == "__main__":
    main()
