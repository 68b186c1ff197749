"""The solving: from a Pyomo model to a verified run."""
