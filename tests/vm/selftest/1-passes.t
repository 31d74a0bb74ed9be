NAME: passes
RUN:
	echo '{"n": 1}' >x
JQ: x .[0].n == 1
GREP: x n.: 1
NOGREP: x bad
HOST: test -s x
