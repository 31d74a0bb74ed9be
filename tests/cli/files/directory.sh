# SPDX-License-Identifier: GPL-2.0
mkdir d; hmmtrace report d
