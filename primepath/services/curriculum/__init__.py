"""The curriculum: what classes learn, and changes of programs, sub-programs and levels."""
