"""What goes in: reading, checking and holding a case; what-ifs on it."""
