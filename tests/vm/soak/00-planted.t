# Without this a run in which nothing is reported proves nothing. The order of
# the mistakes matters: lockdep turns itself off with the fifth.
NAME: the kernel has what it is to look with, and reports a mistake of each kind
NEEDS: planted
WARN: ok
RUN:
	zcat /proc/config.gz >config
	mistake() {
		echo "planted: begin $1" >/dev/kmsg
		echo "$1" >/sys/module/planted/parameters/mistake
	}
	grep 'debug_locks: *1$' /proc/lockdep_stats
	for m in sleep rcu list object; do mistake $m; done
	grep 'debug_locks: *1$' /proc/lockdep_stats
	mistake order
	grep 'debug_locks: *0$' /proc/lockdep_stats
	mistake freed
	mistake freed
	# What is reported about one is between it and the next.
	dmesg | awk '/planted: begin/ { m = $NF } m && /WARNING: |BUG: |ODEBUG: |list_del corr/ { print m ": " $0 }' >said

HOST: "$(dirname "$(command -v verdict)")"/soak/asked-for config
GREP: said ^sleep: .*BUG: sleeping function called from invalid context
GREP: said ^rcu: .*WARNING: suspicious RCU usage
GREP: said ^list: .*list_del corruption
GREP: said ^object: .*ODEBUG: free active
GREP: said ^order: .*WARNING: possible circular locking dependency detected
# Not only the first
HOST: [ "$(grep -c '^freed: .*BUG: KASAN: slab-use-after-free' said)" = 2 ]
