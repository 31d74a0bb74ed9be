# SPDX-License-Identifier: GPL-2.0
# What is no command, but has a page or a text of its own.
hmmtrace help events
hmmtrace help range-orphaned-by-mirror
hmmtrace help rules | head -n 1
hmmtrace help nothing
