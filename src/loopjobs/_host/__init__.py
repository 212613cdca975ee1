"""The host: settings, registration, start, stop."""
