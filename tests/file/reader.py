# SPDX-License-Identifier: GPL-2.0
"""A reader of trace files that was made from hmmtrace-file(5) and hmmtrace-events(7)
alone, and shares nothing with the one in src/stream. It is slow and it is the
proof that the page says enough: where the two differ, one of three is wrong."""
import re
import struct
import subprocess
import zlib

MAGIC = b"\xc8HMT\r\n\x1a\n"
FRAME = struct.Struct("<IIIIIIQQQII")
RAW_MAX = 16777216
STORED_MAX = 16909312
LOST, END = 35, 33


class Refused(Exception):
    pass


class Bad(Exception):
    """A frame that is none after all."""


def unzstd(data):
    """The zstd command is all the standard library lacks."""
    done = subprocess.run(["zstd", "-dcq"], input=data, capture_output=True, check=False)
    if done.returncode:
        raise Bad("zstd")
    return done.stdout


def content_size(payload):
    """What the header of a zstd frame says is in it (RFC 8878, 3.1.1.1)."""
    if payload[:4] != b"\x28\xb5\x2f\xfd":
        raise Bad("no zstd frame")
    flags = payload[4]
    single, fcs = flags >> 5 & 1, flags >> 6
    at = 5 + (0 if single else 1) + (0, 1, 2, 4)[flags & 3]
    size = (1 if single else 0, 2, 4, 8)[fcs]
    if not size:
        raise Bad("no content size")
    return int.from_bytes(payload[at:at + size], "little") + (256 if size == 2 else 0)


# --- columns -------------------------------------------------------------------------


