NAME: without type information a patched kernel is traced, and a stock one is a sentence
KERNELS: patched-6.1 patched-6.12 stock-6.12
NEEDS: hmmtrace exerciser
TIMEOUT: 240
WARN: ok
RUN:
	cp /sys/kernel/btf/vmlinux /tmp/btf
	mount -t tmpfs none /sys/kernel/btf
	hmmtrace doctor >doctor.txt || echo $? >doctor.status
	if [ -d $tracing/events/hmm ]; then
		for with in none file; do
			hmmtrace live $([ $with = none ] || echo --btf /tmp/btf) --grace 3s --json -o $with.hmt -- sh -c "
				exercise --json --api mirror --kind fault --hold 7000 --hot no --jobs 32 >$with.oracle.json" \
				>$with.json 2>$with.err || echo $? >$with.status
			hmmtrace dump --json $with.hmt >$with.dump.json
		done
		hmmtrace doctor --btf /tmp/btf >doctor-file.txt
		hmmtrace doctor --btf /bin/busybox >doctor-bad.txt
	else
		for c in live record check; do
			hmmtrace $c -- true >$c.out 2>$c.err || echo $? >$c.status
		done
	fi
	umount /sys/kernel/btf
	rm /tmp/btf

GREP: doctor.txt ^missing +kernel-btf
GREP: doctor.txt ^missing +fields .*--btf FILE
HOST: [ -e none.hmt ] || for c in live record check; do [ "$(cat $c.status)" = 4 ] && [ "$(wc -l <$c.err)" = 1 ] && grep -q 'BTF' $c.err && [ ! -s $c.out ] || { echo "$c: $(cat $c.status) $(cat $c.err)"; exit 1; }; done
HOST: [ ! -e none.hmt ] || { verdict file.oracle.json file.json && tally none.oracle.json none.dump.json; }
HOST: [ ! -e none.hmt ] || { for w in none file; do jq -s 'map(select(.type == "finding" and .severity != "note") | .rule + " " + .confidence) | sort' $w.json >$w.rules; done; cmp none.rules file.rules && [ "$(jq length none.rules)" -gt 10 ]; }
HOST: [ ! -e none.hmt ] || { grep -q '^tier partial, source tracepoint, with the programs for old kernels' doctor.txt && grep -q '^ok *fields' doctor-file.txt && grep -q 'missing *fields .*busybox has no type information' doctor-bad.txt; }
HOST: [ ! -e none.hmt ] || { grep -q 'without fields, what an orphan pins' none.err && ! grep -q 'without fields' file.err; }
HOST: [ ! -e none.hmt ] || { [ "$(jq -s 'map(select(.event == "range-register") | .owner) | max' none.dump.json)" = 0 ] && [ "$(jq -s 'map(select(.event == "range-register") | .owner) | max' file.dump.json)" -gt 0 ]; }
