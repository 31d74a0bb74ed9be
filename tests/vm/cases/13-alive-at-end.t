NAME: what lives when the trace ends is a note and no finding
KERNELS: patched-*
NEEDS: hmmtrace exerciser
RUN:
	exercise --api mirror --hold 20000 mirror:mirror_fork_child &
	sleep 0.3
	hmmtrace record -q -o before.hmt -- sh -c '
		exercise --api mirror --hold 20000 mirror:mirror_fork_child >/dev/null & sleep 1'
	hmmtrace report --json before.hmt >report.json

JQ: report.json .[-1].verdict == "clean" and .[-1].notes > 0 and .[-1].errors == 0
JQ: report.json map(select(.type == "finding") | .rule) | unique == ["alive-at-end"]
