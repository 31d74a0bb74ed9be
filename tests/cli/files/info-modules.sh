# SPDX-License-Identifier: GPL-2.0
# Each build-id once, in text, in JSON, and through dump and back.
printf '%s\n' '0.0 start flags=0x1' '0.1 module name=vmlinux build_id=00ff' '0.2 module name=hmm_exerciser build_id=1234abcd' '0.3 module name=vmlinux build_id=00ff' '0.4 end' > t
text2trace t x.hmt
hmmtrace info x.hmt | grep build-id
hmmtrace info --json x.hmt | grep -o '"modules":.*'
hmmtrace dump x.hmt | grep ' module ' | head -n1
hmmtrace dump x.hmt > d; text2trace d y.hmt; hmmtrace dump y.hmt | diff d - && echo same
