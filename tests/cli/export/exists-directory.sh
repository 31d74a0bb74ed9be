# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; mkdir out; hmmtrace export --ctf -o out x.hmt
