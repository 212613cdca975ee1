"""Log lines of a service: as text for people or as JSON for machines, chosen by a setting."""
