# SPDX-License-Identifier: GPL-2.0
# The findings of the page are the lines of --json, and the verdict is shown.
hmmtrace report --html --text -o page "$DATA/leak.in"; echo $?
sed -n "/^<script type=.application.json/,/^<.script>/p" page | sed "1d;\$d" > data
jq -c '.lines[]' data > got
hmmtrace report --json --text "$DATA/leak.in" | jq -c . | cmp - got
jq -c '[.lives.seen, .lives.one_in, .lives.born, .lives.lived, .live.most]' data
# Everything is in it, and nothing else may be fetched or run.
grep -c "default-src 'none'" page
grep -Ei '(src|href|url)[ =(]+.?(https?:)?//' page; true
