# SPDX-License-Identifier: GPL-2.0
hmmtrace report --grace 1s,lunch=1h x
