# SPDX-License-Identifier: GPL-2.0
hmmtrace export --ctf --folded x.hmt
