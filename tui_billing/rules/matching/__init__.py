"""What money that came is meant for: readings of a text, sets that add up, evidence, and rules the clerk wrote."""
