"""« Déclaré et écrit »: where the texts and the declarations disagree, with the words quoted and how sure the gap is."""

from __future__ import annotations

import polars as pl

from spaser import french
from spaser.charts.marks import name_of
from spaser.deliverables.report import Block, Callout, Column, Paragraph, Sentence, TableBlock, table
from spaser.sections.findings import Findings
from spaser.sections.registry import Told, written
from spaser.sections.shown import brief
from spaser.vocabulary import CONSIDERATIONS, GAP_LISTS, NOTIONS

_MOST = 12
#: A silence less telling than this is counted, never listed on the page: the workbook has every line.
_TELLING = 0.3
_LONG = 170
NAMES = {word.name: name_of(word.name) for word in CONSIDERATIONS} | {
    "social": "Social",
    "environnement": "Environnement",
}
ANSWERS = {"accepte": "accepté", "refuse": "refusé"}


@written("ecrit-detail", "ecrit")
def section_texts(findings: Findings) -> Told:
    """The two lists an officer reads before publishing; None when no text was searched."""
    gaps = findings.extras.get("ecarts")
    if gaps is None or "uid" not in gaps.columns:
        return None
    open_ = _kept(findings, gaps).filter(pl.col("decision").fill_null("") != "refuse")
    under, silent = (open_.filter(pl.col("liste") == name) for name in GAP_LISTS)
    refused = gaps.filter(pl.col("decision") == "refuse").height
    blocks: list = [Paragraph(_told(findings, under, silent, refused)), _scope(findings)]
    if under.height:
        blocks.append(_list("tab-sous-declaration", "À vérifier : trouvé dans les textes, non déclaré", under))
    telling = silent.filter(pl.col("certitude") >= _TELLING)
    if telling.height:
        blocks.append(
            _list("tab-sans-trace", "Déclaration sans trace : déclaré, démenti ou absent des textes", telling)
        )
    blocks += _agreement(findings)
    return tuple(blocks)


def annex(findings: Findings) -> TableBlock | None:
    """Every gap, both lists, for the workbook."""
    gaps = findings.extras.get("ecarts")
    if gaps is None or "uid" not in gaps.columns:
        return None
    order = ["liste", "certitude", "uid", "consideration"]
    rows = _shown(gaps.sort(order, descending=[True, True, False, False]), whole=True)
    columns = (
        Column("liste", "Liste"),
        "uid",
        "objet",
        "dateNotification",
        Column("consideration", "Considération"),
        Column("declare", "Déclaré", "oui_non"),
        Column("certitude", "Probabilité que l'écart soit réel", "part"),
        Column("citation", "Mots cités"),
        Column("motif", "Pourquoi"),
        Column("champ", "Lu dans"),
        Column("decision", "Décision"),
        Column("auteur", "Par"),
        Column("date", "Le", "date"),
        Column("motif_decision", "Motif de la décision"),
    )
    return table("déclaré et écrit", "Écarts entre ce qui est déclaré et ce qui est écrit", rows, columns)


def _kept(findings: Findings, gaps: pl.DataFrame) -> pl.DataFrame:
    """The gaps of the contracts of the population in use."""
    return gaps.join(findings.counted.select("uid"), on="uid", how="semi", maintain_order="left")


def _told(findings: Findings, under: pl.DataFrame, silent: pl.DataFrame, refused: int) -> tuple[Sentence, ...]:
    n = under["uid"].n_unique()
    read = findings.counted["objet"].drop_nulls().len()
    said = [f"{french.count(read, 'objet')} de contrat {'a été lu' if read < 2 else 'ont été lus'} mot à mot"]
    if findings.counted.height < (every := findings.contracts.height):
        said[0] += f" : ceux des contrats retenus pour les parts, sur {french.count(every, 'contrat')} lus"
    if n:
        verb = "porte ou laisse supposer" if n < 2 else "portent ou laissent supposer"
        said.append(f"{french.count(n, 'contrat')} {verb} une considération qui n'est pas déclarée")
    else:
        said.append("aucun contrat ne porte de considération écrite que sa déclaration nie")
    if found := _undeclared(findings):
        said.append(
            f"{french.count(found, 'contrat')} sans déclaration lisible {'porte' if found < 2 else 'portent'} une considération écrite : "
            "la réponse reste inconnue, le texte invite à la donner"
        )
    if silent.height:
        none = f"{french.count(silent.height, 'déclaration', feminine=True)} n'{'a' if silent.height < 2 else 'ont'} pas de trace dans"
        said.append(
            f"{none} ce qui a été lu : où seul l'objet l'a été, cela ne prouve presque rien"
            if read_beyond(findings)
            else f"{none} l'objet, ce qui ne prouve presque rien tant que les pièces ne sont pas lues"
        )
    if refused:
        said.append(
            f"{french.count(refused, 'constat')} {'a été écarté' if refused < 2 else 'ont été écartés'} par décision"
        )
    return tuple(Sentence(french.sentence(text)) for text in said)


