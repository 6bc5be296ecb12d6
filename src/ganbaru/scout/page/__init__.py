"""The list as a page of one file and as a feed: links only, nothing of anybody's is copied."""
