"""What is written about a sound's rights, read from wherever people write it: one file for each sort of place."""
