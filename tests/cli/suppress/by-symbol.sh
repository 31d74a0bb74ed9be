# SPDX-License-Identifier: GPL-2.0
printf '%s\n' '# known to upstream' 'leak:exerciser_ioctl' 'leak:never_used' > known.supp
hmmtrace check --text "$DATA/leak.in" --suppressions known.supp
