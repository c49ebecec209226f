"""The school's exam schedule: its rules, its data and its settings."""
