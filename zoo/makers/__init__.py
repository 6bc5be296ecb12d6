"""What makes the evidence of a specimen, one file for each way; an edit here makes the records anew."""
