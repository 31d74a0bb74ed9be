NAME: tracefs alone shows hmm events with named fields
KERNELS: patched-*
NEEDS: exerciser
RUN:
	echo 1 >$tracing/events/hmm/enable
	exercise mirror:well_behaved notifier:interval_reinsert >/dev/null
	echo 0 >$tracing/events/hmm/enable
	cat $tracing/trace >trace
	cat $tracing/events/hmm/hmm_range_register/format >format
	ls $tracing/events/hmm >events

GREP: trace hmm_range_register: mm=0*[0-9a-f]+ hmm=0*[0-9a-f]+ mirror=0*[0-9a-f]+ range=0*[0-9a-f]+ ops=0*[0-9a-f]+ start=.* end=.* page_shift=12 ret=0
GREP: trace hmm_mirror_unregister: mm=
GREP: trace hmm_fault_end: .*ret=
GREP: format field:u64 mm;.*offset:8;.*size:8;
GREP: format field:u64 start;.*offset:48;.*size:8;
GREP: format field:s64 ret;
HOST: for e in mirror_register mirror_unregister mirror_unregister_end range_register range_unregister_begin range_unregister_end ref_get ref_put free mm_release mm_destroy release_begin release_end fault_begin fault_end read_begin invalidate_begin invalidate_end callback_begin callback_end; do grep -qx "hmm_$e" events || { echo "no hmm_$e"; exit 1; }; done
