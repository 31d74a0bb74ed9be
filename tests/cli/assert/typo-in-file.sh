# SPDX-License-Identifier: GPL-2.0
printf '%s\n' '# what CI asks' '' '  orphans == 0' 'range.lifetme.p99 < 500ms' > ci.assert
hmmtrace check --text "$DATA/clean.in" --assertions ci.assert
