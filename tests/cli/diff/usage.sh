# SPDX-License-Identifier: GPL-2.0
hmmtrace diff one
[ $? = 2 ] || echo 'one file passes'
hmmtrace diff one two three
[ $? = 2 ] || echo 'three files pass'
hmmtrace diff nowhere nothing
