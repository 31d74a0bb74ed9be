NAME: live flags when the grace time is over, and not when the fault is
KERNELS: patched-*
NEEDS: hmmtrace exerciser
TIMEOUT: 180
WARN: ok
RUN:
	hmmtrace live --json --grace 700ms -- exercise --api mirror --kind fault --hold 9000 --hot no --jobs 8 \
		2>err | while read -r line; do
		read -r now _ </proc/uptime
		echo "{\"now\": $now, \"line\": $line}"
	done >timed.json

JQ: timed.json map(select(.line.type == "finding")) | length >= 10
# The shell that stamps the lines takes 10 to 50 ms for each on an emulated processor that it
# shares, in a burst of thirty, and the emulator may have to wait for its own. What is planted
# lasts nine seconds: two is what half of them must keep, and five all of them.
JQ: timed.json map(select(.line.type == "finding") | .now - .line.flagged_ns / 1e9) | sort | .[length / 2 | floor] < 2
JQ: timed.json map(select(.line.type == "finding") | .now - .line.flagged_ns / 1e9) | max < 5
JQ: timed.json map(select(.line.type == "released")) | length >= 5
