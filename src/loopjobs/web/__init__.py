"""A page that shows and steers the jobs of a host, and the JSON API behind it."""
