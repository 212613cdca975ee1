"""The testing kit: a clock that moves when told, and a harness for one job."""
