# What is over before trace-cmd's recorders, one per CPU, have come to run is not in its file.
NAME: trace-cmd records and reports hmm events without hmmtrace
KERNELS: patched-*
NEEDS: exerciser trace-cmd
RUN:
	trace-cmd record -q -e hmm -o t.dat \
		sh -c 'sleep 2; exercise mirror:well_behaved' >/dev/null 2>&1
	trace-cmd report -i t.dat >report
	trace-cmd report -i t.dat -R >raw

GREP: report hmm_range_register: .*page_shift=12 ret=0
GREP: report hmm_mirror_unregister_end:
GREP: raw hmm_range_register: .*mm=0xff[0-9a-f]{14} .*start=0x[0-9a-f]+ .*ret=0
