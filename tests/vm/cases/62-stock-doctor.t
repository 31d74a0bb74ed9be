NAME: doctor tells how a kernel as it is can be traced, and nothing stays behind
KERNELS: stock-*
NEEDS: hmmtrace
TIMEOUT: 120
RUN:
	hmmtrace doctor >doctor.txt
	hmmtrace doctor --json >doctor.json
	hmmtrace doctor --source kprobe --json >kprobe.json
	hmmtrace doctor --source tracepoint >tracepoint.txt || [ $? = 4 ]
	functions() { cat "$tracing/enabled_functions" | grep -c mmu_ || true; }
	for source in notifier kprobe; do
		hmmtrace live -q --source $source &
		pid=$!
		until_true 20 sh -c "[ \$(grep -c mmu_ $tracing/enabled_functions) -ge 9 ]"
		echo "$source $(functions)" >>attached
		kill -9 $pid
		wait $pid || true
		until_true 10 sh -c "! grep -q mmu_ $tracing/enabled_functions"
		cat "$tracing/kprobe_events" >>left
	done
	ls /sys/fs/bpf >>left

GREP: doctor.txt ^tier partial, source notifier
GREP: doctor.txt ^ok +mmu_interval_notifier_insert +(fentry|kprobe)
GREP: doctor.txt ^missing +release
GREP: tracepoint.txt ^tier none
JQ: doctor.json .[0].plan.source == "notifier"
JQ: doctor.json .[0].plan.rows | map(select(.event | startswith("mmu_") or startswith("__mmu_"))) | map(.state) | (map(select(. == "on")) | length) == 10
JQ: kprobe.json .[0].plan.rows | map(select(.state == "on") | .mechanism) | unique - ["raw_tp", "tp", "iter"] == ["kprobe"]
GREP: attached ^notifier [1-9]
GREP: attached ^kprobe [1-9]
HOST: ! grep -q . left
