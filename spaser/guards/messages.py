"""The messages of libraries and of the system, said in French: an officer never reads « Expecting value »."""

from __future__ import annotations

import errno
import json
import re
import socket

#: What each error of the system means to who reads a message, by its name.
SYSTEM = {
    "ENOENT": "Il n'existe pas",
    "EACCES": "L'accès est refusé : il est ouvert ailleurs (dans Excel, par exemple), ou vos droits ne suffisent pas",
    "EPERM": "L'accès est refusé par le système",
    "ENOSPC": "Le disque est plein",
    "EDQUOT": "Votre espace de stockage est plein",
    "EISDIR": "C'est un dossier et non un fichier",
    "ENOTDIR": "Une partie du chemin est un fichier et non un dossier",
    "EEXIST": "Un fichier de ce nom existe déjà",
    "ENAMETOOLONG": "Le nom est trop long",
    "EROFS": "Le disque n'accepte pas l'écriture",
    "EMFILE": "Trop de fichiers sont ouverts à la fois",
    "ENFILE": "Trop de fichiers sont ouverts à la fois",
    "EIO": "Le disque ou le lecteur réseau ne répond pas comme il faut",
    "ENODEV": "Le disque ou le lecteur n'est plus là",
    "ENXIO": "Ce n'est pas un fichier que l'on peut lire",
    "EBUSY": "Il est employé par un autre logiciel",
    "ETXTBSY": "Il est employé par un autre logiciel",
    "ELOOP": "Le chemin tourne en rond (un raccourci renvoie à lui-même)",
    "EINVAL": "Le chemin ou le contenu n'est pas valable",
    "EILSEQ": "Le chemin contient un caractère que le système ne permet pas",
    "ENOTEMPTY": "Le dossier n'est pas vide",
    "EFBIG": "Le fichier est trop grand pour ce disque",
    "ENOMEM": "La mémoire ne suffit pas",
    "EPIPE": "Le programme qui lisait s'est arrêté",
    "ESTALE": "Le lecteur réseau a changé entre-temps",
    "ETIMEDOUT": "Le délai d'attente est dépassé",
    "ECONNREFUSED": "La connexion est refusée",
    "ECONNRESET": "La connexion est coupée",
    "ECONNABORTED": "La connexion est coupée",
    "ENETUNREACH": "Le réseau ne répond pas",
    "EHOSTUNREACH": "Le serveur ne répond pas",
}
#: Windows numbers its own errors: a file held by another program is the usual one.
WINDOWS = {
    5: SYSTEM["EACCES"],
    32: "Il est ouvert dans un autre logiciel",
    33: "Il est ouvert dans un autre logiciel",
    112: SYSTEM["ENOSPC"],
    123: SYSTEM["EILSEQ"],
    206: SYSTEM["ENAMETOOLONG"],
}
_TOML = {
    r"Expected '=' after a key": "le signe = manque après un mot, ou le texte n'est pas entre guillemets",
    r"Invalid value": "la valeur ne se lit pas (un texte s'écrit entre guillemets)",
    r"Cannot overwrite a value": "le même mot est donné deux fois",
    r"Duplicate inline table key": "le même mot est donné deux fois",
    r"Cannot declare .* twice": "la même table est ouverte deux fois",
    r"Cannot mutate|Cannot (?:use|redefine)|immutable": "une table déjà fermée est complétée",
    r"Unclosed array": "une liste n'est pas fermée (il manque ])",
    r"Unclosed inline table": "une table n'est pas fermée (il manque })",
    r"Unterminated string|Expected \"'\"|Expected '\"'": "un texte n'est pas fermé (il manque un guillemet)",
    r"Illegal character": "un caractère invisible ou interdit s'y trouve (retour à la ligne dans un texte, octet nul)",
    r"Unescaped '\\\\' in a string|escape": "une barre oblique inverse est seule : écrivez les chemins avec / ou entre apostrophes",
    r"Invalid hex value": "un caractère codé (\\u…) est incomplet",
    r"not a Unicode scalar value": "un caractère codé (\\u…) n'existe pas",
    r"Invalid date or datetime": "la date n'existe pas (écrivez 2026-10-31, sans guillemets)",
    r"Expected newline or end of document": "il y a un reste de texte après la valeur",
    r"Invalid initial character for a key|Invalid statement": "la ligne ne commence pas par un mot suivi de =",
    r"Expected '\]+' at the end of (?:a|an) (?:table|array)": "l'ouverture d'une table n'est pas fermée (il manque ])",
}
_JSON = {
    "Expecting value": "une valeur manque ou ne se lit pas",
    "Expecting property name": "un nom entre guillemets est attendu",
    "Expecting ':'": "il manque : après un nom",
    "Expecting ','": "il manque une virgule",
    "Illegal trailing comma": "une virgule est de trop",
    "Extra data": "il y a un reste de texte après la fin",
    "Invalid control character": "un caractère invisible est dans un texte",
    "Unterminated string": "un texte n'est pas fermé (il manque un guillemet)",
    "Unexpected UTF-8 BOM": "le texte commence par une marque inattendue",
    "Invalid": "un caractère codé (\\…) ne se lit pas",
}
_POLARS = {
    r"(?i)not found|unable to find": "une colonne attendue n'y est pas",
    r"(?i)invalid utf-?8|encoding": "le texte n'est pas dans un codage connu",
    r"(?i)parquet|thrift|page|out of spec": "une partie du fichier Parquet est abîmée",
    r"(?i)duplicate": "deux colonnes portent le même nom",
    r"(?i)fields|ragged|separator|csv": "des lignes n'ont pas le nombre de colonnes annoncé",
    r"(?i)decompress|zstd|snappy|gzip|brotli|lz4": "une partie compressée est abîmée",
    r"(?i)empty|no data": "le fichier est vide",
    r"(?i)overflow|conversion|cast|dtype|type": "une valeur n'est pas de la sorte attendue",
    r"(?i)os error|no such file": "le fichier n'est plus là ou ne s'ouvre pas",
}


