"""The places that posts are read from, one file for each protocol."""
