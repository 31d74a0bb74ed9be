# SPDX-License-Identifier: GPL-2.0
#
# bench.jq - samples into tables, tables into text.

def median: sort | if length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

# Of each repetition that both took part in, who / peer.
def ratios($who; $peer):
	($peer | map({key: (.rep | tostring), value: .value}) | from_entries) as $p
	| [$who[] | select($p[.rep | tostring] != null) | . + {peer: $p[.rep | tostring]}
		| if .value == 0 then 0 elif .peer == 0 then infinite else .value / .peer end];

def judge($rows):
	. as $b
	| def of($row; $who): [$rows[] | select(.row == $row and .who == $who) | .samples[]];
	of(.row; .who) as $mine
	| (if .bound == "ratio" then ratios($mine; of(.peer_row; .peer)) else [$mine[].value] end) as $v
	| . + if ($v | length) == 0 then {measured: null, kept: null}
		else ($v | median) as $m
		| {measured: $m, least: ($v | min),
		   kept: ((.max == null or $m <= .max) and (.min == null or $m >= .min))} end;

# The lines of one table -> the table.
def table($name):
	. as $lines
	| ([$lines[] | .peers // empty] | add // []) as $peers
	| ([$lines | to_entries[] | select(.value.value != null)] | group_by([.value.row, .value.who])
		| sort_by(.[0].key)
		| map([.[].value] as $s | {row: $s[0].row, who: $s[0].who, unit: $s[0].unit,
			n: ($s | length), min: ([$s[].value] | min), median: ([$s[].value] | median),
			max: ([$s[].value] | max), samples: [$s[] | {rep, value}]})) as $rows
	| {name: $name, question: ([$lines[] | .question // empty] | first), peers: $peers,
	   remarks: [$lines[] | .remark // empty],
	   rows: [$rows[] | . as $r | . + {ratios: ([$peers[] as $p
		| ([$rows[] | select(.row == $r.row and .who == $p) | .samples[]]
			| if . == [] then [$rows[] | select(.row == "any event" and .who == $p)
				| .samples[]] else . end) as $ps
		| select(($ps | length) > 0 and $p != $r.who)
		| ratios($r.samples; $ps) as $x | select(($x | length) > 0)
		| {key: $p, value: {min: ($x | min), median: ($x | median)}}] | from_entries)}],
	   absent: [$lines[] | select(.absent)],
	   bounds: [$lines[] | select(.bound) | judge($rows)]};

# 0.01234 -> 0.0123, 1234.5 -> 1235
def short: if . == null then "" elif . == 0 then "0"
	else . as $v | ($v | fabs | log10 | floor) as $mag
	| (if $mag >= 2 then 1 else pow(10; 2 - $mag) end) as $f
	| ($v * $f | round) / $f | tostring end;

# What the peer has none of cannot be had a number of times.
def times: if . == null then "" elif . > 1e300 then "∞ x" else short + " x" end;

def cells($t):
	[$t.rows[] | . as $r
	 | [.row, .who, (.min | short), (.median | short), .unit]
	   + [$t.peers[] | $r.ratios[.].median | times]];

def head($t): ["what", "who", "min", "median", "unit"] + [$t.peers[] | "to " + .];

def bound_text:
	"\(.who), \(.row)"
	+ (if .bound == "ratio" then ": \(.measured | times) \(.peer)"
		+ (if .peer_row != .row then ", \(.peer_row)" else "" end)
		+ ", at most \(.max | times)"
	   else ": \(.measured | short), "
		+ (if .max != null then "at most \(.max | short)" else "at least \(.min | short)" end) end)
	+ (if .kept == null then ": not measured" elif .kept then ": kept" else ": MISSED" end);

def machine_text:
	"\(.cpu), \(.cpus) CPUs, \(.memory), \(.kernel), \(.compiler), load \(.load)";

def text_cells: head(.), cells(.)[] | @tsv;

def text_notes:
	(.absent[] | "not measured: \(.who), \(.row): \(.absent)"),
	(.remarks[] | "note: " + .), (.bounds[] | "bound: " + bound_text), "";

def markdown:
	"| " + (head(.) | join(" | ")) + " |", "|" + ([head(.)[] | "---|"] | add),
	(cells(.)[] | "| " + join(" | ") + " |"),
	(if .absent != [] then "" else empty end),
	(.absent[] | "Not measured: \(.who), \(.row): \(.absent)."),
	(if .bounds != [] then "" else empty end),
	(.bounds[] | "* " + bound_text + "."),
	(if .remarks != [] then "" else empty end), (.remarks[] | . + ".");
