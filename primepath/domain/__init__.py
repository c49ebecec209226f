"""The words and rules of an exam schedule, in plain Python."""
