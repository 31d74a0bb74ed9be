NAME: fails
RUN:
	echo oh no >&2
	exit 3
