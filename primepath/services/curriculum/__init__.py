"""The curriculum: the levels of classes, and changes of programs, sub-programs and levels."""
