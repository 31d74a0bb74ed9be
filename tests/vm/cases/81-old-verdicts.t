# 5.3 and 5.4: a range is a user of its address space, so that of a dead process
# is not torn down and nothing on it is an orphan by that; what is found is that
# it is held, and by which range. 5.2: a range belongs to no mirror, so a mirror
# that goes before it has not gone under it. Else as on 6.1.
NAME: on a kernel of old every fault is found, and nothing legal is
KERNELS: patched-5.*
NEEDS: hmmtrace exerciser
TIMEOUT: 300
WARN: ok
RUN:
	hmmtrace live --json --events fault=each -o fault.hmt -- \
		sh -c 'exercise --json --api mirror --kind fault --jobs 32 >fault-oracle.json' \
		>fault.json || echo $? >fault.status
	hmmtrace report --json fault.hmt >fault-report.json || true
	hmmtrace dump --json fault.hmt >fault-dump.json
	hmmtrace live --json -o legal.hmt -- \
		sh -c 'exercise --json --kind legal --jobs 4 >legal-oracle.json' >legal.json
	hmmtrace report --json legal.hmt >legal-report.json
	hmmtrace doctor >doctor.txt
	uname -r >release

GREP: doctor.txt ^tier partial, source tracepoint, with the programs for old kernels
GREP: doctor.txt ^ok +fields
GREP: fault.status ^1$
HOST: if grep -qE '^5\.[34]\.' release; then jq -c 'if .scenario == "mirror:mirror_and_range_left_by_process" then .expected = [] else . end' fault-oracle.json; elif jq -se 'any(.scenario == "mirror:range_by_mm_without_mirror")' fault-oracle.json >/dev/null; then jq -c 'if .scenario == "mirror:mirror_unregister_under_range" then .expected = [] else . end' fault-oracle.json; else cat fault-oracle.json; fi >oracle.json
HOST: jq -c 'select(.rule != "mm-held-after-exit")' fault.json >rest.json; verdict oracle.json rest.json
HOST: ! grep -qE '^5\.[34]\.' release || jq -se 'map(select(.type == "finding" and .rule == "mm-held-after-exit")) | length == 1 and .[0].parent.class == "range" and .[0].mm_counters.rss_pages > 0 and .[0].confidence == "certain" and (.[0].missing | startswith("hmm_range_unregister()"))' fault.json
HOST: ! jq -se 'any(.scenario == "mirror:range_by_mm_without_mirror")' fault-oracle.json >/dev/null || jq -se 'map(select(.type == "finding" and .rule == "range-register-without-mirror" and (.missing | contains("through the address space and not through a mirror")))) | length == 1' fault.json
HOST: ops=$(jq -r 'select(.event == "symbol" and .name == "exerciser_mirror_ops") | .addr' fault-dump.json | head -n 1); jq -c --arg ops "$ops" 'if (.event // "" | startswith("range-") or startswith("fault-")) and .ops == "0x0" and .mm != "0x0" then .ops = $ops else . end' fault-dump.json >named.json; tally fault-oracle.json named.json
HOST: same fault.json fault-report.json
HOST: verdict legal-oracle.json legal.json
HOST: same legal.json legal-report.json
JQ: legal.json .[-1].verdict == "clean" and .[-1].lost_overturning == 0
JQ: fault.json .[-1].lost_overturning == 0
