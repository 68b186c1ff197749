"""A workbook as Excel itself writes it, made by hand part by part, and those that were made to be heavy or foreign.

What Excel does and openpyxl and XlsxWriter do not: ECMA-376 part 1, 18.2 to 18.8 (spans, phonetic runs, shared
formulas, built-in number formats, tables, calculation chain), and the extensions mc, x14ac, xr that stand beside it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from fundalign.inputs.faults import InputError
from fundalign.inputs.read import case_from_tables, read_case
from fundalign.inputs.workbook_annotate import annotate
from fundalign.inputs.workbook_lean import lean
from fundalign.inputs.workbook_tables import letter_of

from .books import book_of, one
from .conftest import Tables

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
SPACES = (
    f'xmlns="{MAIN}" xmlns:r="{OFFICE}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'mc:Ignorable="x14ac xr" xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" '
    'xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision"'
)
BEHIND = (
    '<conditionalFormatting sqref="A2:A99"><cfRule type="duplicateValues" dxfId="0" priority="1"/>'
    '</conditionalFormatting><dataValidations count="1"><dataValidation type="list" allowBlank="1" sqref="A2:A9">'
    "<formula1>known</formula1></dataValidation></dataValidations>"
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
    '<ignoredErrors><ignoredError sqref="A1:Z99" numberStoredAsText="1"/></ignoredErrors>'
)
STYLES = (
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="#,##0.00\\ [$€-1];[Red]\\-#,##0.00\\ [$€-1]"/></numFmts>'
    '<fonts count="1" x14ac:knownFonts="1"><font><sz val="11"/><color theme="1"/><name val="Calibri"/><family val="2"/>'
    '<scheme val="minor"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill>'
    '<patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/>'
    '<diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    '</cellStyleXfs><cellXfs count="5">'
    + "".join(f'<xf numFmtId="{n}" fontId="0" fillId="0" borderId="0" xfId="0"/>' for n in (0, 49, 164, 14, 22))
    + '</cellXfs><cellStyles count="1"><cellStyle name="Standard" xfId="0" builtinId="0"/></cellStyles>'
    '<dxfs count="1"><dxf><font><color rgb="FF9C0006"/></font></dxf></dxfs>'
)


class Strings:
    """The shared strings of a workbook: plain, with blanks kept, as runs with their readings, as Excel writes them."""

    def __init__(self) -> None:
        self.items: list[str] = []

    def add(self, text: str) -> int:
        half, rest = text[:1], text[1:]
        forms = (
            f"<si><t>{escape(text)}</t></si>",
            f'<si><t xml:space="preserve">{escape(text)}</t><phoneticPr fontId="1" type="noConversion"/></si>',
            f'<si><r><t>{escape(half)}</t></r><r><rPr><b/><sz val="11"/></rPr><t xml:space="preserve">{escape(rest)}'
            '</t></r><rPh sb="0" eb="1"><t>yomi</t></rPh></si>',
        )
        self.items.append(forms[len(self.items) % 3 if rest else 0])
        return len(self.items) - 1


def sheet_xml(rows: list[list[object]], strings: Strings, table: bool) -> str:
    """Return a sheet: numbers as numbers, every third of them computed; texts shared; a format in every cell."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for place, value in enumerate(row, start=1):
            at = f'r="{letter_of(place)}{number}"'
            text = str(value)
            if value is None or value == "":
                cells.append(f'<c {at} s="2"/>')
            elif re.fullmatch(r"-?\d+(\.\d+)?", text) and (number + place) % 3 == 0:
                shared = '<f t="shared" ref="A1:A2" si="0">0+A1</f>' if number % 2 else "<f>0+A1</f>"
                cells.append(f'<c {at} s="2">{shared}<v>{text}</v></c>')
            elif re.fullmatch(r"-?\d+(\.\d+)?", text):
                cells.append(f'<c {at} s="2"><v>{text}</v></c>')
            elif (number + place) % 4 == 0 and number > 1:
                cells.append(f'<c {at} s="1" t="str"><f>T("x")</f><v>{escape(text)}</v></c>')
            else:
                cells.append(f'<c {at} s="1" t="s"><v>{strings.add(text)}</v></c>')
        lines.append(f'<row r="{number}" spans="1:{len(row)}" x14ac:dyDescent="0.25">{"".join(cells)}</row>')
    empty = f'<row r="{len(rows) + 40}" s="2" customFormat="1" spans="1:2"><c r="A{len(rows) + 40}" s="2"/></row>'
    parts = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>' if table else ""
    return (
        f'{HEAD}<worksheet {SPACES} xr:uid="{{00000000-0001-0000-0000-000000000000}}"><dimension ref="A1"/><sheetViews>'
        '<sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
        'state="frozen"/></sheetView></sheetViews><sheetFormatPr baseColWidth="10" defaultRowHeight="15" '
        f'x14ac:dyDescent="0.25"/><cols><col min="1" max="16384" width="11.4" style="2"/></cols><sheetData>'
        f"{''.join(lines)}{empty}</sheetData>{BEHIND}{parts}</worksheet>"
    )


