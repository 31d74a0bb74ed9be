# SPDX-License-Identifier: GPL-2.0
: > empty; hmmtrace report empty