def of_system(error: BaseException) -> str:
    """The cause of an error of the system, in French."""
    windows = getattr(error, "winerror", None)
    if windows in WINDOWS:
        return WINDOWS[windows]
    if isinstance(error, socket.gaierror):
        return "Le nom du serveur n'est pas trouvé"
    if isinstance(error, TimeoutError):
        return SYSTEM["ETIMEDOUT"]
    number = getattr(error, "errno", None)
    name = errno.errorcode.get(number, "") if isinstance(number, int) else ""
    return SYSTEM.get(name, f"Le système répond par l'erreur {name or number}" if number else "Le système refuse")


def of_toml(error: BaseException) -> str:
    """What is wrong in a TOML text, with its line when the parser says it."""
    if isinstance(error, RecursionError):
        return "les emboîtements sont trop profonds"
    text = str(error)
    if "integer string conversion" in text:
        return "un nombre y est trop long"
    place = re.search(r"\(at line (\d+), column (\d+)\)", text)
    where = (
        f"ligne {place[1]}, colonne {place[2]} : "
        if place
        else "à la fin du fichier : "
        if "end of document" in text
        else ""
    )
    return where + _said(text, _TOML, "l'écriture n'est pas correcte")


def of_json(error: BaseException) -> str:
    """What is wrong in a JSON text, with its line."""
    if not isinstance(error, json.JSONDecodeError):
        return (
            "les emboîtements sont trop profonds" if isinstance(error, RecursionError) else "un nombre y est trop long"
        )
    told = next(
        (french for english, french in _JSON.items() if error.msg.startswith(english)), "l'écriture n'est pas correcte"
    )
    return f"ligne {error.lineno}, colonne {error.colno} : {told}"


def of_csv(error: BaseException) -> str:
    """What the reader of CSV refuses."""
    text = str(error)
    if "field larger than" in text:
        return "une case est démesurée : un guillemet n'est sans doute pas fermé"
    return "un octet nul s'y trouve" if "NUL" in text else "un guillemet ou un retour à la ligne est mal placé"


def of_polars(error: BaseException) -> str:
    """What the tables' library refuses, as far as its message says it."""
    return _said(str(error), _POLARS, "le contenu ne se lit pas jusqu'au bout")


def _said(text: str, table: dict[str, str], otherwise: str) -> str:
    return next((french for pattern, french in table.items() if re.search(pattern, text)), otherwise)
