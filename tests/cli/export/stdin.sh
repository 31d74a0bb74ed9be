# SPDX-License-Identifier: GPL-2.0
text2trace "$DATA/leak.in" x.hmt; hmmtrace export --folded - < x.hmt
