NAME: skips
RUN:
	skip a reason
