"""The terms and rules of an exam schedule, in plain Python."""
