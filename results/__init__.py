"""What comes out: plans, exact recomputation, tables and run folders."""
