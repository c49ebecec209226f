"""The schedule as a calendar: iCalendar (RFC 5545)."""
