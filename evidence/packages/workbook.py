"""A workbook of one sheet (Office Open XML), written row by row: text cells, the same bytes for
the same rows. A cell is text and never a formula, whatever it begins with.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from evidence.packages.bundle import EARLIEST

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# What XML 1.0 cannot carry, and the length that a cell can hold.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
CELL_MAXIMUM = 32_767

PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
        f' Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2"'
        f' Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{SHEETS}"><fonts count="2"><font/><font><b/></font></fonts>'
        '<fills count="1"><fill/></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf/><xf fontId="1" applyFont="1"/></cellXfs></styleSheet>'
    ),
}


def write_workbook(
    path: Path, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """`name` of the sheet: at most 31 characters."""
    book = (
        f'<workbook xmlns="{SHEETS}" xmlns:r="{RELATIONS}"><sheets>'
        f'<sheet name="{escape(name)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for part, text in {**PARTS, "xl/workbook.xml": book}.items():
            target.writestr(_info(part), DECLARATION + text)
        with target.open(_info("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            for text in _sheet(columns, rows):
                sheet.write(text.encode())


def _sheet(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield (
        f'{DECLARATION}<worksheet xmlns="{SHEETS}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView>'
        "</sheetViews><sheetData>"
    )
    yield _row(columns, ' s="1"')
    for row in rows:
        yield _row(row, "")
    yield "</sheetData></worksheet>"


def _row(values: Sequence[object], style: str) -> str:
    cells = (
        f'<c t="inlineStr"{style}><is><t xml:space="preserve">{_text(value)}</t></is></c>'
        for value in values
    )
    return f"<row>{''.join(cells)}</row>"


def _text(value: object) -> str:
    return escape(FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(value))[:CELL_MAXIMUM])


def _info(part: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(part, EARLIEST)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
