# SPDX-License-Identifier: GPL-2.0
hmmtrace check -q --text "$DATA/leak.in" --write-baseline known.json
cat known.json
echo '== the same bug in another boot, another process and another build'
sed 's/=0xffffffffc000\([123]\)000/=0xffffffffc0777\100/g; s/ 0xffffffffc0002000/ 0xffffffffc0777200/
     s/,0xffffffffc0002000/,0xffffffffc0777200/; s/ips=0xffffffffc0003000/ips=0xffffffffc0777300/
     s/offset=416/offset=99/; s/=412/=999/g; s/name=exerciser_ioctl/name=exerciser_ioctl.isra.0/
     s/0xd0/0x1d0/; s/0xa0/0x1a0/; s/0xb0/0x1b0/' "$DATA/leak.in" > again.in
hmmtrace check -q --text again.in --baseline known.json; echo "status $?"
hmmtrace check -q --text again.in --baseline known.json -a 'orphans == 0'; echo "status $?"
echo '== another place in the same driver'
sed 's/exerciser_ioctl/exerciser_mmap/' "$DATA/leak.in" > new.in
hmmtrace check -q --text new.in --baseline known.json; echo "status $?"
echo '== lost events stay lost'
hmmtrace check -q --text "$DATA/lossy.in" --baseline known.json; echo "status $?"
echo '== nothing found, nothing known'
hmmtrace check -q --text "$DATA/clean.in" --write-baseline known.json
cat known.json
