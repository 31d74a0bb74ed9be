# SPDX-License-Identifier: GPL-2.0
# The example of the page gives what stands below it.
trace leak x.hmt 4; head -c 900 x.hmt > cut.hmt
sed -n '/^## EXAMPLES/,/^## SEE/s/^    //p' "$DATA/../../../docs/hmmtrace-recover.1.md" > page
eval "$(sed -n 's/^\$ //p' page)" > said
grep -v '^\$' page | diff - said && echo same
