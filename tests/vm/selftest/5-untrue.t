NAME: says what is not true
RUN:
	echo '{"n": 1}' >x
JQ: x .[0].n == 2