def excel(path: Path, settings: Mapping[str, object], tables: Tables, edit: Callable[[str], str] = str) -> Path:
    """Write a workbook as Excel does; `edit` changes the sheet of budgets."""
    strings = Strings()
    sheets: dict[str, list[list[object]]] = {"case": [["setting", "value"], *([k, v] for k, v in settings.items())]}
    for name, rows in tables.items():
        header = list(dict.fromkeys(column for row in rows for column in row))
        sheets[name] = [list(header), *([row.get(column) for column in header] for row in rows)]
    parts: dict[str, str] = {}
    kinds = {"xl/workbook.xml": "sheet.main", "xl/styles.xml": "styles", "xl/sharedStrings.xml": "sharedStrings"}
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        part, table = f"xl/worksheets/sheet{number}.xml", name == "budgets"
        xml = sheet_xml(rows, strings, table)
        parts[part] = edit(xml) if table else xml
        kinds[part] = "worksheet"
    wide = letter_of(len(sheets["budgets"][0]))
    columns = "".join(f'<tableColumn id="{k}" name="{n}"/>' for k, n in enumerate(sheets["budgets"][0], start=1))
    area = f"A1:{wide}{len(sheets['budgets'])}"
    parts["xl/tables/table1.xml"] = (
        f'{HEAD}<table xmlns="{MAIN}" id="1" name="Table1" displayName="Table1" ref="{area}" totalsRowShown="0">'
        f'<autoFilter ref="{area}"/><tableColumns count="{len(sheets["budgets"][0])}">{columns}</tableColumns>'
        '<tableStyleInfo name="TableStyleMedium2" showRowStripes="1"/></table>'
    )
    kinds["xl/tables/table1.xml"] = "table"
    at = list(sheets).index("budgets") + 1
    link = f'<Relationship Id="rId1" Type="{OFFICE}/table" Target="../tables/table1.xml"/>'
    parts[f"xl/worksheets/_rels/sheet{at}.xml.rels"] = f'{HEAD}<Relationships xmlns="{PACKAGE}">{link}</Relationships>'
    listed = "".join(f'<sheet name="{n}" sheetId="{k + 7}" r:id="rId{k}"/>' for k, n in enumerate(sheets, start=1))
    parts["xl/workbook.xml"] = (
        f'{HEAD}<workbook {SPACES}><fileVersion appName="xl" lastEdited="7" lowestEdited="6" rupBuild="22621"/>'
        '<workbookPr defaultThemeVersion="166925"/><mc:AlternateContent><mc:Choice Requires="x15"><x15ac:absPath '
        'url="C:\\Users\\ministry\\" xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"/>'
        '</mc:Choice></mc:AlternateContent><bookViews><workbookView xWindow="0" yWindow="0" windowWidth="28800" '
        f'windowHeight="12300" activeTab="1"/></bookViews><sheets>{listed}</sheets><definedNames>'
        '<definedName name="_xlnm._FilterDatabase" localSheetId="1" hidden="1">case!$A$1:$B$4</definedName>'
        '<definedName name="broken">#REF!</definedName><definedName name="known">funders!$A$2:$A$99</definedName>'
        '</definedNames><calcPr calcId="191029"/></workbook>'
    )
    links = [(f"rId{k}", "worksheet", f"/xl/worksheets/sheet{k}.xml") for k in range(1, len(sheets) + 1)]
    links += [("rId90", "styles", "styles.xml"), ("rId91", "sharedStrings", "/xl/sharedStrings.xml")]
    links.append(("rId92", "calcChain", "calcChain.xml"))
    made = "".join(f'<Relationship Id="{i}" Type="{OFFICE}/{t}" Target="{w}"/>' for i, t, w in links)
    parts["xl/_rels/workbook.xml.rels"] = f'{HEAD}<Relationships xmlns="{PACKAGE}">{made}</Relationships>'
    parts["xl/calcChain.xml"] = f'{HEAD}<calcChain xmlns="{MAIN}"><c r="E2" i="{at}" l="1"/></calcChain>'
    kinds["xl/calcChain.xml"] = "calcChain"
    parts["xl/styles.xml"] = f"{HEAD}<styleSheet {SPACES}>{STYLES}</styleSheet>"
    count = len(strings.items)
    parts["xl/sharedStrings.xml"] = (
        f'{HEAD}<sst xmlns="{MAIN}" count="{count + 5}" uniqueCount="{count}">{"".join(strings.items)}</sst>'
    )
    link = f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="/xl/workbook.xml"/>'
    parts["_rels/.rels"] = f'{HEAD}<Relationships xmlns="{PACKAGE}">{link}</Relationships>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    overrides = "".join(f'<Override PartName="/{n}" ContentType="{kind}{k}+xml"/>' for n, k in kinds.items())
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    parts["[Content_Types].xml"] = (
        f'{HEAD}<Types xmlns="{types}">{rels}'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for part, text in parts.items():
            package.writestr(part, text)
    return path


def test_a_workbook_of_excel_is_the_case_it_shows(settings: Any, tables: Tables, tmp_path: Path) -> None:
    wanted = case_from_tables(settings, tables)
    case = read_case(excel(tmp_path / "book.xlsx", settings, tables))
    assert case.hash == wanted.hash
    assert case.warnings == wanted.warnings
    for row in tables["initiatives"]:
        row["name"] = f" two  blanks & <b>{row['name']}</b>".strip()
    assert (
        read_case(excel(tmp_path / "b.xlsx", settings, tables)).hash == case_from_tables(settings, tables).hash
    )  # xml:space, entities


@pytest.mark.parametrize("style", ["3", "4"])  # built-in formats 14 and 22: a date, a date with a time
def test_built_in_date_formats_are_dates(settings: Any, tables: Tables, tmp_path: Path, style: str) -> None:
    """46388 days after 1899-12-30 is 2027-01-01."""
    cell = f'<c r="C2" s="{style}"><v>46388</v></c>'
    path = excel(tmp_path / "b.xlsx", settings, tables, lambda xml: re.sub(r'<c r="C2".*?</c>', cell, xml, count=1))
    with pytest.raises(InputError) as caught:
        read_case(path)
    fault = one(caught.value.faults)
    assert (fault.sheet, fault.row, fault.letter, fault.value) == ("budgets", 2, "C", "2027-01-01")


def test_a_strict_workbook_is_named(settings: Any, tables: Tables, tmp_path: Path) -> None:
    excel(tmp_path / "book.xlsx", settings, tables)
    with zipfile.ZipFile(tmp_path / "book.xlsx") as old, zipfile.ZipFile(tmp_path / "strict.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main"))
    with pytest.raises(InputError, match="Strict Open XML"):
        read_case(tmp_path / "strict.xlsx")


