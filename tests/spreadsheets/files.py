"""Files as people upload them."""

import csv
import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile


def csv_of(*rows, delimiter=',', encoding='utf-8') -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_of(**sheets) -> bytes:
    """Return a workbook; each sheet is a list of rows."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def upload_of(content: bytes, name='table.csv') -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)
