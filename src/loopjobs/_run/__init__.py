"""One run: its scope, its context, its time limit, its end."""
