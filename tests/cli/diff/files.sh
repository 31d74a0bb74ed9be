# SPDX-License-Identifier: GPL-2.0
trace clean a.hmt
trace leak b.hmt
hmmtrace diff -q a.hmt b.hmt; echo "status $?"
# A cut file may have had anything.
head -c "$(($(stat -c %s b.hmt) - 100))" b.hmt > cut.hmt
hmmtrace diff -q a.hmt cut.hmt; echo "status $?"