def _undeclared(findings: Findings) -> int:
    """Contracts whose declaration is unknown and whose texts state the very thing it should answer."""
    known = findings.counted.columns
    pairs = [(word.name, f"{word.name}_texte") for word in CONSIDERATIONS if f"{word.name}_texte" in known]
    found = pl.any_horizontal(pl.col(name).is_null() & pl.col(text).fill_null(False) for name, text in pairs)
    return findings.counted.filter(found).height if pairs else 0


def _scope(findings: Findings) -> Callout:
    """What was read: subjects, and notices and documents where contracts have some."""
    told = read_beyond(findings)
    if not told:
        return Callout("Ce qui a été lu", _READ)
    rest = "Pour les autres contrats, seul l'objet a été lu : il dit rarement les clauses."
    return Callout("Ce qui a été lu", french.typeset(" ".join([*told, rest, _QUESTION])))


def read_beyond(findings: Findings) -> list[str]:
    """What was read of notices and documents, and how much of it was joined to contracts: a sentence for each, none without."""
    return [french.typeset(said) for said in (_notices_read(findings), _pieces_read(findings)) if said]


def _notices_read(findings: Findings) -> str:
    joined = findings.extras.get("lancements")
    files = findings.extras.get("avis_fichiers")
    if joined is None or files is None:
        return ""
    n, read = joined["uid"].n_unique(), int(files["avis"].sum())
    sure = joined.filter("texte_lu")["uid"].n_unique()
    verb = (
        "ont été rapprochés de leur avis"
        if n > 1
        else "a été rapproché de son avis"
        if n
        else "n'a été rapproché de son avis"
    )
    found = f"{french.count(n, 'contrat')} {verb}"
    if n:
        found += f" (feuille « avis »), dont {french.number(sure)} assez sûrement pour que le texte de l'avis soit lu comme le leur"
    text = f"{french.capital(french.count(read, 'avis'))} {'lu' if read < 2 else 'lus'} : {found}."
    unsure = files.filter(~pl.col("verifie"))["source"].to_list()
    if unsure:
        text += f" Format non vérifié sur de vrais avis, à relire : {', '.join(unsure)}."
    if "seuls" in files.columns and (alone := int(files["seuls"].sum())):
        text += f" {french.capital(french.number(alone))} sans le champ « donnees » (acheteur, CPV, lots, critères, texte) : à exporter de nouveau avec lui."
    return text + _filled_told(findings.extras.get("avis_remplis"))


def _filled_told(rows: pl.DataFrame | None) -> str:
    """How many notices say what matters, and what none of a file says: read is not filled."""
    if rows is None or not rows.height:
        return ""
    total = int(rows["enregistrements"].sum())
    parts = [f"{label} {french.number(int(rows[name].sum()))}" for name, label in NOTIONS.items() if rows[name].count()]
    said = f" Sur {french.number(total)} : {', '.join(parts)}."
    lacking = [
        f"{source} ({missing})"
        for source, missing in rows.filter(pl.col("manque").is_not_null()).select("source", "manque").rows()
    ]
    return said + (f" Rien n'a été trouvé de l'essentiel dans : {', '.join(lacking)}." if lacking else "")


