"""Brute-force oracle for tiny cases: independent of models/, optimizer/ and results/."""
