# SPDX-License-Identifier: GPL-2.0
# All that is wrong is behind the window.
trace leak x.hmt; hmmtrace report --to 900ms x.hmt | grep -v '^recorded'
