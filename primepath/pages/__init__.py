"""The HTML pages: the matrix, the explorer and the sign-in page, with their templates and static files."""
