"""The demo school: accounts, exams and a schedule of two years. It is the same on every machine."""
