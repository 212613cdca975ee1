"""People who sign in, services that identify themselves, and how long both stay trusted."""