def _pieces_read(findings: Findings) -> str:
    rows = findings.extras.get("pieces")
    if rows is None:
        return ""
    read = rows.filter(pl.col("statut") != "refuse")
    linked = read.drop_nulls("uid")
    n = linked["uid"].n_unique()
    text = f"{french.capital(french.count(read.height, 'pièce', feminine=True))} {'lue' if read.height < 2 else 'lues'}, de {french.count(n, 'contrat')} (feuille « pièces »)"
    left = read.height - linked.height
    return text + (f" ; {left} sans contrat : leur dossier n'en porte pas le numéro." if left else ".")


def pieces(findings: Findings) -> TableBlock | None:
    """Each document given, its contract and why, for the workbook."""
    rows = findings.extras.get("pieces")
    if rows is None:
        return None
    named = rows.join(findings.contracts.select("uid", "objet"), on="uid", how="left", maintain_order="left")
    shown = named.with_columns(statut=pl.col("statut").replace({"refuse": "non lu", "partiel": "en partie"}))
    columns = (
        Column("document", "Pièce"),
        Column("genre", "Type"),
        Column("format", "Format"),
        Column("statut", "Lecture"),
        Column("pages", "Pages", "entier"),
        "uid",
        "objet",
        Column("score", "Ressemblance", "part"),
        Column("motif", "Pourquoi"),
        Column("message", "Remarque"),
    )
    return table("pièces", "Pièces lues et leur contrat", shown, columns)


def announced(findings: Findings) -> TableBlock | None:
    """Each notice whose boxes and text disagree, for the workbook."""
    rows = findings.extras.get("avis_annonces")
    if rows is None or not rows.height:
        return None
    apart = rows.filter(pl.col("annonce") != pl.col("texte")).sort(
        "annonce", "confiance", "avis", "dimension", descending=[False, True, False, False], nulls_last=True
    )
    quote = pl.format("« {} »".replace(" ", french.NBSP), pl.col("citation").str.replace_all(r"\s+", " "))
    what = (
        pl.when("annonce")
        .then(pl.lit("annoncé, rien d'explicite dans ce qui est publié"))
        .otherwise(pl.lit("écrit, annoncé non"))
    )
    shown = apart.with_columns(
        citation=pl.when(pl.col("citation").is_not_null()).then(quote),
        ecart=what,
        dimension=pl.col("dimension").replace(_DIMENSIONS),
    )
    columns = (
        Column("avis", "Avis"),
        Column("origine", "Journal"),
        Column("acheteur_nom", "Acheteur"),
        Column("objet", "Objet"),
        Column("dimension", "Dimension"),
        Column("ecart", "Écart"),
        Column("citation", "Mots cités"),
        Column("champ", "Lu dans"),
        Column("confiance", "Confiance", "part"),
        Column("conditions_lues", "Conditions publiées", "oui_non"),
    )
    return table("avis, annoncé et écrit", "Avis dont les indicateurs et le texte ne s'accordent pas", shown, columns)


def _agreement(findings: Findings) -> list[Block]:
    """How far what notices announce agrees with what they say; nothing without notices."""
    rows = findings.extras.get("avis_annonces")
    if rows is None or not rows.height:
        return []
    yes, said = pl.col("annonce"), pl.col("texte")
    full = pl.col("conditions_lues")
    counts = (
        rows.group_by("origine", "dimension")
        .agg(
            avis=pl.len(),
            oui=yes.sum(),
            ecrit=said.sum(),
            deux=(yes & said).sum(),
            muet=(yes & ~said).sum(),
            tu=(~yes & said).sum(),
            complets=full.sum(),
            accord=((yes == said) & full).sum() / full.sum(),
        )
        .sort("origine", "dimension", descending=[False, True])
    )
    shown = counts.with_columns(
        dimension=pl.col("dimension").replace(_DIMENSIONS), accord=pl.when(pl.col("complets") > 0).then("accord")
    )
    columns = (
        Column("origine", "Journal"),
        Column("dimension", "Dimension"),
        Column("avis", "Avis", "entier"),
        Column("oui", "Annoncé", "entier"),
        Column("ecrit", "Écrit", "entier"),
        Column("deux", "Les deux", "entier"),
        Column("muet", "Annoncé, rien d'écrit", "entier"),
        Column("tu", "Écrit, non annoncé", "entier"),
        Column("accord", "Accord, conditions publiées", "part"),
    )
    note = "L'accord est celui des seuls avis dont les conditions sont publiées ; chaque désaccord est dans le classeur, feuille « avis, annoncé et écrit »."
    return [
        Paragraph((Sentence(french.typeset(_apart(rows))),)),
        table("tab-annonces", "Ce que les avis annoncent et ce qu'ils disent", shown, columns, french.typeset(note)),
    ]


