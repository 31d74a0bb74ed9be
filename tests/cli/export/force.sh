# SPDX-License-Identifier: GPL-2.0
trace leak x.hmt; echo mine > out; ln -s out link; hmmtrace export -f --folded -o link x.hmt; cat out; ls -A
