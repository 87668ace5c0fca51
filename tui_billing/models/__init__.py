"""What is remembered: Peewee tables, queries, the database door, migrations."""