def _apart(rows: pl.DataFrame) -> str:
    silent, untold = (
        rows.filter(condition)["avis"].n_unique()
        for condition in (pl.col("annonce") & ~pl.col("texte"), ~pl.col("annonce") & pl.col("texte"))
    )
    return (
        f"Les indicateurs d'un avis et son texte ne disent pas toujours la même chose : {french.count(silent, 'avis')} "
        f"{'annonce' if silent < 2 else 'annoncent'} une considération que le texte publié ne dit pas, "
        f"{french.count(untold, 'avis')} en {'écrit' if untold < 2 else 'écrivent'} une sans l'annoncer."
    )


def notices(findings: Findings) -> TableBlock | None:
    """The notice joined to each contract, with its score and why, for the workbook."""
    joined = findings.extras.get("lancements")
    if joined is None or not joined.height:
        return None
    rows = joined.join(
        findings.contracts.select("uid", "objet", "dateNotification"), on="uid", maintain_order="left_right"
    ).sort("score", "uid", descending=[True, False])
    columns = (
        "uid",
        "objet",
        "dateNotification",
        Column("avis", "Avis"),
        Column("date_lancement", "Lancé le", "date"),
        Column("score", "Ressemblance", "part"),
        Column("motif", "Pourquoi"),
        Column("texte_lu", "Texte lu", "oui_non"),
    )
    return table("avis", "Contrats rapprochés de leur avis", rows, columns)


def _list(id: str, caption: str, rows: pl.DataFrame) -> TableBlock:
    where = (Column("champ", "Lu dans"),) if rows.filter(pl.col("champ") != "objet").height else ()
    answered = (Column("decision", "Décision"),) if rows["decision"].drop_nulls().len() else ()
    columns = (
        "uid",
        Column("objet", "Objet"),
        Column("consideration", "Considération"),
        Column("preuve", "Mots cités, sinon la raison"),
        *where,
        Column("certitude", "Probabilité que l'écart soit réel", "part"),
        *answered,
    )
    shown = _shown(rows.head(_MOST))
    more = f"Les {_MOST} plus sûrs sur {french.number(rows.height)} ; la liste entière est dans le classeur, feuille « déclaré et écrit »."
    return table(id, french.typeset(caption), shown, columns, french.typeset(more) if rows.height > _MOST else "")


def _shown(rows: pl.DataFrame, whole: bool = False) -> pl.DataFrame:
    """The rows in words: quotes between guillemets, considerations named, long subjects cut for the page."""
    quote = pl.format("« {} »".replace(" ", french.NBSP), pl.col("citation").str.replace_all(r"\s+", " "))
    return (rows if whole else brief(rows, _LONG)).with_columns(
        champ=pl.col("champ").str.replace(r" \(.*\)$", "") if not whole else pl.col("champ"),
        citation=pl.when(pl.col("citation").is_not_null()).then(quote),
        preuve=pl.when(pl.col("citation").is_not_null()).then(quote).otherwise("motif"),
        consideration=pl.col("consideration").replace(NAMES),
        liste=pl.col("liste").replace(GAP_LISTS),
        decision=pl.col("decision").replace(ANSWERS),
    )


_QUESTION = "Un écart est une question à poser, pas une faute."
_DIMENSIONS = {"soc": "social", "env": "environnement"}
_READ = french.typeset(
    "Seuls les objets des contrats ont été lus : ils disent rarement les clauses. Les pièces de la consultation "
    "(RC, CCAP, CCTP, AE), une fois données, se lisent aussi, page citée. " + _QUESTION
)
