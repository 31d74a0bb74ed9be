# SPDX-License-Identifier: GPL-2.0
# needs: python3
# What a major version 2 would look like to this one.
trace leak x.hmt
python3 - <<END
import struct, zlib
d = bytearray(open("x.hmt", "rb").read())
n = struct.unpack_from("<I", d, 16)[0]
struct.pack_into("<H", d, 8, 2)
struct.pack_into("<I", d, 28, 0)
struct.pack_into("<I", d, 28, zlib.crc32(d[:n]))
open("x.hmt", "wb").write(d)
END
for c in report check dump info verify; do hmmtrace $c x.hmt && echo "$c took it"; done
exit 2
