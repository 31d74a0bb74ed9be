NAME: nobody traces: faults make the kernel complain of nothing but them
NEEDS: exerciser
TIMEOUT: 300
WARN: ok
RUN:
	exercise --json --kind fault --jobs 32 >oracle.json

JQ: oracle.json map(select(.scenario)) | length >= 24 and all(.ok)
