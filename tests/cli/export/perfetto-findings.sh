# SPDX-License-Identifier: GPL-2.0
# needs: protoc
# What is damaged, what began before the trace and what was late convert too.
for in in clean leak late lossy; do
	hmmtrace export --perfetto --text "$DATA/$in.in" |
		protoc "-I$DATA/../../../src/out" --decode perfetto.protos.Trace perfetto.proto |
		tee decoded | awk -f "$DATA/../../export/perfetto-facts.awk" | paste -sd' '
	grep -A 99 -E '^packet' decoded | grep -E '^    name: "(error|warn|inconclusive|lost)'
done
