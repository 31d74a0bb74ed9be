# SPDX-License-Identifier: GPL-2.0
echo "not a trace" > foreign; hmmtrace report foreign
