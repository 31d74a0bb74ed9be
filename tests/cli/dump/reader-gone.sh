# SPDX-License-Identifier: GPL-2.0
# More than a pipe holds, so that the writer notices; it has nothing to say.
yes "1.0 tick" | head -n 20000 > in
hmmtrace dump --text in | head -n 1
exit "${PIPESTATUS[0]}"
