"""SQLite: rows, migrations, sealing. The only package that knows SQL."""
