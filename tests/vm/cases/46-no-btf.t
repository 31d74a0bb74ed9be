NAME: a kernel without type information is one sentence and a status
KERNELS: patched-* stock-6.12
NEEDS: hmmtrace
RUN:
	mount -t tmpfs none /sys/kernel/btf
	for c in live record check; do
		hmmtrace $c -- true >$c.out 2>$c.err || echo $? >$c.status
	done
	hmmtrace doctor >doctor.out 2>doctor.err || echo $? >doctor.status
	umount /sys/kernel/btf

HOST: for c in live record check; do [ "$(cat $c.status)" = 4 ] && [ "$(wc -l <$c.err)" = 1 ] && grep -q 'BTF' $c.err && [ ! -s $c.out ] || { echo "$c: $(cat $c.status) $(cat $c.err)"; exit 1; }; done
GREP: doctor.out MISSING +kernel-btf
