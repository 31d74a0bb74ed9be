# SPDX-License-Identifier: GPL-2.0
# needs: capture
mkdir d; hmmtrace check -- ./d
