# SPDX-License-Identifier: GPL-2.0
# needs: protoc jq
"$DATA/../../export/records" 20 > many.in; text2trace many.in many.hmt 100

hmmtrace export --perfetto -o out many.hmt
protoc "-I$DATA/../../../src/out" --decode perfetto.protos.Trace perfetto.proto < out > decoded || echo "not decoded"
awk -f "$DATA/../../export/perfetto-facts.awk" decoded
hmmtrace report --json many.hmt | jq -r 'select(.type == "summary") | "report: mirrors \(.mirrors), ranges \(.ranges), findings \(.errors)"'
