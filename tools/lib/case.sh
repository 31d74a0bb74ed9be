# shellcheck shell=bash
# shellcheck disable=SC2154  # top, out, root: see common.sh and case.sh
# SPDX-License-Identifier: GPL-2.0
#
# Cases: reading them, running them in as few boots as possible, judging them.
# The format is described in tests/vm/README.

# Per case, by index
declare -a case_file case_name case_needs case_status case_timeout case_warn_ok case_why
# Of the run
declare case_label

# case_parse FILE: prints "KEY<TAB>VALUE" for each header, lines of RUN as RUN
case_parse() {
	awk '
	/^RUN:$/ { run = 1; next }
	run && /^(\t|$)/ { sub(/^\t/, ""); print "RUN\t" $0; next }
	{ run = 0 }
	/^(#|$)/ { next }
	match($0, /^[A-Z]+:/) {
		key = substr($0, 1, RLENGTH - 1); value = substr($0, RLENGTH + 1)
		sub(/^[ \t]+/, "", value); print key "\t" value; next
	}
	{ print "BAD\tline " NR ": " $0 }' "$1"
}

# case_load FILE LABEL: appends it to the tables. Return: 1 when it is not for this kernel.
case_load() {
	local file=$1 label=$2 key value i=${#case_file[@]} pattern found=no
	local kernels='*' name=${file##*/}
	case_needs[i]='' case_status[i]=0 case_timeout[i]=60 case_warn_ok[i]=no case_why[i]=''
	while IFS=$'\t' read -r key value; do
		case $key in
		NAME) name=$value ;;
		KERNELS) kernels=$value ;;
		NEEDS) case_needs[i]=$value ;;
		STATUS) case_status[i]=$value ;;
		TIMEOUT) case_timeout[i]=$value ;;
		WARN) [[ $value = ok ]] || die "$file: WARN can only be ok"; case_warn_ok[i]=yes ;;
		RUN | JQ | GREP | NOGREP | HOST) ;;
		*) die "$file: $key: $value" ;;
		esac
	done < <(case_parse "$file")
	set -f
	for pattern in $kernels; do
		# shellcheck disable=SC2053  # a pattern is meant
		[[ $label != $pattern ]] || found=yes
	done
	set +f
	[[ $found = yes ]] || return 1
	case_file[i]=$file
	case_name[i]=$name
}

# case_expectations FILE: the lines that say what has to be true
case_expectations() {
	case_parse "$1" | grep -E '^(JQ|GREP|NOGREP|HOST)'$'\t' || true
}

# judge_end DIR FILE: the end of what an expectation is not true of, for who has only the log
judge_end() {
	tail -n 6 "$1/$2" 2>&1 | cut -c 1-800 >>"$1/judge"
	return 1
}

# judge_one DIR KEY VALUE: return 0 when it holds
judge_one() {
	local dir=$1 key=$2 value=$3 file=${3%% *} rest=${3#* }
	case $key in
	JQ) { [[ -e $dir/$file ]] && jq -e -s "$rest" "$dir/$file" >/dev/null 2>>"$dir/judge"; } ||
		judge_end "$dir" "$file" ;;
	GREP) grep -a -q -E -e "$rest" "$dir/$file" 2>>"$dir/judge" || judge_end "$dir" "$file" ;;
	NOGREP) [[ -e $dir/$file ]] && ! grep -a -E -e "$rest" "$dir/$file" >>"$dir/judge" ;;
	HOST) (cd "$dir" && PATH="$top/tests/vm:$PATH" bash -euo pipefail -c "$value") \
		>>"$dir/judge" 2>&1 ;;
	esac
}

# What the kernel complained about while the case ran, when that is not allowed.
judge_dmesg() {
	local dir=$1 warn_ok=$2
	if [[ $warn_ok = yes ]]; then
		console_complaints "$dir/dmesg" "$case_label" | head -n 1
	else
		grep -a -m1 -E "$console_splat" "$dir/dmesg"
	fi
}

