# The last one: a lockdown lasts until the next boot, and cases share one.
NAME: a kernel locked down to confidentiality is one sentence and a status
KERNELS: stock-6.12
NEEDS: hmmtrace
RUN:
	mount -t securityfs none /sys/kernel/security
	echo confidentiality >/sys/kernel/security/lockdown
	for c in live record check snapshot; do
		case $c in snapshot) set -- ;; *) set -- -- true ;; esac
		hmmtrace $c "$@" >$c.out 2>$c.err || echo $? >$c.status
	done
	hmmtrace doctor >doctor.out 2>doctor.err || echo $? >doctor.status

HOST: for c in live record check snapshot; do s=$(cat $c.status); [ "$s" = 4 ] || [ "$s" = 2 ] || { echo "$c: $s"; exit 1; }; [ "$(wc -l <$c.err)" = 1 ] && grep -qi 'lockdown\|locked down' $c.err || { echo "$c: $(cat $c.err)"; exit 1; }; done
GREP: doctor.out MISSING +lockdown
