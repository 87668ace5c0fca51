"""Speed beside named references, always both sides in one run."""
