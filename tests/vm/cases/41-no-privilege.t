NAME: without privilege there is one sentence and a status
KERNELS: patched-*
NEEDS: hmmtrace
RUN:
	chmod 777 .
	for c in live record check; do
		su -s /bin/sh nobody -c "hmmtrace $c -- true" >$c.out 2>$c.err || echo $? >$c.status
	done
	su -s /bin/sh nobody -c "hmmtrace doctor" >doctor.out 2>doctor.err || echo $? >doctor.status

HOST: for c in live record check; do [ "$(cat $c.status)" != 0 ] && [ "$(wc -l <$c.err)" = 1 ] || { echo "$c: $(cat $c.status) $(cat $c.err)"; exit 1; }; grep -qiE 'root|privilege|CAP_|permi' $c.err; done
HOST: [ "$(cat doctor.status)" != 0 ] && grep -qiE 'root|privilege|CAP_|permi' doctor.out doctor.err
