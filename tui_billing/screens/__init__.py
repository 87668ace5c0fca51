"""What a clerk sees: one file a screen, named after the job."""
