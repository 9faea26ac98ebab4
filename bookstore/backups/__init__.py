"""The whole shop in one file, database and pictures, and back. See docs/backup.md."""
