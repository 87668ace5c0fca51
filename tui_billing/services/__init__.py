"""What a clerk does: one verb, one transaction, one audit event."""
