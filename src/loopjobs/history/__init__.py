"""Runs that outlive the process: a store in SQLite or PostgreSQL, and a job that keeps it small."""
