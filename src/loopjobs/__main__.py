"""`python -m loopjobs`: the command, where its entry point is not on the path."""

from loopjobs.cli import main

if __name__ == "__main__":
    main()
