"""Commands about a service that runs elsewhere, through the JSON API of `loopjobs.web`."""
