# SPDX-License-Identifier: GPL-2.0
# needs: capture root
hmmtrace doctor
