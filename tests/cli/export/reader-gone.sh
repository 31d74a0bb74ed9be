# SPDX-License-Identifier: GPL-2.0
"$DATA/../../export/records" 200 > in; hmmtrace export --ndjson --text in | head -n 1 | wc -l; echo "${PIPESTATUS[0]}"
