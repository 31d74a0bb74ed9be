# SPDX-License-Identifier: GPL-2.0
# needs: babeltrace2
# CPUs meet: the second record is older than the first. A third is of an unknown kind.
printf '%s\n' '1.000000 tick' '0.500000 tick' '2.000000 kind-50 extra=0011223344556677' '3.000000 end' > in
hmmtrace export --ctf -o out --text in
babeltrace2 --clock-seconds --no-delta out
