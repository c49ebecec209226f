"""Creating and changing exams. What the two share is in `values`."""
