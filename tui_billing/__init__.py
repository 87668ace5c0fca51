"""A keyboard-driven terminal workstation for billing clerks."""
