"""What may be done with a set of sounds: statements and where they were read, verdicts per act, duties, questions."""
