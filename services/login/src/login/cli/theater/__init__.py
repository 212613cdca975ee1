"""The demonstration: a stage for the service, a fleet that plays, a narrator who tells."""
