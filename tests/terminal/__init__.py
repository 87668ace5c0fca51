"""The workstation as a clerk meets it: real key bytes in, a real screen out."""
