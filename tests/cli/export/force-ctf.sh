# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; hmmtrace export --ctf -o out x.hmt; hmmtrace export --ctf -f -o out/ x.hmt; ls -A . out
