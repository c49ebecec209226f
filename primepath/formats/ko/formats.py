"""Korean formats. Times have 24 hours, as on the matrix page and in files."""

TIME_FORMAT = "H:i"
DATETIME_FORMAT = "Y년 n월 j일 H:i"
