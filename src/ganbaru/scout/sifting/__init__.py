"""From posts to people worth an evening's listening: who belongs together, who is new, who is heard less than liked."""
