"""The algebra: one file per rule family, and the recipe that adds them to one program."""
