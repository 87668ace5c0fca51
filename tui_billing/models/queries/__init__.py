"""What is asked of the books: one file a subject, every query bounded and its cursor closed."""
