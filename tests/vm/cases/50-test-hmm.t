NAME: upstream's hmm-tests run with every register matched and nothing flagged
KERNELS: patched-*
NEEDS: hmmtrace test_hmm
TIMEOUT: 90
RUN:
	until_true 5 test -e /dev/hmm_dmirror0
	tests="open_close anon_read anon_read_prot anon_write anon_write_prot anon_write_child
		file_read file_write migrate anon_teardown mixedmap compound"
	{
		for t in $tests; do
			hmmtrace_test="$t"
			for v in hmm.hmm_device_private; do echo "$v.$hmmtrace_test"; done
		done
	} >names
	hmmtrace live --json --events fault -o live.hmt -- sh -c '
		set --; while read -r n; do set -- "$@" -t "$n"; done <names
		hmm-tests "$@"' >live.json 2>tests.out
	hmmtrace report --json live.hmt >report.json
	hmmtrace dump --json live.hmt >dump.json

GREP: tests.out PASSED: [0-9]+ / [0-9]+ tests passed
NOGREP: tests.out ^not ok
JQ: live.json .[-1].verdict == "clean" and .[-1].live_ranges == 0 and .[-1].live_mirrors == 0 and .[-1].ranges > 5
HOST: same live.json report.json
JQ: dump.json (map(select(.event == "range-register" and .ret == 0)) | length) == (map(select(.event == "range-unregister-end")) | length)
