"""What samples may go through before the critic sees them, and how often."""
