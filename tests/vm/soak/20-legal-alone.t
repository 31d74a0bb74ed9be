NAME: nobody traces: nothing legal that is odd, nor many threads of it, make the kernel complain
NEEDS: exerciser
TIMEOUT: 300
RUN:
	exercise --json --kind legal --jobs 4 >oracle.json
	exercise --mixed 20s --threads 8 >mixed.json
	exercise --device hmm_exerciser_good --kind legal --jobs 8 --json >good.json

JQ: oracle.json map(select(.scenario)) | length >= 24 and all(.ok)
JQ: good.json map(select(.scenario)) | length >= 20 and all(.ok)
