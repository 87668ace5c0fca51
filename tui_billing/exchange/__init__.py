"""What comes in and goes to other systems."""