class Stream:
    def __init__(self, data):
        self.data, self.at = data, 0

    def byte(self):
        if self.at >= len(self.data):
            raise Bad("a stream ends")
        self.at += 1
        return self.data[self.at - 1]

    def varint(self):
        value = shift = 0
        while True:
            b = self.byte()
            value |= (b & 127) << shift
            shift += 7
            if not b & 128:
                break
            if shift == 70:
                raise Bad("a number is too long")
        if value >> 64:
            raise Bad("a number is too large")
        return value

    def zigzag(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def bytes(self, n):
        if n > len(self.data) - self.at:
            raise Bad("a stream ends")
        self.at += n
        return self.data[self.at - n:self.at]

    def below(self, limit):
        value = self.varint()
        if value >= limit:
            raise Bad("a number without a thing")
        return value


class Layout:
    def __init__(self, s, nr_registers, taken):
        self.kind, self.size = s.below(1 << 16), s.below(1 << 13) * 8
        self.named = s.below(2)
        self.base = 64 if self.named else 32
        self.columns = []
        for i in range(s.below(63)):
            code = s.varint()
            relative, c = code & 1, code >> 1
            register = c - 1 if c else taken[0]
            taken[0] += not c
            if register >= nr_registers or (relative and i < 2):
                raise Bad("a column without a register")
            self.columns.append((relative, register))
        if self.base + 4 * len(self.columns) > self.size:
            raise Bad("a layout longer than its record")


def columns(block, first_ts, nr_records):
    s = Stream(block)
    nr_layouts, nr_opcodes, nr_tasks, nr_identities = (s.below(len(block)) for _ in range(4))
    nr_registers = s.below(4097)
    lengths = [s.varint() for _ in range(11 + nr_registers)]
    streams = [Stream(s.bytes(n)) for n in lengths]
    raw = Stream(s.bytes(len(block) - s.at))
    tables, ops, times = streams[:4], streams[4], streams[5:9]
    task_refs, identity_refs, registers = streams[9], streams[10], streams[11:]

    taken = [0]
    layouts = [Layout(tables[0], nr_registers, taken) for _ in range(nr_layouts)]
    opcodes = [(layouts[tables[1].below(nr_layouts)], tables[1].varint())
               for _ in range(nr_opcodes)]
    tasks, now = [], [0, 0, 0]
    for _ in range(nr_tasks):
        now = [(v + tables[2].zigzag()) & 0xffffffff for v in now]
        tasks.append(now)
    identities, last = [], [0] * 5
    for _ in range(nr_identities):
        codes, words = tables[3].below(1 << 10), []
        for k in range(5):
            code = codes >> 2 * k & 3
            if code == 3:
                raise Bad("code 3")
            if code == 2:
                last[k] = (last[k] + tables[3].zigzag()) & (1 << 64) - 1
            words.append(last[k] if code else 0)
        identities.append(words)
    if not tasks or not identities:
        raise Bad("nobody")

    value, task, identity_of, ts = [0] * nr_registers, 0, [0] * nr_tasks, first_ts
    out = []
    for _ in range(nr_records):
        layout, mask = opcodes[ops.below(nr_opcodes)]
        if mask & 1:
            task = task_refs.below(nr_tasks)
        if mask & 2:
            identity_of[task] = identity_refs.below(nr_identities)
        spread = bytearray()
        while not spread or spread[-1] & 128:
            spread.append(times[min(len(spread), 3)].byte())
        ts = (ts + Stream(bytes(spread)).zigzag()) & (1 << 64) - 1
        words = []
        for i, (relative, register) in enumerate(layout.columns):
            if mask >> (2 + i) & 1:
                value[register] = (value[register] + registers[register].zigzag()) & 0xffffffff
            words.append((value[register] + (words[i - 2] if relative else 0)) & 0xffffffff)
        cookies = identities[identity_of[task]]
        record = struct.pack("<HHIQQII", layout.kind, layout.size, tasks[task][0], ts, cookies[0],
                             tasks[task][1], tasks[task][2])
        if layout.named:
            record += struct.pack("<4Q", *cookies[1:])
        record += struct.pack("<%dI" % len(words), *words)
        out.append(record + raw.bytes(layout.size - len(record)))
    if any(s.at != len(s.data) for s in streams + [raw]):
        raise Bad("something is left over")
    return b"".join(out)


# --- the file --------------------------------------------------------------------------


class Frame:
    def __init__(self, data, at):
        fields = FRAME.unpack_from(data, at)
        (magic, self.encoding, self.stored, self.raw, self.nr, _, self.number, self.first_ts,
         self.last_ts, self.payload_crc, header_crc) = fields
        self.valid = (magic == 0xf5544d48 and zlib.crc32(data[at:at + 52]) == header_crc and
                      self.raw % 8 == 0 and self.nr >= 1 and 32 * self.nr <= self.raw <= RAW_MAX and
                      1 <= self.stored <= STORED_MAX)
        self.payload = data[at + 56:at + 56 + self.stored]

    def whole(self):
        return len(self.payload) == self.stored

    def records(self, unpacked):
        if zlib.crc32(self.payload) != self.payload_crc or self.encoding > 1:
            raise Bad("payload")
        size = content_size(self.payload)
        if self.encoding == 0 and size != self.raw or self.encoding == 1 and size >= self.raw:
            raise Bad("size")
        block = unpacked(self.payload, size)
        if len(block) != size:
            raise Bad("size")
        if self.encoding == 0:
            return block
        records = columns(block, self.first_ts, self.nr)
        if len(records) != self.raw:
            raise Bad("size")
        return records


def check_header(data):
    if data[:8] != MAGIC:
        raise Refused("magic")
    if len(data) < 32:
        raise Refused("cut")
    major, _, order, length, json_len, flags, crc = struct.unpack_from("<HHIIIII", data, 8)
    if order != 0x01020304:
        raise Refused("byte order")
    if length > 2 << 20 or length % 8 or length < 32 or json_len > min(length - 32, 1 << 20):
        raise Refused("lengths")
    if len(data) < length or zlib.crc32(data[:28] + bytes(4) + data[32:length]) != crc:
        raise Refused("crc")
    if major != 1 or flags & 0xffff:
        raise Refused("version")
    return length


class Reader:
    """events: from parse_events(). unpacked: zstd, of a payload of so many bytes."""

    def __init__(self, data, events, unpacked=lambda payload, size: unzstd(payload)):
        self.data, self.events, self.unpacked = data, events, unpacked
        self.at = check_header(data)
        self.out, self.last_ts, self.any, self.last_kind = [], 0, False, 0
        self.expected, self.gap, self.garbage, self.tail = 0, 0, False, None
        self.read()

    def lost(self, cause, count, ts):
        ts = max(ts, self.last_ts)
        self.out.append((LOST, ts, {"cause": cause, "count": count,
                                    "since": self.last_ts if self.any else 0}))
        self.last_ts, self.any = ts, True

    def account(self, frame):
        """A valid header: what its number says is missing before it."""
        if self.tail is not None:
            self.gap += self.tail
            self.tail = None
        if frame.number > self.expected:
            self.gap += frame.number - self.expected
        self.expected = max(self.expected, frame.number + 1)

    def search(self):
        self.at = self.data.find(b"\x48", self.at + 1)
        if self.at < 0:
            self.at = len(self.data)

    def read(self):
        data = self.data
        while len(data) - self.at >= 56:
            frame = Frame(data, self.at)
            if not frame.valid:
                self.garbage |= self.tail is None and not self.gap
                self.search()
                continue
            old = frame.number < self.expected
            self.account(frame)
            if not frame.whole():
                self.tail = frame.nr
                self.search()
                continue
            try:
                if old:
                    raise Bad("number")
                records = frame.records(self.unpacked)
            except Bad:
                self.gap += frame.nr
                self.search()
                continue
            if self.garbage and not self.gap:
                self.gap = 1
            self.garbage = False
            if self.gap:
                self.lost("frame", self.gap, frame.first_ts)
                self.gap = 0
            self.deliver(records, frame.nr)
            self.at += 56 + frame.stored
        if self.at < len(data) and not self.garbage and self.tail is None and not self.gap:
            self.tail = 0
        cut = self.tail is not None or self.last_kind != END
        if self.gap or self.garbage:
            self.lost("frame", max(self.gap, 1), self.last_ts)
        if cut:
            self.lost("cut", max(self.tail or 0, 1), self.last_ts)

    def deliver(self, raw, nr):
        at = 0
        while nr or at < len(raw):
            kind, size = struct.unpack_from("<HH", raw, at) if len(raw) - at >= 32 else (0, 0)
            possible = size >= 32 and size % 8 == 0 and size <= min(4096, len(raw) - at)
            if not nr or not possible or not self.valid(kind, raw[at:at + size]):
                step = nr and size >= 32 and size % 8 == 0 and size <= len(raw) - at
                self.lost("bad-record", 1 if step else nr or 1, self.last_ts)
                at, nr = (at + size, nr - 1) if step else (len(raw), 0)
                continue
            self.take(kind, raw[at:at + size])
            at, nr = at + size, nr - 1

    def valid(self, kind, rec):
        if not kind:
            return False
        if kind in self.events and (kind < 24 or kind == 39) and len(rec) < 64:
            return False
        if kind == 36:
            return len(rec) >= 40 and struct.unpack_from("<I", rec, 36)[0] <= 64 and \
                len(rec) == 40 + 8 * struct.unpack_from("<I", rec, 36)[0]
        if kind == 37:
            if len(rec) < 56:
                return False
            a, b = struct.unpack_from("<II", rec, 48)
            if len(rec) != (56 + a + 1 + b + 1 + 7) & ~7:
                return False
            name, module = rec[56:56 + a + 1], rec[57 + a:58 + a + b]
            return name.find(0) == a and module.find(0) == b
        return True

    def take(self, kind, rec):
        _, _, cpu, ts, mm, tgid, tid = struct.unpack_from("<HHIQQII", rec)
        fields = {"cpu": None if cpu == 0xffffffff else cpu, "mm": mm, "pid": tgid, "tid": tid}
        if kind in self.events:
            self.members(kind, rec, fields)
        self.out.append((kind, ts, fields))
        self.last_ts = max(self.last_ts, ts)
        self.any, self.last_kind = True, kind

    def members(self, kind, rec, fields):
        at, whole = 32, rec + bytes(256)
        for what, name in self.events[kind][1]:
            if what.startswith("text"):
                size = int(what[5:-1])
                fields[name] = whole[at:at + size].split(b"\0")[0]
                at += size
                continue
            form = {"u32": "<I", "s32": "<i", "u64": "<Q", "s64": "<q"}[what]
            fields[name] = struct.unpack_from(form, whole, at)[0]
            at += struct.calcsize(form)
        if kind == 36:
            fields["ips"] = list(struct.unpack_from("<%dQ" % fields["nr"], rec, at))
        if kind == 37:
            fields["name"] = rec[at:at + fields["name_len"]]
            at += fields["name_len"] + 1
            fields["module"] = rec[at:at + fields["module_len"]]


def parse_events(page):
    """The kinds and their members, as hmmtrace-events(7) lists them."""
    events = {}
    with open(page, encoding="utf-8") as f:
        section = re.search(r"^## THE EVENTS$(.*?)^## ", f.read(), re.M | re.S).group(1)
    found = re.findall(r"^`([a-z-]+)` \((\d+)\)\n:   (.*)\.$", section, re.M)
    for name, kind, members in found:
        events[int(kind)] = name, re.findall(r"\b([us](?:32|64)|text\[\d+\]) (\w+)", members)
    return events
