# Programs attach where ftrace or kprobes are switched off, and never run: then
# everything would be clean. 46 is the same kind of thing for type information.
NAME: probes that are switched off are a sentence and a status, or done without, and never clean
KERNELS: stock-6.12 stock-newest
NEEDS: hmmtrace exerciser
TIMEOUT: 240
WARN: ok
RUN:
	faulty="exercise --api notifier --kind fault --hold 7000 --jobs 32"
	echo 0 >/proc/sys/kernel/ftrace_enabled
	for c in live record check; do
		hmmtrace $c -- true >$c.out 2>$c.err || echo $? >$c.status
	done
	hmmtrace doctor >doctor.out 2>doctor.err || echo $? >doctor.status
	cat "$tracing/enabled_functions" "$tracing/kprobe_events" >left
	echo 1 >/proc/sys/kernel/ftrace_enabled

	echo 0 >/sys/kernel/debug/kprobes/enabled
	hmmtrace live --grace 3s --json --source kprobe -- $faulty >kprobe.json 2>kprobe.err || echo $? >kprobe.status
	hmmtrace live --grace 3s --json -- $faulty >other.json 2>other.err || echo $? >other.status
	umount /sys/kernel/debug
	hmmtrace live --json --source kprobe -- true >tried.json 2>tried.err || echo $? >tried.status
	mount -t debugfs debugfs /sys/kernel/debug
	echo 1 >/sys/kernel/debug/kprobes/enabled
	hmmtrace live --grace 3s --json --source kprobe -- $faulty >again.json || echo $? >again.status
	cat "$tracing/kprobe_events" >>left

HOST: for c in live record check; do [ "$(cat $c.status)" = 4 ] && [ "$(wc -l <$c.err)" = 1 ] && grep -q 'kernel.ftrace_enabled' $c.err && [ ! -s $c.out ] || { echo "$c: $(cat $c.status) $(cat $c.err)"; exit 1; }; done
GREP: doctor.out (missing|MISSING) +fentry
GREP: doctor.out (missing|MISSING) +kprobe +
HOST: ! grep -q mmu_ left
GREP: kprobe.status ^4$
GREP: kprobe.err kprobes/enabled
GREP: tried.status ^4$
GREP: tried.err kprobes/enabled
GREP: other.status ^[134]$
GREP: again.status ^1$
