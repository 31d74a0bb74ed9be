NAME: lockdep has been on all the time
RUN:
	cat /proc/lockdep_stats

GREP: stdout debug_locks: *1$
