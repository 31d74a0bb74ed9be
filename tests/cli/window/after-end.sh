# SPDX-License-Identifier: GPL-2.0
# Its mirror was unregistered before the window already: no window is clean of it.
trace leak x.hmt; hmmtrace report -q --from 1.2s x.hmt; echo $?; hmmtrace report -q --from 2.9s x.hmt; echo $?
