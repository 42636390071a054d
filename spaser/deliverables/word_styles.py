"""The styles of the Word document: a person who edits it changes a style, not each paragraph."""

from __future__ import annotations

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle

INK, BLUE, PALE = RGBColor(0x1F, 0x29, 0x33), RGBColor(0x16, 0x32, 0x4F), RGBColor(0x52, 0x60, 0x6D)
FONT = "Arial"
#: Name, parent, size, colour, bold, italic, space before and after (points).
_PARAGRAPHS = (
    ("Question", "Normal", 9.5, PALE, False, True, 0, 4),
    ("Réponse", "Normal", 11, INK, True, False, 2, 5),
    ("Chiffre message", "Normal", 14, BLUE, True, False, 1, 1),
    ("Encadré", "Normal", 9, INK, False, False, 3, 5),
    ("Chiffre libellé", "Normal", 8.5, INK, True, False, 2, 0),
    ("Chiffre", "Normal", 18, BLUE, True, False, 0, 0),
    ("Chiffre note", "Normal", 8, PALE, False, False, 0, 1),
    ("Cellule", "Normal", 9, INK, False, False, 1, 1),
    ("Cellule serrée", "Normal", 7.5, INK, False, False, 1, 1),
    ("Note de tableau", "Normal", 8, PALE, False, False, 2, 6),
    ("Figure", "Normal", 9, INK, False, False, 4, 0),
    ("Espace", "Normal", 4, INK, False, False, 0, 0),
    ("Sommaire", "Normal", 13.5, BLUE, True, False, 14, 4),
    ("toc 1", "Normal", 10, INK, False, False, 0, 3),
    ("Lieu du passage", "Normal", 9, BLUE, True, False, 6, 1),
    ("Passage cité", "Normal", 10, INK, False, False, 0, 2),
    ("Constat", "Normal", 8.5, PALE, False, False, 0, 2),
)
_BUILT_IN = (
    ("Normal", 10, INK, False, False, 0, 4),
    ("Title", 20, BLUE, True, False, 0, 2),
    ("Subtitle", 10.5, PALE, False, False, 0, 1),
    ("Heading 1", 13.5, BLUE, True, False, 10, 1),
    ("Heading 2", 11.5, BLUE, True, False, 8, 1),
    ("Caption", 9, INK, True, False, 6, 2),
    ("List Bullet", 10, INK, False, False, 0, 2),
    ("Footer", 8, PALE, False, False, 0, 0),
)
_TABLE = """<w:style {ns} w:type="table" w:customStyle="1" w:styleId="Tableau">
<w:name w:val="Tableau"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="8" w:space="0" w:color="1F2933"/><w:bottom w:val="single" w:sz="8" w:space="0" w:color="1F2933"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="D9DEE5"/></w:tblBorders>
<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="EEF4FA"/></w:tcPr></w:tblStylePr>
</w:style>"""
_CARDS = """<w:style {ns} w:type="table" w:customStyle="1" w:styleId="ChiffresCles">
<w:name w:val="Chiffres clés"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
<w:tblPr><w:tblBorders><w:top w:val="single" w:sz="18" w:space="0" w:color="44546A"/><w:insideH w:val="single" w:sz="18" w:space="0" w:color="44546A"/>
<w:insideV w:val="single" w:sz="24" w:space="0" w:color="FFFFFF"/></w:tblBorders>
<w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar></w:tblPr>
</w:style>"""


#: On a sheet of one page: size, space before and after.
_TIGHT = {
    "Normal": (8.5, 0, 1),
    "Title": (14, 0, 1),
    "Subtitle": (8.5, 0, 0),
    "Heading 1": (10.5, 5, 1),
    "Caption": (8, 2, 1),
    "List Bullet": (8.5, 0, 0),
    "Encadré": (8, 1, 1),
    "Cellule": (7.5, 0, 0),
    "Cellule serrée": (7, 0, 0),
    "Note de tableau": (7, 0, 1),
}


def tighten(document: Document) -> None:
    """Small type and narrow spaces, for a sheet that stands on one page."""
    for name, (size, before, after) in _TIGHT.items():
        style = document.styles[name]
        style.font.size = Pt(size)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)


def prepare(document: Document, *, own: bool = False) -> None:
    """Give a document its styles and its language; in a client's ``own`` template, only the styles it lacks."""
    styles = document.styles
    known = {style.name for style in styles}
    for name, *look in _BUILT_IN:
        if not (own and name in known):
            _dress(styles[name], *look)  # type: ignore[arg-type]
    for name, parent, *look in _PARAGRAPHS:
        if name in known:
            continue
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[parent]
        style.quick_style = True  # type: ignore[attr-defined]
        _dress(style, *look)  # type: ignore[arg-type]
    for text in (_TABLE, _CARDS):
        styles.element.append(parse_xml(text.format(ns=nsdecls("w"))))
    _box(styles["Encadré"])  # type: ignore[arg-type]
    styles["Encadré"].paragraph_format.keep_together = True  # type: ignore[attr-defined]
    for name in ("Question", "Lieu du passage"):
        styles[name].paragraph_format.keep_with_next = True  # type: ignore[attr-defined]
    for name in ("Passage cité", "Constat"):
        styles[name].paragraph_format.left_indent = Pt(14)  # type: ignore[attr-defined]
    _speak_french(document)


def _dress(
    style: ParagraphStyle, size: float, colour: RGBColor, bold: bool, italic: bool, before: float, after: float
) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = FONT, Pt(size), bold, italic
    font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    stretched = style.element.rPr.find(qn("w:spacing"))
    if stretched is not None:
        style.element.rPr.remove(stretched)
    form = style.paragraph_format
    form.space_before, form.space_after = Pt(before), Pt(after)
    form.line_spacing = 1.08
    borders = style.element.find(f".//{qn('w:pBdr')}")
    if borders is not None:
        borders.getparent().remove(borders)


def _box(style: ParagraphStyle) -> None:
    """A shaded paragraph with a bar on its left."""
    shape = style.element.get_or_add_pPr()
    bar = parse_xml(f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="24" w:space="6" w:color="1F5FA8"/></w:pBdr>')
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="EEF4FA"/>')
    spacing = shape.find(qn("w:spacing"))
    place = list(shape).index(spacing) if spacing is not None else len(shape)
    shape.insert(place, bar)
    shape.insert(place + 1, shade)


def _speak_french(document: Document) -> None:
    """The language of proofing and of reading aloud."""
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    if defaults is None:
        return
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    for name in ("w:val", "w:eastAsia"):
        language.set(qn(name), "fr-FR")
