"""Explanations: planted conflicts, repairs, and what the command says."""
