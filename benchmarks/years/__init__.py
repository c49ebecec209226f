"""`matrixCells` of one year in a school with one year, and in a school with ten."""
