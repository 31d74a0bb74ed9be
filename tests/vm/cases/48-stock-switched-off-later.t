# 47 is about probes that are off from the start. Here they go off while a trace
# runs: nothing arrives any more, and what is missing must not be called clean,
# nor what could not be seen to end an orphan; and what comes later is certain again.
# Linux 5.10 refuses to switch ftrace off while a trampoline stands on it, but it
# lets it be switched on, which counts as a switch, too.
# A call that was under way then may miss its return: the next one of that thread says
# so, as recursion, beside what is said of the switch.
# Not on the newest: switching kprobes takes minutes there in an emulator.
NAME: probes that are switched off while a trace runs are a loss, never clean, and no orphan
KERNELS: stock-5.10 stock-6.1 stock-6.12
NEEDS: hmmtrace exerciser
TIMEOUT: 240
WARN: ok
RUN:
	echo 'echo 0 >$1 || true; echo 1 >$1' >short
	cat >dark <<-'END'
		# The names of the kernel are being read, which takes its time in here.
		sleep 6
		exercise --json --api notifier --kind legal --hot no --jobs 8 >$2.legal &
		sleep 0.2
		echo 0 >$1
		sleep 0.1
		echo 1 >$1
		wait
		sleep 1
		exercise --json --api notifier --kind fault --hold 7000 --hot no --jobs 32 >$2.after
	END
	# NAME SWITCH SOURCE
	try() {
		_status=0
		hmmtrace live --grace 3s --json --source $3 -o $1.hmt -- sh short $2 >$1.json || _status=$?
		hmmtrace report --grace 3s --json $1.hmt >$1.report || [ $? = $_status ]
	}
	try fn /proc/sys/kernel/ftrace_enabled notifier
	try kp /proc/sys/kernel/ftrace_enabled kprobe
	try kk /sys/kernel/debug/kprobes/enabled kprobe
	hmmtrace live --grace 3s --json --source kprobe -o dark.hmt -- sh dark /proc/sys/kernel/ftrace_enabled ex >dark.json || [ $? = 1 ]
	hmmtrace report --grace 3s --json dark.hmt >dark.report || [ $? = 1 ]
	hmmtrace dump --json dark.hmt >dark.dump

HOST: for t in fn kp kk dark; do same $t.json $t.report || exit 1; done
HOST: for t in kp kk; do jq -e -s '.[-1] | .verdict == "inconclusive" and (.lost | map(.cause) == ["switched-off"])' $t.json >/dev/null || { cat $t.json; exit 1; }; done
JQ: fn.json .[-1].verdict == "inconclusive"
JQ: dark.json .[-1].lost | map(.cause) - ["recursion"] == ["switched-off"]
HOST: true-only ex.after dark.json
HOST: found-afterwards ex.after dark.json dark.dump
