# SPDX-License-Identifier: GPL-2.0
for i in $(seq 2000); do echo "1.0 tick"; done > in; hmmtrace dump --text in | head -n 1; exit "${PIPESTATUS[0]}"
