# SPDX-License-Identifier: GPL-2.0
# needs: capture root jq
hmmtrace doctor --json | jq -r .tier; exit "${PIPESTATUS[0]}"
