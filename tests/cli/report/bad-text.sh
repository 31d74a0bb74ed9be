# SPDX-License-Identifier: GPL-2.0
echo "0.1 no-such-event" | hmmtrace report --text -
