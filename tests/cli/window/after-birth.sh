# SPDX-License-Identifier: GPL-2.0
# The range was born before the window and is left behind in it: found, with its birth.
trace leak x.hmt; hmmtrace report --from 500ms x.hmt | grep -v '^recorded'
