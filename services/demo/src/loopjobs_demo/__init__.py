"""The demonstration: both services on a stage, a fleet and an office that play, a narrator."""
