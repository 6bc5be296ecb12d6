"""How far a network sees along time, and how long what there is to see is."""
