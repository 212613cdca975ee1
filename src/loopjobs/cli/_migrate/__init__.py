"""`loopjobs migrate`: from another scheduler to loop jobs."""
