# SPDX-License-Identifier: GPL-2.0
hmmtrace report -q --driver amdgpu --text "$DATA/leak.in"
