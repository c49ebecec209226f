"""Import the database of the original PrimePath.

The import is planned completely before anything is written (`planner`). Each subject has a module: people, curriculum, classes,
exams, cells, access, requests, curricula of classes, old history. Every row of the file gets one outcome in the `report`. Then
`primepath.services.imports` stores what is new or changed, in one transaction. A dry run ends before that.

No schema version is detected. A table that is missing counts as empty, and a missing column has its default.
"""
