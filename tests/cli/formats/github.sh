# SPDX-License-Identifier: GPL-2.0
for i in clean leak lossy; do
	echo "== $i"
	hmmtrace check -q --github --text "$DATA/$i.in" -a 'range(comm=100%*).lifetime.max < 1s' \
		-a 'range.lifetime.max < 1s'
done
