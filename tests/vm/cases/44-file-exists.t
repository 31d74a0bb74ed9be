NAME: an output file that exists is not overwritten unless forced
KERNELS: patched-*
NEEDS: hmmtrace
RUN:
	echo precious >r.hmt
	hmmtrace record -o r.hmt -- true 2>err || echo $? >status1
	cp r.hmt kept
	hmmtrace record -q -f -o r.hmt -- true
	hmmtrace report r.hmt >report.txt
	hmmtrace record -o x.hmt -- 2>err2 || echo $? >status2
	hmmtrace record -q -o y.hmt -- sh -c 'exit 7' 2>err3

GREP: status1 ^2$
GREP: kept precious
GREP: err exist
GREP: status2 ^2$
GREP: err3 status 7
