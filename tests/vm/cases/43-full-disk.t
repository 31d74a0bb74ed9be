NAME: a full disk is one sentence and a status
KERNELS: patched-*
NEEDS: hmmtrace exerciser
RUN:
	hmmtrace live --json -- exercise mirror:well_behaved >/dev/full 2>live.err || echo $? >live.status
	mkdir small
	mount -t tmpfs -o size=64k tmpfs small
	hmmtrace record -q --events all=each -o small/r.hmt -- exercise --mixed 2s >record.out 2>record.err \
		|| echo $? >record.status
	hmmtrace report small/r.hmt >report.txt 2>&1 || echo $? >report.status
	umount small

HOST: [ "$(cat live.status)" = 2 ] && grep -q 'cannot write' live.err
HOST: [ "$(cat record.status)" = 2 ] && grep -qi 'space' record.err
GREP: report.txt .
