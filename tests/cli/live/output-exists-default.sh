# SPDX-License-Identifier: GPL-2.0
# needs: capture
echo precious > hmmtrace.hmt; hmmtrace record -- true; ret=$?; cat hmmtrace.hmt; exit $ret
