# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; hmmtrace export --ctf -o - x.hmt
