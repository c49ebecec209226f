"""Files in and out: the school's tables as spreadsheets, and the database of the original PrimePath."""
