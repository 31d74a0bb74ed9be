# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; umask 027; hmmtrace export --folded -o out x.hmt; hmmtrace export --ctf -o dir x.hmt
stat -c %a out dir
