NAME: wants what there is not
NEEDS: no-such-program
RUN:
	true
