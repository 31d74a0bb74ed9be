# SPDX-License-Identifier: GPL-2.0
hmmtrace report --text "$DATA/counted.in"
hmmtrace report --text --json "$DATA/counted.in" | grep frequent
hmmtrace report --text --json --driver other "$DATA/counted.in" | grep frequent
hmmtrace dump --text "$DATA/counted.in" | hmmtrace report -q --text -
hmmtrace dump --json --text "$DATA/counted.in" | grep -c '"event":"hot-count".*"what":"fault"'
