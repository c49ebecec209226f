"""The school's classes and curriculum, from its data file."""
