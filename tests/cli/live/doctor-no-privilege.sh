# SPDX-License-Identifier: GPL-2.0
# needs: capture
unprivileged hmmtrace doctor | head -n 1; exit "${PIPESTATUS[0]}"
