"""
From a spreadsheet to a type with objects: what a file holds, what its columns could be, and which rows fit.

May import openpyxl and the documents beside it. `reading`, `headers`, `kinds`, `sample` and `guessing` ask nothing of
the database. Definitions are written as a document; objects are made by the job in `api`, which has the serializers.
"""
