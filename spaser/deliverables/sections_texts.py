"""« Déclaré et écrit »: where the texts and the declarations disagree, with the words quoted and how sure the gap is."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.charts.marks import name_of
from spaser.deliverables.findings import Findings
from spaser.deliverables.report import Callout, Column, Paragraph, Section, Sentence, TableBlock, table
from spaser.vocabulary import CONSIDERATIONS

LISTS = {"sous_declaration": "sous-déclaration probable", "sans_trace": "déclaration sans trace"}
_MOST = 12
#: A silence less telling than this is counted, never listed on the page: the workbook has every line.
_TELLING = 0.3
_LONG = 170
_NAMES = {word.name: name_of(word.name) for word in CONSIDERATIONS} | {"social": "Social", "environnement": "Environnement"}
_ANSWERS = {"accepte": "accepté", "refuse": "refusé"}


def section_texts(findings: Findings) -> Section | None:
    """The two lists an officer reads before publishing; None when no text was searched."""
    gaps = findings.extras.get("ecarts")
    if gaps is None or "uid" not in gaps.columns:
        return None
    open_ = _kept(findings, gaps).filter(pl.col("decision").fill_null("") != "refuse")
    under, silent = (open_.filter(pl.col("liste") == name) for name in LISTS)
    refused = gaps.filter(pl.col("decision") == "refuse").height
    blocks: list = [Paragraph(_told(findings, under, silent, refused)), _scope(findings)]
    if under.height:
        blocks.append(_list("tab-sous-declaration", "Sous-déclaration probable : trouvé, non déclaré", under))
    telling = silent.filter(pl.col("certitude") >= _TELLING)
    if telling.height:
        blocks.append(_list("tab-sans-trace", "Déclaration sans trace : déclaré, démenti ou absent des textes", telling))
    return Section("ecrit", "Déclaré et écrit", "Les textes disent-ils ce que les contrats déclarent ?", tuple(blocks))


def annex(findings: Findings) -> TableBlock | None:
    """Every gap, both lists, for the workbook."""
    gaps = findings.extras.get("ecarts")
    if gaps is None or "uid" not in gaps.columns:
        return None
    order = ["liste", "certitude", "uid", "consideration"]
    rows = _shown(gaps.sort(order, descending=[True, True, False, False]), whole=True)
    columns = (
        Column("liste", "Liste"), "uid", "objet", "dateNotification", Column("consideration", "Considération"), Column("declare", "Déclaré", "oui_non"),
        Column("certitude", "Certitude", "part"), Column("citation", "Mots cités"), Column("motif", "Pourquoi"), Column("champ", "Lu dans"),
        Column("decision", "Décision"), Column("auteur", "Par"), Column("date", "Le", "date"), Column("motif_decision", "Motif de la décision"),
    )  # fmt: skip
    return table("déclaré et écrit", "Écarts entre ce qui est déclaré et ce qui est écrit", rows, columns)


def _kept(findings: Findings, gaps: pl.DataFrame) -> pl.DataFrame:
    """The gaps of the contracts of the population in use."""
    return gaps.join(findings.counted.select("uid"), on="uid", how="semi", maintain_order="left")


def _told(findings: Findings, under: pl.DataFrame, silent: pl.DataFrame, refused: int) -> tuple[Sentence, ...]:
    n = under["uid"].n_unique()
    read = findings.counted["objet"].drop_nulls().len()
    said = [f"{french.count(read, 'objet')} de contrat {'a été lu' if read < 2 else 'ont été lus'} mot à mot"]
    verb = "porte ou laisse supposer" if n < 2 else "portent ou laissent supposer"
    said.append(f"{french.count(n, 'contrat')} {verb} une considération qui n'est pas déclarée")
    if silent.height:
        said.append(f"{french.count(silent.height, 'déclaration', feminine=True)} n'{'a' if silent.height < 2 else 'ont'} pas de trace dans l'objet, "
                    "ce qui ne prouve presque rien tant que les pièces ne sont pas lues")  # fmt: skip
    if refused:
        said.append(f"{french.count(refused, 'constat')} {'a été écarté' if refused < 2 else 'ont été écartés'} par décision")
    return tuple(Sentence(french.sentence(text)) for text in said)


def _scope(findings: Findings) -> Callout:
    """What was read: subjects, and notices where contracts have one."""
    joined = findings.extras.get("lancements")
    if joined is None or not joined.height:
        return Callout("Ce qui a été lu", _READ)
    n = joined.height
    text = f"{french.count(n, 'contrat')} {'a été rapproché de son avis, lu aussi' if n < 2 else 'ont été rapprochés de leur avis, lu aussi'} (ressemblance jugée, feuille « avis »). "
    return Callout("Ce qui a été lu", french.typeset(text) + _READ.replace("Seuls les objets des contrats ont été lus : ils disent", "Pour les autres, seul l'objet a été lu : il dit"))


def notices(findings: Findings) -> TableBlock | None:
    """The notice joined to each contract, with its score and why, for the workbook."""
    joined = findings.extras.get("lancements")
    if joined is None or not joined.height:
        return None
    rows = joined.join(findings.contracts.select("uid", "objet", "dateNotification"), on="uid").sort("score", "uid", descending=[True, False])
    columns = ("uid", "objet", "dateNotification", Column("avis", "Avis"), Column("date_lancement", "Lancé le", "date"),
               Column("score", "Ressemblance", "part"), Column("motif", "Pourquoi"))  # fmt: skip
    return table("avis", "Contrats rapprochés de leur avis", rows, columns)


def _list(id: str, caption: str, rows: pl.DataFrame) -> TableBlock:
    columns = ("uid", Column("objet", "Objet"), Column("consideration", "Considération"), Column("citation", "Mots cités"),
               Column("motif", "Pourquoi"), Column("certitude", "Certitude", "part"), Column("decision", "Décision"))  # fmt: skip
    shown = _shown(rows.head(_MOST))
    if not rows["decision"].drop_nulls().len():
        columns = columns[:-1]
    more = f"Les {_MOST} plus sûrs sur {french.number(rows.height)} ; la liste entière est dans le classeur, feuille « déclaré et écrit »."
    return table(id, french.typeset(caption), shown, columns, french.typeset(more) if rows.height > _MOST else "")


def _shown(rows: pl.DataFrame, whole: bool = False) -> pl.DataFrame:
    """The rows in words: quotes between guillemets, considerations named, long subjects cut for the page."""
    quote = pl.format("« {} »".replace(" ", french.NBSP), pl.col("citation").str.replace_all(r"\s+", " "))
    subject = pl.col("objet")
    cut = pl.concat_str(subject.str.slice(0, _LONG).str.strip_chars_end(), pl.lit("…"))
    return rows.with_columns(
        citation=pl.when(pl.col("citation").is_not_null()).then(quote),
        consideration=pl.col("consideration").replace(_NAMES),
        liste=pl.col("liste").replace(LISTS),
        decision=pl.col("decision").replace(_ANSWERS),
        objet=subject if whole else pl.when(subject.str.len_chars() > _LONG).then(cut).otherwise(subject),
    )


_READ = french.typeset(
    "Seuls les objets des contrats ont été lus : ils disent rarement les clauses. La commande « spaser clauses DOSSIER » lit "
    "les pièces de la consultation (RC, CCAP, CCTP, AE) et cite la page. Un écart est une question à poser, pas une faute."
)
