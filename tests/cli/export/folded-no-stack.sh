# SPDX-License-Identifier: GPL-2.0
sed 's/ stack=1$//' "$DATA/leak.in" > in; hmmtrace export --folded --text in
