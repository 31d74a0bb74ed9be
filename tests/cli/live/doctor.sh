# SPDX-License-Identifier: GPL-2.0
# needs: capture root
# One line per requirement; the tier decides the status.
hmmtrace doctor > doctor
case $?:$(head -n 1 doctor) in
0:'tier full'*|0:'tier partial'*|4:'tier none: '*) ;;
*) head -n 1 doctor;;
esac
for id in privilege kernel-btf bpf-syscall ring-buffer hmm-tracepoints kallsyms; do
	grep -qE "^(ok|missing|MISSING|unknown) +$id +[^ ]" doctor || echo "nothing on $id"
done
# What is missing has a remedy behind a full stop.
grep -iE '^missing' doctor | grep -vE '\. .+$'
true
