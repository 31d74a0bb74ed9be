# SPDX-License-Identifier: GPL-2.0
# needs: capture
echo precious > x.hmt; hmmtrace record -o x.hmt -- true; ret=$?; cat x.hmt; exit $ret