# case_judge INDEX DIR: prints why the case failed, or nothing
case_judge() {
	local i=$1 dir=$2 key value status complaint
	: >"$dir/judge"
	status=$(<"$dir/status")
	[[ ! -e $dir/skip ]] || return 0
	if [[ $status = 137 && ${case_status[i]} != 137 ]]; then
		echo "timed out after ${case_timeout[i]} s"
		return
	fi
	if [[ $status != "${case_status[i]}" ]]; then
		echo "exit status $status: $(tail -n 1 "$dir/stderr" | tr -d '\n')"
		return
	fi
	while IFS=$'\t' read -r key value; do
		judge_one "$dir" "$key" "$value" && continue
		echo "not true: $key: $value"
		tail -n 8 "$dir/judge" | sed 's/^/#   /' >"$dir/detail"
		return
	done < <(case_expectations "${case_file[i]}")
	complaint=$(judge_dmesg "$dir" "${case_warn_ok[i]}") || true
	[[ -z $complaint ]] || echo "kernel: $complaint"
}

# The image of a run, with everything its cases need. A need that cannot be met
# fails the cases that have it, and is asked for once.
run_image() {
	local kernel=$1 work=$2 need i why
	local -A met=()
	root=$work/root
	rm -rf "$root"
	image_begin
	image_module "$kernel" virtio_pci || true
	image_module "$kernel" virtio_blk || true
	for i in "${!case_file[@]}"; do
		for need in ${case_needs[i]}; do
			[[ -n ${met[$need]+set} ]] || met[$need]=$(image_need "$kernel" "$need") ||
				met[$need]="$need could not be built"
			[[ -z ${met[$need]} ]] || case_why[i]=${met[$need]}
		done
		{
			echo '. /vm/guest.sh'
			case_parse "${case_file[i]}" | sed -n $'s/^RUN\t//p'
		} >"$root/vm/$i.sh"
	done
}

# run_boot KERNEL WORK INDEX...: one boot with these cases, results in WORK/INDEX/
run_boot() {
	local kernel=$1 work=$2 i seconds limit=$((60 * ${VM_PATIENCE:-1})) status=0
	shift 2
	: >"$root/vm/plan"
	for i; do
		seconds=$((${case_timeout[i]} * ${VM_PATIENCE:-1}))
		echo "$i $seconds" >>"$root/vm/plan"
		((limit += seconds))
	done
	image_end "$work/initrd"
	vm_disk "$work/disk" "${#case_file[@]}"
	qemu_boot "$kernel" "$work/initrd" "$work/disk" "$work/serial.boot" "$limit" \
		-serial "file:$work/progress" || status=$?
	cat "$work/serial.boot" >>"$work/serial.log"
	for i; do
		vm_slot "$work/disk" "$i" "$work/$i" || true
	done
	rm -f "$work/disk" "$work/initrd"
	return $status
}

# Why a guest stopped before its plan was done.
boot_end_reason() {
	local work=$1 died
	if died=$(kernel_died "$work/serial.boot"); then
		echo "the guest died: $died"
	elif [[ ! -s $work/progress ]]; then
		echo "the guest did not boot, see ${work#"$top"/}/serial.log"
	else
		echo "the guest hung or went away"
	fi
}

