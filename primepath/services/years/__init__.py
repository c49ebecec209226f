"""Plan a year from an earlier one. `roll_over_year` calls one file for each part of the plan."""
