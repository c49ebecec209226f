"""The demo school: people, exams and two years of schedule, the same on every machine."""