def spoiled(source: Path, target: Path, sheet: str, edit: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(old.read(name)) if name == f"xl/worksheets/{sheet}.xml" else old.read(name))
    return target


def test_a_merge_over_a_whole_sheet_is_one_fault(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book_of(settings, tables).save(tmp_path / "book.xlsx")
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    path = spoiled(
        tmp_path / "book.xlsx", tmp_path / "wide.xlsx", "sheet3", lambda xml: xml.replace(b"</sheetData>", merge)
    )
    with pytest.raises(InputError) as caught:
        read_case(path)
    fault = one(caught.value.faults)
    assert (fault.sheet, fault.value, fault.hint) == ("budgets", "A2:XFD1048576", "unmerge these cells")


def test_what_unpacks_to_more_than_any_table_is_not_unpacked(settings: Any, tables: Tables, tmp_path: Path) -> None:
    book_of(settings, tables).save(tmp_path / "book.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "book.xlsx", "a", zipfile.ZIP_DEFLATED) as book,
        book.open("xl/media/image1.png", "w", force_zip64=True) as part,
    ):
        for _ in range(61):
            part.write(bytes(10**7))
    with pytest.raises(InputError, match="610 MB unpacked"):
        read_case(tmp_path / "book.xlsx")


def test_formats_of_empty_rows_cost_nothing(settings: Any, tables: Tables, tmp_path: Path) -> None:
    """200,000 formatted rows below a table are no rows; in the annotated copy of a lighter sheet they stay."""
    book_of(settings, tables).save(tmp_path / "book.xlsx")
    rows = "".join(f'<row r="{k}" s="0" customFormat="1"><c r="A{k}" s="0"/></row>' for k in range(100, 200_100))
    path = spoiled(
        tmp_path / "book.xlsx",
        tmp_path / "long.xlsx",
        "sheet3",
        lambda xml: xml.replace(b"</sheetData>", rows.encode() + b"</sheetData>"),
    )
    case = read_case(path)
    assert case.hash == case_from_tables(settings, tables).hash
    few = "".join(f'<row r="{k}" ht="30" customHeight="1"/>' for k in range(100, 103))
    path = spoiled(
        tmp_path / "book.xlsx",
        tmp_path / "few.xlsx",
        "sheet3",
        lambda xml: xml.replace(b"</sheetData>", few.encode() + b"</sheetData>"),
    )
    assert annotate(path, [], tmp_path / "copy.xlsx") == []
    with zipfile.ZipFile(tmp_path / "copy.xlsx") as copy:
        assert any(b'r="101"' in copy.read(name) for name in copy.namelist() if "worksheets/" in name)


def test_what_is_empty_and_what_is_not() -> None:
    kept = b'<row r="1"><c r="A1" t="s"><v>0</v></c></row><row><c s="1"/></row><cols><col min="1"/></cols>'
    dropped = b'<row r="2" s="1"><c r="A2" s="1"/><c r="B2"></c></row><row r="3" hidden="1"/>'
    assert lean(kept + dropped) == kept
