# Both start the command when they are attached, and the guest's clock says when
# that was. In turns, and the best of each is compared: it is what other work of
# the machine disturbs least. A ratio, because all is slow in an emulated guest.
# The half is of what bpftrace takes by the same means, which are fentry and fexit
# here (kfunc to bpftrace). With kprobes it is faster, by a third or so.
NAME: attached and ready in at most half the time that bpftrace takes for the same functions
NEEDS: hmmtrace bpftrace
TIMEOUT: 600
RUN:
	cat >stamp <<-'END'
	read -r up idle </proc/uptime
	echo "$up" >ready
	END
	# took NAME COMMAND...: what went by until the command's command began
	took() {
		name=$1
		shift
		rm -f ready
		read -r began idle </proc/uptime
		"$@" >$name.out 2>$name.err || { cat $name.err >&2; return 1; }
		echo "$began $(cat ready)" | awk '{ printf "%.2f\n", $2 - $1 }' >>$name.took
	}
	# What the plan has on: a function, entered and left.
	hmmtrace doctor --json >doctor.json
	tr '{' '\n' <doctor.json | grep '"state":"on"' |
		sed -n 's/.*"tracepoint":"\(_*mmu_[a-z_]*\)".*"program":"\([^"]*\)","program_out":"\([^"]*\)".*/\1 \2 \3/p' >functions
	while read -r function in out; do
		case $in in hmt_in_*) echo "kprobe:$function { @[1] = count(); }" ;; esac
		case "$in $out" in *hmt_out_*) echo "kretprobe:$function { @[2] = count(); }" ;; esac
	done <functions >probes.bt
	echo 'tracepoint:sched:sched_process_exit { @[3] = count(); }' >>probes.bt
	sed 's/^kprobe/kfunc/; s/^kretprobe/kretfunc/' probes.bt >functions.bt
	for i in 1 2 3 4 5; do
		took bpftrace-kprobe bpftrace -c "/bin/busybox sh stamp" probes.bt
		took bpftrace-kfunc bpftrace -c "/bin/busybox sh stamp" functions.bt
		took hmmtrace hmmtrace live -q --grace 1ms -- /bin/busybox sh stamp
	done
	for t in bpftrace-kfunc bpftrace-kprobe hmmtrace; do
		sort -n $t.took | tr '\n' ' ' | awk -v t=$t '{ print t, "best", $1, "median", $3 }'
	done >seconds

HOST: [ "$(wc -l <functions)" -ge 10 ] && [ "$(wc -l <hmmtrace.took)" = 5 ]
GREP: functions.bt ^kretfunc:mmu_interval_notifier_insert
NOGREP: bpftrace-kfunc.err (ERROR|WARNING|could not|cannot)
NOGREP: bpftrace-kprobe.err (ERROR|WARNING|could not|cannot)
JQ: doctor.json .[0].plan.rows | map(select(.event == "mmu_interval_notifier_insert")) | .[0].mechanism == "fentry"
HOST: cat seconds; awk '{ best[$1] = $3 } END { h = best["hmmtrace"]; exit !(h > 0 && h * 2 <= best["bpftrace-kfunc"] && h < best["bpftrace-kprobe"]) }' seconds
