# SPDX-License-Identifier: GPL-2.0
# needs: capture
# What does not go together is said before anything is set up.
hmmtrace record --rotate 64M --last 30s; echo $?
hmmtrace record --keep 3; echo $?
hmmtrace record --dump-on end; echo $?
hmmtrace record --rotate 1s -o - > x; echo $?
hmmtrace record --rotate fast; echo $?
hmmtrace record --last 17; echo $?
hmmtrace record --last 0; echo $?
hmmtrace record --last 1s --dump-on sometimes; echo $?
hmmtrace record --rotate 1s --keep 0; echo $?
touch hmmtrace.0004.hmt; hmmtrace record --rotate 1s; echo $?
touch run.hmt; hmmtrace record --last 1s -o run.hmt; echo $?
