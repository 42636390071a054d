"""The name of an element or attribute of an XML file, without its namespace: any name that a damaged file may hold."""

from __future__ import annotations


def local_name(name: object) -> str:
    """« marche » of « {urn:x}marche »; nothing for a comment or a processing instruction, whose tag is no name.

    ``lxml.etree.QName`` refuses names that its own parser lets through in a damaged file (« : »).
    """
    tag = getattr(name, "tag", name)
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""
