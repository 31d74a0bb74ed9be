NAME: live, report, check of the file and check of the command say the same of a leaked run and of a fixed one
KERNELS: patched-* stock-newest
NEEDS: hmmtrace exerciser
TIMEOUT: 200
WARN: ok
RUN:
	# Its output, what it says and its exit status, in files.
	run() {
		_name=$1 _status=0
		shift
		"$@" >"$_name.out" 2>"$_name.err" || _status=$?
		echo $_status >"$_name.status"
	}
	# The command fails, too: that must not get mixed up with the verdict.
	cat >watched <<-'END'
		hmmtrace check --json -a 'orphans == 0' --junit $1.xml -- \
			sh -c "exercise $2; exit 7" >$1.command.out 2>$1.command.err
		echo $? >$1.command.status
	END
	for what in leaked:notifier:interval_leaked_by_driver fixed:notifier:interval_overlap; do
		scenario=${what#*:} what=${what%%:*}
		run $what.live hmmtrace live --json -o $what.hmt -- sh ./watched $what $scenario
		run $what.report hmmtrace report --json $what.hmt
		run $what.file hmmtrace check --json -a 'orphans == 0' $what.hmt
	done
	# The other statuses. What is mistyped is said before anything is run.
	run typo hmmtrace check -a 'orphns == 0' -- touch was-run
	run nothing-to-run hmmtrace check -- ./there-is-no-such-command
	hmmtrace dump fixed.hmt | awk '{ print } / range-register / && !n++ {
		print $1 " lost cause=ring-full count=3 since=0" }' >lossy.txt
	run lossy hmmtrace check --text lossy.txt
	[ -d $tracing/events/hmm ] || run unsupported hmmtrace check --source raw_tp -- true

HOST: for w in live report file command; do [ "$(cat leaked.$w.status) $(cat fixed.$w.status)" = "1 0" ] || { echo "$w: leaked $(cat leaked.$w.status), fixed $(cat fixed.$w.status)"; exit 1; }; done
HOST: same leaked.live.out leaked.report.out
HOST: same fixed.live.out fixed.report.out
HOST: diff <(grep '"type":"finding"' leaked.report.out) <(grep '"type":"finding"' leaked.file.out)
# Another tracer of the same run has numbers and times of its own; of what it is about it says the same.
HOST: for w in live command; do jq -c 'select(.type == "finding") | [.rule, .severity, .confidence, .missing, .object.class, .object.address, .object.driver, .object.window, .object.owner.pid, [.object.born.stack[].symbol]]' leaked.$w.out >$w.about; done; cmp live.about command.about
JQ: leaked.live.out map(select(.type == "finding" and .severity == "error")) | length == 1 and .[0].rule == "range-orphaned-by-mm" and .[0].confidence == "certain"
JQ: fixed.live.out map(select(.type == "finding")) == []
JQ: leaked.command.out map(select(.type == "assertion")) | length == 1 and .[0].outcome == "failed" and .[0].value == 1 and .[0].worst != null
JQ: fixed.command.out map(select(.type == "assertion")) | length == 1 and .[0].outcome == "passed" and .[0].measured > 0
GREP: leaked.command.err ^hmmtrace: command exited with status 7$
GREP: fixed.command.err ^hmmtrace: command exited with status 7$
GREP: leaked.xml exited with status 7
HOST: xmllint --noout leaked.xml fixed.xml
GREP: typo.status ^2$
HOST: [ ! -e was-run ]
GREP: nothing-to-run.status ^2$
GREP: nothing-to-run.err there-is-no-such-command
GREP: lossy.txt lost cause=ring-full
GREP: lossy.status ^3$
HOST: [ ! -e unsupported.status ] || grep -qx 4 unsupported.status