# Runs what has not been run; a case that takes the guest down is judged for
# that, and the rest get another boot.
run_boots() {
	local kernel=$1 work=$2 i culprit
	local -a todo=()
	for i in "${!case_file[@]}"; do
		[[ -n ${case_why[i]} ]] || todo+=("$i")
	done
	while ((${#todo[@]})); do
		run_boot "$kernel" "$work" "${todo[@]}" || true
		culprit=''
		local -a left=()
		for i in "${todo[@]}"; do
			[[ ! -e $work/$i/status ]] || continue
			if [[ -z $culprit ]]; then
				culprit=$i
				case_why[i]=$(boot_end_reason "$work")
			else
				left+=("$i")
			fi
		done
		todo=("${left[@]}")
	done
}

# report_console NUMBER WORK: the same for what the kernel said, all boots of the run
# together, whichever case it was in, or none.
report_console() {
	local n=$1 log=$2/serial.log complaints=''
	[[ ! -e $log ]] || complaints=$(console_complaints "$log" "$case_label")
	if [[ -n $complaints ]]; then
		echo "not ok $n - leaves a clean console # ${complaints%%$'\n'*}"
		sed 's/^/#   /' <<<"$complaints"
		return 1
	fi
	echo "ok $n - leaves a clean console"
}

# report_case NUMBER INDEX WORK: one line of TAP. Return: 1 when it is not ok.
report_case() {
	local n=$1 i=$2 work=$3 why=${case_why[$2]}
	[[ -n $why ]] || why=$(case_judge "$i" "$work/$i")
	if [[ -n $why ]]; then
		echo "not ok $n - ${case_name[i]} # $why"
		[[ ! -e $work/$i/detail ]] || cat "$work/$i/detail"
		return 1
	fi
	if [[ -e $work/$i/skip ]]; then
		echo "ok $n - ${case_name[i]} # SKIP $(<"$work/$i/skip")"
	else
		echo "ok $n - ${case_name[i]}"
	fi
}

# run_cases KERNEL LABEL FILE...: TAP. Return: 1 when a case failed.
run_cases() {
	local kernel=$1 label=$2 file i n=0 failed=0 work began=$SECONDS
	local -x VM_CPUS=${VM_CPUS-}
	shift 2
	# Without preemption there are as many kretprobes of a function as CPUs are possible,
	# and what begins at once in more threads than that is missed, which is said.
	[[ $label != stock-5.10* ]] || VM_CPUS=${VM_CPUS:-2,maxcpus=16}
	need_command jq
	case_file=() case_name=() case_needs=() case_status=() case_timeout=()
	case_warn_ok=() case_why=() case_label=$label
	for file; do
		[[ -e $file ]] || die "no such case: $file"
		case_load "$file" "$label" || true
	done
	((${#case_file[@]})) || die "none of these cases is for $label"
	work=$out/vm/run/$label
	rm -rf "$work"
	mkdir -p "$work"
	echo "# $label"
	echo "1..$((${#case_file[@]} + 1))"
	run_image "$kernel" "$work"
	run_boots "$kernel" "$work"
	for i in "${!case_file[@]}"; do
		report_case $((++n)) "$i" "$work" || failed=1
	done
	report_console $((n + 1)) "$work" || failed=1
	rm -rf "$root"
	echo "# $label: $n cases in $((SECONDS - began)) s, left in ${work#"$top"/}"
	return $failed
}

# boot_command KERNEL LIMIT RESULTS NEEDS COMMAND...: its output on ours
boot_command() {
	local kernel=$1 limit=$2 results=$3 needs=$4 work need why complaint status=0
	shift 4
	work=$(mktemp -d "${TMPDIR:-/tmp}/hmmtrace-vm.XXXXXX")
	# shellcheck disable=SC2064  # now, while work is set
	trap "rm -rf '$work'" EXIT
	root=$work/root
	image_begin
	image_module "$kernel" virtio_pci || true
	image_module "$kernel" virtio_blk || true
	for need in $needs; do
		why=$(image_need "$kernel" "$need") || die "$need could not be built"
		[[ -z $why ]] || die "$why"
	done
	: >"$root/vm/stream"
	echo "0 $limit" >"$root/vm/plan"
	{
		echo '. /vm/guest.sh'
		printf '%q ' "$@"
	} >"$root/vm/0.sh"
	image_end "$work/initrd"
	vm_disk "$work/disk" 1
	qemu_boot "$kernel" "$work/initrd" "$work/disk" "$work/serial.log" $((limit + 60)) \
		-chardev stdio,id=user,signal=off -serial chardev:user || status=$?
	if ! vm_slot "$work/disk" 0 "$work/0"; then
		tail -n 30 "$work/serial.log" >&2
		die "the guest did not finish${status:+ (status $status)}"
	fi
	cp "$work/serial.log" "$work/0/serial.log"
	if [[ -n $results ]]; then
		mkdir -p "$results"
		cp -r "$work/0/." "$results"
	fi
	status=$(<"$work/0/status")
	complaint=$(console_complaints "$work/serial.log" boot | head -n 1)
	[[ -z $complaint ]] || note "the kernel complained: $complaint"
	# No success with a kernel that is not well
	[[ -z $complaint || $status != 0 ]] || status=2
	return "$status"
}
