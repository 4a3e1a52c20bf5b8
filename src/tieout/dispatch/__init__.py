"""Who looks at which organisation when: worker threads that sweep, and the jobs of the schedule."""
