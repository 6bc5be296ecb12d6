"""The kinds of study: each asks one question, plans its trials, and reads the answer off the results."""
