NAME: times out
TIMEOUT: 2
RUN:
	sleep 100 &
	sleep 100
